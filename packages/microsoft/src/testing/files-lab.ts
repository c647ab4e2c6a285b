import { fastClock, MemoryGate, type SourceLab } from '@offramp/conformance'
import { type Source, silentLog } from '@offramp/core'
import { type DriveControl, startTenant, type TenantOptions } from '@offramp/emulators'
import { microsoftSource } from '../endpoint.ts'
import { settingsFor } from './tenant-lab.ts'

const ANNA = 'anna@contoso.example'
export const SITE = 'https://contoso.sharepoint.com/sites/Marketing'
const call = { signal: new AbortController().signal }

interface FilesLab {
  readonly site?: boolean
  readonly versions?: number
  readonly quirks?: TenantOptions['driveQuirks']
}

const base64 = (body: Uint8Array) => ({ base64: Buffer.from(body).toString('base64') })

/** Anna's OneDrive, or a library of a site, for the suite that every source passes. */
export async function filesLab({ site = false, versions = 0, quirks = {} }: FilesLab): Promise<SourceLab> {
  const clock = fastClock(20)
  const tenant = await startTenant({
    seed: 5,
    accounts: [{ address: ANNA }],
    sites: [{ name: 'Marketing', libraries: [{ name: 'Documents' }, { name: 'Archive' }, { name: 'Style', system: true }] }],
    now: clock.now,
    limits: { raceMs: 5_000 },
    driveLimits: { unitsPerMinute: 100_000 },
    driveQuirks: quirks,
  })
  const settings = { ...settingsFor(tenant), choices: { files: { versions } }, limits: { files: { unitsPerMinute: 100_000 } } }
  const endpoint = microsoftSource(settings, { clock, log: silentLog, gate: new MemoryGate(clock) })
  const connect = async (): Promise<Source> => {
    const account = await endpoint.account(site ? SITE : ANNA, call)
    if (!account) throw new Error('no account')
    return endpoint.connect(account, 'file')
  }
  const desk = site ? tenant.drive(SITE, 'Documents') : tenant.drive(ANNA)
  const drive = await desk.about()
  /** The lane's name of something in the drive, and the drive's own. */
  const [out, back] = site ? [(id: string) => `${drive.id}/${id}`, (id: string) => id.split('/')[1] ?? ''] : [same, same]
  const add = async (home: string, name: string, body: Uint8Array) => out(await desk.addFile(name, back(home), base64(body)))
  let made = 0
  return {
    source: await connect(),
    person: {
      collection: async (name, parent) => out(await desk.addFolder(name, parent === undefined ? null : back(parent))),
      add: (home, body) => add(home, `specimen-${++made}.txt`, body),
      edit: (id, body) => desk.edit(back(id), base64(body), Date.UTC(2022, 0, 1) + ++made * 60_000),
      move: (id, home) => desk.move(back(id), back(home)),
      remove: (id) => desk.remove(back(id)),
    },
    peek: async () =>
      (await desk.files()).map(({ id, parent, path }) => ({ id: out(id), home: out(parent), naturalKey: path.at(-1) ?? '' })),
    forgetCursors: () => desk.expireDelta(),
    secrets: [tenant.clientSecret],
    files: {
      ...(site ? { top: ['Documents'] } : {}),
      root: out(drive.root),
      add,
      rename: (id, name) => desk.rename(back(id), name),
      async moveFolder(id, { name, parent }) {
        if (name !== undefined) await desk.rename(back(id), name)
        if (parent !== undefined) await desk.move(back(id), back(parent))
      },
      twins: true,
      ...(versions > 0 ? { versions } : {}),
      skips: skipsOf(desk, out, back),
      again: connect,
    },
    async close() {
      await endpoint.close?.()
      await tenant.close()
      const violations = tenant.violations()
      if (violations.length > 0) throw new Error(violations.join('\n'))
    },
  }
}

const same = (id: string): string => id

type Skips = NonNullable<NonNullable<SourceLab['files']>['skips']>

const skipsOf = (desk: DriveControl, out: (id: string) => string, back: (id: string) => string): Skips => [
  { what: 'a notebook', reason: 'no-open-format', add: async (home) => out(await desk.addNotebook('Notes', back(home))) },
  { what: 'a shortcut', reason: 'pointer', add: async (home) => out(await desk.addShortcut('There', back(home), SITE, true)) },
  {
    what: 'malware',
    reason: 'malware',
    add: async (home) => out(await desk.addFile('virus.com', back(home), base64(Buffer.from('EICAR')), { malware: true })),
  },
]
