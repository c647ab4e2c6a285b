import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Report } from '@offramp/control'
import type { GmailTruth } from '@offramp/emulators'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { auditGmailOf, changeProject, lastJson, type ProjectFile } from '../lab/operator.ts'
import { startWorkspaceLab, type WorkspaceLab } from '../lab/workspace-lab.ts'
import { type Dovecot, startDovecot } from '../servers/dovecot.ts'
import type { RawImap } from '../servers/raw-imap.ts'

const POLICIES = ['folder', 'copies', 'archive'] as const
type Policy = (typeof POLICIES)[number]

const addressOf = (policy: Policy | 'odd'): string => `${policy}@fabrikam.example`
const ODD = addressOf('odd')
const CHATS = 3
const CATEGORIES = ['PERSONAL', 'SOCIAL', 'PROMOTIONS', 'UPDATES', 'FORUMS'] as const
/** Keywords that one folder keeps: docs/imap-destinations.md. */
const MOST_KEYWORDS = 26
const FORTY = Array.from({ length: 40 }, (_, n) => `Forty/${String(n + 1).padStart(2, '0')}`)

/** Where a message must stand, and with which flags beside `\Seen`; from docs/google-workspace.md section 6, and not from the code. */
interface Row {
  readonly subject: string
  readonly labels: readonly string[]
  /** Folder with `labels: folder`, and the labels that become keywords. */
  readonly home: string
  readonly rest?: readonly string[]
  /** Folders with `labels: copies`. Default: the same one. */
  readonly copies?: readonly string[]
  /** Folder with `labels: archive`. Default: Archive, with every label as a keyword. */
  readonly container?: boolean
  /** Whatever the policy. */
  readonly flags?: readonly string[]
}

const ROWS: readonly Row[] = [
  // The oldest, so that it comes last: what room for keywords a folder has left is its own.
  { subject: 'forty labels', labels: FORTY, home: 'Forty/01', rest: FORTY.slice(1), copies: FORTY },
  { subject: 'inbox alone', labels: ['INBOX', 'UNREAD'], home: 'INBOX' },
  { subject: 'inbox and read', labels: ['INBOX'], home: 'INBOX' },
  { subject: 'inbox and a label', labels: ['INBOX', 'Travel'], home: 'Travel', rest: ['INBOX'], copies: ['INBOX', 'Travel'] },
  { subject: 'no such parents', labels: ['Clients/A/Deep', 'UNREAD'], home: 'Clients/A/Deep' },
  {
    subject: 'two labels and the inbox',
    labels: ['INBOX', 'Travel', 'Clients/A/Deep', 'STARRED'],
    home: 'Clients/A/Deep',
    rest: ['INBOX', 'Travel'],
    copies: ['INBOX', 'Travel', 'Clients/A/Deep'],
    flags: ['\\Flagged'],
  },
  { subject: 'sent', labels: ['SENT'], home: 'Sent' },
  { subject: 'to myself', labels: ['INBOX', 'SENT', 'UNREAD'], home: 'Sent', rest: ['INBOX'], copies: ['INBOX', 'Sent'] },
  { subject: 'archived', labels: [], home: 'Archive' },
  { subject: 'archived unread', labels: ['UNREAD'], home: 'Archive' },
  {
    subject: 'thrown away',
    labels: ['TRASH', 'Travel', 'Clients/A/Deep'],
    home: 'Trash',
    rest: ['Travel', 'Clients/A/Deep'],
    container: true,
  },
  { subject: 'unwanted', labels: ['SPAM', 'UNREAD'], home: 'Junk', container: true },
  { subject: 'not sent yet', labels: ['DRAFT'], home: 'Drafts', container: true, flags: ['\\Draft'] },
  { subject: 'with a star', labels: ['INBOX', 'STARRED'], home: 'INBOX', flags: ['\\Flagged'] },
  { subject: 'with a star that no page names', labels: ['INBOX', 'STARRED', 'YELLOW_STAR'], home: 'INBOX', flags: ['\\Flagged'] },
  { subject: 'important', labels: ['INBOX', 'IMPORTANT', 'UNREAD'], home: 'INBOX', flags: ['$Important'] },
  ...CATEGORIES.map((name) => ({
    subject: `of category ${name}`,
    labels: ['INBOX', `CATEGORY_${name}`],
    home: 'INBOX',
    flags: [`CATEGORY_${name}`],
  })),
]

const OWN = ['Travel', 'Clients/A/Deep', ...FORTY]
const isPlace = (label: string): boolean => label === 'INBOX' || label === 'SENT' || OWN.includes(label)
/** A label as a keyword. */
const keyword = (label: string): string => (label === 'SENT' ? 'Sent' : label)

/** What the other messages have taken in the one folder before the last comes. */
const IN_ARCHIVE = ['INBOX', 'Travel', 'Clients/A/Deep', 'Sent', '$Important', ...CATEGORIES]
const kept = (keywords: readonly string[], room: number): readonly string[] => (keywords.length > 10 ? keywords.slice(0, room) : keywords)

/** `folder: flags` for each copy, sorted. */
function wanted(row: Row, policy: Policy): readonly string[] {
  const common = [...(row.labels.includes('UNREAD') ? [] : ['\\Seen']), ...(row.flags ?? [])]
  const says = (folder: string, more: readonly string[] = []): string => `${folder}: ${[...common, ...more].toSorted().join(' ')}`
  if (row.container) return [says(row.home, row.rest)]
  if (policy === 'archive') return [says('Archive', kept(row.labels.filter(isPlace).map(keyword), MOST_KEYWORDS - IN_ARCHIVE.length))]
  if (policy === 'folder') return [says(row.home, kept(row.rest ?? [], MOST_KEYWORDS))]
  return (row.copies ?? [row.home]).map((folder) => says(folder)).toSorted()
}

/** Quotas so narrow that each decides in turn how long a pass takes. */
const SLOW = [
  ['mailbox', { userPerMinute: 100 }, '4 min', '100 units of one mailbox in a minute'],
  ['project', { projectPerMinute: 110 }, '3 min', '110 units of the project in a minute'],
  ['day', { projectPerDay: 200 }, '2 d 0 h', '200 units of the project in a day'],
] as const

let lab: WorkspaceLab
let dotted: Dovecot
const checked: Record<string, string> = {}
const ran: Record<string, Report> = {}

const mail = (subject: string): Buffer =>
  Buffer.from(
    `From: a@fabrikam.example\r\nTo: b@fabrikam.example\r\nSubject: ${subject}\r\nMessage-ID: <${subject.replaceAll(' ', '.')}@fabrikam.example>\r\n\r\n${subject}\r\n`,
  )

/** A project of its own beside the lab's, with a table of one account. */
async function project(name: string, address: string, change: (file: ProjectFile) => void): Promise<string> {
  await writeFile(join(lab.folder, `${name}.csv`), `source,destination\n${address},${lab.loginOf(address)}\n`)
  return changeProject(
    lab,
    (file) => {
      file.project = name
      file.mappings = `${name}.csv`
      change(file)
    },
    `${name}.yaml`,
  )
}

const source = (facts: object) => (file: ProjectFile) => {
  file.source = { ...file.source, ...facts }
}

async function runs(name: string, path: string): Promise<void> {
  const { code, out, err } = await lab.offramp('run', '--json', '--workers', '1', '--project', path)
  expect({ name, code, err }, out).toEqual({ name, code: 0, err: '' })
  ran[name] = lastJson({ code, out, err })
}

beforeAll(async () => {
  const accounts = POLICIES.map((policy) => ({ address: addressOf(policy), admin: policy === 'folder', chats: CHATS }))
  lab = await startWorkspaceLab({
    accounts: [...accounts, { address: ODD, oddLabels: true }],
    settings: { verifySample: 1, limits: { putSeconds: 5 } },
  })
  dotted = await startDovecot({ users: lab.dovecot.users, layout: 'inbox-dot' })
  await writeFile(join(lab.folder, 'dotted-ca.pem'), dotted.ca)
  await Promise.all(
    POLICIES.map(async (policy) => {
      const mailbox = lab.workspace.mailbox(addressOf(policy))
      for (const [at, { subject, labels }] of ROWS.entries())
        await mailbox.add(mail(subject), { labels, internalDate: Date.UTC(2019, 4, 4, 10, at) })
    }),
  )
  const paths = await Promise.all(POLICIES.map((policy) => project(policy, addressOf(policy), source({ labels: policy }))))
  const checks = [
    ...SLOW.map(([name, limits]) => [name, 'folder', { limits }] as const),
    ['room', 'copies', { labels: 'copies' }] as const,
    ['crowd', 'archive', { labels: 'archive' }] as const,
  ]
  await Promise.all(
    checks.map(async ([name, policy, facts], at) => {
      const file = await project(name, addressOf(policy), (file) => {
        source(facts)(file)
        // A database of its own each: with one gate for all, what one check spends of a narrow quota another would have to wait for.
        file.redis = { ...file.redis, url: `${file.redis.url}/${at + 1}` }
      })
      const { code, out, err } = await lab.offramp('check', '--project', file)
      expect({ name, code }, `${out}${err}`).toEqual({ name, code: 0 })
      checked[name] = out
    }),
  )
  await Promise.all(paths.map((path, at) => runs(POLICIES[at] ?? '', path)))
  const odd = await project('odd', ODD, () => {})
  const dots = await project('dots', ODD, (file) => {
    file.destinations = file.destinations.map((each) => ({ ...each, port: dotted.imapsPort, ca: 'dotted-ca.pem' }))
  })
  await Promise.all([runs('odd', odd), runs('dots', dots)])
}, 180_000)

afterAll(() => Promise.all([lab?.close(), dotted?.stop()]))

const subjectOf = (bytes: Buffer): string => /^Subject: (.*?)\r$/m.exec(bytes.toString())?.[1] ?? ''

/** Subject -> `folder: flags` of each copy, sorted. */
async function standing(raw: RawImap): Promise<Readonly<Record<string, readonly string[]>>> {
  const found: Record<string, string[]> = {}
  for (const folder of await raw.list()) {
    for (const { flags, bytes } of await raw.messages(folder)) {
      const says = `${folder}: ${flags
        .filter((flag) => flag !== '\\Recent')
        .toSorted()
        .join(' ')}`
      found[subjectOf(bytes)] = [...(found[subjectOf(bytes)] ?? []), says].toSorted()
    }
  }
  return found
}

/** How many copies `labels: copies` makes: one for each place, one in a container. */
const copiesWanted = ({ subject }: GmailTruth): number => {
  const row = ROWS.find((each) => each.subject === subject)
  return row?.container || row?.copies === undefined ? 1 : row.copies.length
}

describe.each(POLICIES)('labels: %s', (policy) => {
  const address = addressOf(policy)

  test('every message stands where the page says, as often, with these flags and keywords', async () => {
    const raw = await lab.dovecot.raw(lab.loginOf(address))
    expect(await standing(raw)).toEqual(Object.fromEntries(ROWS.map((row) => [row.subject, wanted(row, policy)])))
    raw.close()
    const copies = policy === 'copies' ? copiesWanted : () => 1
    const expected = ROWS.reduce((sum, row) => sum + wanted(row, policy).length, 0)
    expect(await auditGmailOf(lab, address, copies)).toEqual({ expected, found: expected, lost: [], doubled: [] })
  })

  test('doveadm counts the same, and finds no chat', async () => {
    const login = lab.loginOf(address)
    const counts: Record<string, number> = {}
    for (const says of ROWS.flatMap((row) => wanted(row, policy))) {
      const folder = says.slice(0, says.indexOf(':'))
      counts[folder] = (counts[folder] ?? 0) + 1
    }
    const status = await lab.dovecot.doveadm('mailbox', 'status', '-u', login, 'messages', '*')
    const told = [...status.matchAll(/^(.*) messages=(\d+)$/gm)].map(([, name = '', count]) => [name, Number(count)] as const)
    expect(Object.fromEntries(told.filter(([, count]) => count > 0))).toEqual(counts)
    // Labels without messages are folders as well, but with `archive`.
    expect(told.some(([name]) => name === 'Forty/40')).toBe(policy !== 'archive')
    expect(await lab.dovecot.doveadm('search', '-u', login, 'mailbox', '*', 'body', 'google:archive:conversation')).toBe('')
    const dates = await lab.dovecot.doveadm('fetch', '-u', login, 'date.received', 'mailbox', '*', 'subject', 'archived unread')
    const minute = ROWS.findIndex(({ subject }) => subject === 'archived unread')
    expect(dates.match(new RegExp(`2019-05-04 10:${String(minute).padStart(2, '0')}:00`, 'g'))).toHaveLength(1)
    const keywords = await lab.dovecot.doveadm('search', '-u', login, 'mailbox', '*', 'keyword', 'Forty/10')
    expect(keywords.trim().split('\n').filter(Boolean)).toHaveLength(policy === 'copies' ? 0 : 1)
  })

  test('the report adds up, with the chats that are left behind', () => {
    const report = ran[policy]
    const items = ROWS.reduce((sum, row) => sum + wanted(row, policy).length, 0)
    expect(report?.totals).toMatchObject({ source: items + CHATS, verified: items, skipped: CHATS, failed: 0, remainder: 0, doubled: 0 })
    expect(report?.totals.hashed).toBe(items)
    const chats = report?.lanes[0]?.balance?.collections.find(({ name }) => name === 'Chats')
    expect(chats).toMatchObject({ source: CHATS, verified: 0, skipped: { 'not-offered': CHATS } })
  })
})

test('nobody asked Google for more than it allows, or for what it need not', async () => {
  expect(await lab.workspace.violations()).toEqual([])
})

/** Label, and its folder: the same on both servers, but for the separator. A dot would be a folder below in Maildir, whatever the separator. */
const NAMES: readonly (readonly [label: string, folder: string | RegExp])[] = [
  ['Clients/A', 'Clients/A'],
  ['Clients/B/2019', 'Clients/B/2019'],
  ['Deep/1/2/3/4/5/6/7/8/9/10', 'Deep/1/2/3/4/5/6/7/8/9/10'],
  ['v1.0.2', 'v1．0．2'],
  ['100%', '100％'],
  ['a*b', 'a＊b'],
  ['back\\slash', 'back＼slash'],
  ['say "hi"', 'say ＂hi＂'],
  [' leading blank', '␠leading blank'],
  ['trailing blank ', 'trailing blank␠'],
  ['double  blank', 'double  blank'],
  ['Größe & Gewicht', 'Größe & Gewicht'],
  ['Cafe\u0301', 'Caf\u00e9'],
  ['Rechnungen 📎', 'Rechnungen 📎'],
  ['日本語/請求書', '日本語/請求書'],
  ['עברית', 'עברית'],
  // The server's own folders of these names are for other mail.
  ['Archive', /^Archive \([0-9a-f]{8}\)$/],
  ['Drafts', /^Drafts \([0-9a-f]{8}\)$/],
  ['Junk', /^Junk \([0-9a-f]{8}\)$/],
  ['Sent Items', 'Sent Items'],
  ['&amp;', '&amp;'],
  ['~user', '～user'],
  ['#shared', '#shared'],
  ['-', '-'],
  ['x'.repeat(225), /^x{150,220}~[0-9a-f]{8}$/],
]

/** RFC 3501, 5.1.3. */
const decoded = (name: string): string =>
  name.replace(/&([^-]*)-/g, (_, coded: string) =>
    coded === '' ? '&' : new TextDecoder('utf-16be').decode(Buffer.from(coded.replaceAll(',', '/'), 'base64')),
  )

/** Received date -> folder; each of these messages has a date of its own. */
async function foldersByDate(server: Dovecot): Promise<ReadonlyMap<number, string>> {
  const raw = await server.raw(lab.loginOf(ODD))
  const found = new Map<number, string>()
  for (const name of await raw.list()) {
    for (const { internalDate } of await raw.messages(name))
      found.set(Date.parse(internalDate.replace(/^(\d+)-(\w+)-/, '$1 $2 ')), decoded(name))
  }
  raw.close()
  return found
}

test('labels whose names a server cannot hold are folders with look-alikes, one for each', async () => {
  const truth = await lab.workspace.mailbox(ODD).messages()
  expect(truth.flatMap(({ labels }) => labels).toSorted()).toEqual(NAMES.map(([label]) => label).toSorted())
  expect(await auditGmailOf(lab, ODD)).toEqual({ expected: NAMES.length, found: NAMES.length, lost: [], doubled: [] })
  const [slash, dots] = [await foldersByDate(lab.dovecot), await foldersByDate(dotted)]
  expect([new Set(slash.values()).size, new Set(dots.values()).size]).toEqual([NAMES.length, NAMES.length])
  for (const { labels, internalDate } of truth) {
    const [, folder] = NAMES.find(([label]) => label === labels[0]) ?? []
    const wanted = typeof folder === 'string' ? folder : expect.stringMatching(folder ?? '')
    expect(slash.get(internalDate)).toEqual(wanted)
    expect(
      dots
        .get(internalDate)
        ?.replace(/^INBOX\./, '')
        .replaceAll('.', '/'),
    ).toEqual(wanted)
  }
  for (const name of ['odd', 'dots'])
    expect(ran[name]?.totals).toMatchObject({ source: 25, verified: 25, skipped: 0, failed: 0, remainder: 0, doubled: 0 })
})

describe('check, before anything moves', () => {
  test('says how much room copies take, and warns where that is much', () => {
    const items = ROWS.reduce((sum, row) => sum + wanted(row, 'copies').length, 0)
    expect(items).toBe(64)
    expect(checked['room']).toMatch(/WARNING source: messages with several labels: .*about 3\.05 copies a message.*\n +Make room/)
  })

  test('names a mailbox with more labels than one folder has keywords', () => {
    expect(checked['crowd']).toMatch(
      /WARNING source: messages with several labels: .*not every label of archive@fabrikam\.example \(42\).*\n +Choose/,
    )
  })

  test.each(SLOW)(
    'says what the first pass takes at least where the narrowest is the %s, and what decides it',
    (name, _, atLeast, decidedBy) => {
      expect(checked[name]).toContain(`The first pass over ${ROWS.length} messages takes ${atLeast} at least`)
      expect(checked[name]).toContain(`Google allows ${decidedBy}.`)
    },
  )
})
