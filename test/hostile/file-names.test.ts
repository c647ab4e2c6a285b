import { fastClock, LedgerStore, MemoryGate, memoryLedger } from '@offramp/conformance'
import { type Destination, silentLog } from '@offramp/core'
import { type EmulatedWorkspace, startWorkspace } from '@offramp/emulators'
import { turn } from '@offramp/engine'
import { googleSource } from '@offramp/google'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { haveApache, startApache } from '../servers/apache.ts'
import { diskShelf } from '../servers/disk-shelf.ts'
import { filesEndpoint, openFilesDesk, soonPut } from '../servers/files-desk.ts'

const ADMIN = 'admin@fabrikam.example'
const GERD = 'gerd@fabrikam.example'
const LANE = 'gerd-files'

let workspace: EmulatedWorkspace
const clock = fastClock(50)
beforeAll(async () => {
  workspace = await startWorkspace({
    seed: 12,
    accounts: [
      { address: ADMIN, admin: true },
      { address: GERD, files: { hostile: true } },
    ],
    now: clock.now,
    limits: { raceMs: 5_000 },
  })
})
afterAll(() => workspace?.stop())

/** The engine moves Gerd's drive. Answers with what stayed behind: its name, and why. */
async function move(destination: Destination): Promise<readonly string[]> {
  const origin = new URL(workspace.url).origin
  const gate = new MemoryGate(clock, { patienceMs: 30_000, ticketMs: 3_600_000 })
  const endpoint = googleSource(
    {
      name: 'fabrikam',
      admin: workspace.adminAddress,
      auth: { key: async () => workspace.key() },
      apiUrl: origin,
      tokenUrl: origin,
      ca: workspace.ca,
    },
    { clock, log: silentLog, gate },
  )
  const ledger = memoryLedger(new LedgerStore(), { clock })
  try {
    const account = await endpoint.account(GERD, soonPut())
    if (account === undefined) throw new Error('no account')
    for (;;) {
      const lease = await ledger.lease(LANE, 'test', 36_000_000)
      if (!lease) throw new Error('no lease')
      const source = await endpoint.connect(account, 'file')
      const limits = { pageItems: 40, windowItems: 8, windowBytes: 8 * 2 ** 20, sliceMs: 600_000, putMs: 300_000 }
      const request = { source, destination, ledger, lease, pass: 1, limits, clock, report: () => undefined }
      const end = await turn(request, soonPut()).finally(() => source.close?.())
      await lease.release()
      if (end.state === 'done') break
      if (end.state === 'halted') throw end.fault
      if (end.state === 'wait') await clock.sleep(Math.max(0, end.until - clock.now()), {})
    }
    expect(await ledger.tally(LANE)).toMatchObject({ failed: 0, intended: 0 })
    const behind: string[] = []
    for await (const { label, reason } of ledger.scan(LANE, ['rejected'])) behind.push(`${label}: ${reason}`)
    return behind.sort()
  } finally {
    await endpoint.close?.()
  }
}

/** Failures, section 5, item 16, as every server has them. */
const NAMES = [
  'CON',
  'a.',
  'a ',
  ' a',
  'A.txt',
  'a.txt',
  ':*?"<>|',
  '%2F',
  'SQ-0.5%BF-150',
  // A dot alone, and two, would be this folder and the one above.
  '\u02bd.',
  '\u02bd..',
  // One of the two forms has the name, and the other one a name of its own.
  'M\u00e4rz.txt',
  'M\u00e4rz (56afc439).txt',
  'new\u240aline\u2409tab.txt',
  '\u2401control.txt',
  '=HYPERLINK("http:\uff0f\uff0fx")',
  '<script>alert(1)<\uff0fscript>',
  '\u202egpj.exe',
  '👩‍👩‍👧.txt',
]
const NEXTCLOUD = ['x\uff0fy\uff3cz.txt', '\u02bd.htaccess', `${'n'.repeat(227)} (3bb555e4)`, `${'ü'.repeat(111)} (f8e4fa0e).txt`]
const APACHE = ['x\uff0fy\\z.txt', '.htaccess', 'n'.repeat(255), `${'ü'.repeat(120)} (f8e4fa0e).txt`]

const REST = [
  'Film.mp4',
  'Forty megabytes.odp',
  'Macro.json',
  'Report.docx.odt',
  'Report.odt',
  'Sketch.svg',
  'Sums.ods',
  'Talk.odp',
  'Twins (80800d5f)/same (64d79bc8).txt',
  'Twins (80800d5f)/same (d48f2c4d).txt',
  'Twins (80800d5f)/same.txt',
  'Twins/in two places.txt',
  'Twins/same.txt',
  'Without a link.odt',
  '_Orphaned/orphan.txt',
  '_Orphaned/stray.txt',
  'described.txt',
  'empty.bin',
  'old.bin',
]
const DEEP = `${Array.from({ length: 12 }, (_, n) => `${n} ${'d'.repeat(30)}`).join('/')}/at the bottom.txt`

const BEHIND = [
  'A drive-sdk.123: no-open-format',
  'A form: no-open-format',
  'A fusiontable: no-open-format',
  'A map: no-open-format',
  'A site: no-open-format',
  'dangling: pointer',
  'encrypted.bin: protected',
  'evil.exe: malware',
  'locked.pdf: not-offered',
  'up again: pointer',
]

const expected = (folder: string, more: readonly string[]): readonly string[] =>
  [...[...NAMES, ...more].map((name) => `${folder}/${name}`), ...REST, DEEP].sort()

test('a drive of everything that has ever gone wrong, to Nextcloud: each name as it must be, and each thing that stays behind', async () => {
  const desk = await openFilesDesk({ version: '32.0.7' }, clock)
  try {
    expect(await move(desk.destination)).toEqual(BEHIND)
    expect([...(await desk.names())].sort()).toEqual(expected('names \uff0f of \uff3c every sort', NEXTCLOUD))
  } finally {
    await desk.close()
  }
})

describe.skipIf(!haveApache())('Apache', () => {
  test('the same drive, where less is refused', async () => {
    const apache = await startApache()
    const endpoint = filesEndpoint(`${apache.url}basic/anna/`, 'secret', {}, clock)
    try {
      expect(await move(await endpoint.connect('anna', 'file', soonPut()))).toEqual(BEHIND)
      const found = (await diskShelf(`${apache.root}/anna`).list()).map(({ path }) => path.slice(1))
      expect(found.sort()).toEqual(expected('names \uff0f of \\ every sort', APACHE))
    } finally {
      await endpoint.close?.()
      await apache.stop()
    }
  })
})
