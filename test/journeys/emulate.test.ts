import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Report } from '@offramp/control'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type BareLab, startBareLab, writeProject } from '../lab/bare-lab.ts'
import { lastJson } from '../lab/operator.ts'
import { type EmulateGoogle, type EmulateMailbox, type EmulateMessage, startEmulateGoogle } from '../servers/emulate-google.ts'

/** Mailboxes that another project's emulator of Gmail holds: what we take for granted of the API is not only what we have emulated. */

const text = (nth: number, body: string): Buffer =>
  Buffer.from(
    `From: a@elsewhere.example\r\nTo: me\r\nSubject: Number ${nth}\r\nMessage-ID: <${nth}@elsewhere.example>\r\nDate: Mon, 4 May 2020 10:00:00 +0000\r\n\r\n${body}`,
    'latin1',
  )

const SETS: readonly (readonly string[])[] = [
  ['INBOX', 'UNREAD'],
  ['INBOX', 'STARRED', 'Label_1'],
  ['SENT'],
  ['Label_2'],
  ['TRASH'],
  ['SPAM'],
  [],
]

function messagesOf(count: number): readonly EmulateMessage[] {
  const bodies = ['plain\r\n', 'latin \xe4\xf6\xfc\r\n', 'bare\nline\nends\n', `${'long '.repeat(5_000)}\r\n`, 'no end']
  return Array.from({ length: count }, (_, nth) => ({
    bytes: text(nth, bodies[nth % bodies.length] ?? ''),
    labelIds: SETS[nth % SETS.length] ?? [],
    internalDate: Date.UTC(2020, 4, 4, 10, 0, nth),
  }))
}

const MAILBOXES: readonly EmulateMailbox[] = [
  { address: 'first@fabrikam.example', labels: ['Clients/A', 'Travel'], messages: messagesOf(70) },
  { address: 'second@fabrikam.example', labels: ['Clients/A', 'Receipts'], messages: messagesOf(23) },
]

let lab: BareLab
let google: EmulateGoogle

beforeAll(async () => {
  const addresses = MAILBOXES.map(({ address }) => address)
  ;[lab, google] = await Promise.all([startBareLab(addresses, {}), startEmulateGoogle(MAILBOXES)])
  await writeFile(join(lab.folder, 'emulate-ca.pem'), google.ca)
  await writeFile(join(lab.folder, 'service-account.json'), google.key, { mode: 0o600 })
  const source = {
    kind: 'google-workspace',
    admin: google.admin,
    key: 'file:service-account.json',
    apiUrl: google.url,
    tokenUrl: google.url,
    ca: 'emulate-ca.pem',
    // It gives out one page of 10,000 units a minute at most; what it limits is requests an hour.
    limits: { userPerMinute: 600_000 },
  }
  await writeProject(lab, { name: 'emulate', source, addresses }, {})
})
afterAll(() => Promise.all([lab?.close(), google?.stop()]))

const crlf = (bytes: Buffer): string => bytes.toString('latin1').replace(/(?<!\r)\n/g, '\r\n')

/** Folder -> contents, sorted. */
async function standing(address: string): Promise<Readonly<Record<string, readonly string[]>>> {
  const raw = await lab.dovecot.raw(lab.loginOf(address))
  const found: Record<string, readonly string[]> = {}
  for (const name of await raw.list()) {
    const messages = await raw.messages(name)
    if (messages.length > 0) found[name] = messages.map(({ bytes }) => bytes.toString('latin1')).toSorted()
  }
  raw.close()
  return found
}

const HOME: readonly (readonly [string, RegExp])[] = [
  ['TRASH', /trash|deleted/i],
  ['SPAM', /junk|spam/i],
  ['Label_1', /^Clients\/A$/],
  ['Label_2', /^(Travel|Receipts)$/],
  ['SENT', /^sent/i],
  ['INBOX', /^INBOX$/],
]

test('every message of every mailbox of an emulator that is not ours arrives byte-equal, in the folder of its label', async () => {
  const run = await lab.offramp('run', '--json')
  expect(run.code, `${run.out}\n${run.err}`).toBe(0)
  expect(lastJson<Report>(run).totals).toMatchObject({ source: 93, verified: 93, skipped: 0, failed: 0, remainder: 0, doubled: 0 })
  for (const { address, messages } of MAILBOXES) {
    const found = await standing(address)
    const all = Object.values(found).flat().toSorted()
    expect(all).toEqual(messages.map(({ bytes }) => crlf(bytes)).toSorted())
    for (const [label, folder] of HOME) {
      const wanted = messages.filter(({ labelIds }) => labelIds.includes(label) && !(label === 'INBOX' && labelIds.includes('Label_1')))
      const name = Object.keys(found).find((each) => folder.test(each))
      expect(found[name ?? ''] ?? [], `${address} ${label}`).toEqual(wanted.map(({ bytes }) => crlf(bytes)).toSorted())
    }
  }
}, 120_000)

test('a second pass finds nothing to do', async () => {
  const again = await lab.offramp('run', '--json')
  expect(again.code, again.err).toBe(0)
  expect(lastJson<Report>(again).totals).toMatchObject({ source: 93, verified: 93, doubled: 0 })
}, 60_000)
