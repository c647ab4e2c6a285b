import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Report } from '@offramp/control'
import type { GmailTruth } from '@offramp/emulators'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { auditGmailOf, changeProject, lastJson } from '../lab/operator.ts'
import { startWorkspaceLab, type WorkspaceLab } from '../lab/workspace-lab.ts'

const ANNA = 'anna@fabrikam.example'
/** Whose project makes copies for every label. */
const COPY = 'copy@fabrikam.example'
const BUSY = 'busy@fabrikam.example'

let lab: WorkspaceLab
const paths: Record<string, string> = {}

const mail = (subject: string, text = subject): Buffer =>
  Buffer.from(
    `From: a@fabrikam.example\r\nTo: b@fabrikam.example\r\nSubject: ${subject}\r\nMessage-ID: <${subject.replaceAll(' ', '.')}@fabrikam.example>\r\n\r\n${text}\r\n`,
  )

/** One project for each account, so that one pass is one account's. */
async function project(address: string, labels: 'folder' | 'copies'): Promise<void> {
  const name = address.split('@')[0] ?? ''
  await writeFile(join(lab.folder, `${name}.csv`), `source,destination\n${address},${lab.loginOf(address)}\n`)
  paths[address] = await changeProject(
    lab,
    (file) => {
      file.project = name
      file.mappings = `${name}.csv`
      file.source = { ...file.source, labels }
    },
    `${name}.yaml`,
  )
}

beforeAll(async () => {
  lab = await startWorkspaceLab({
    accounts: [{ address: ANNA, admin: true, messages: 40 }, { address: COPY }, { address: BUSY, messages: 130, awkward: 1 }],
    source: { limits: { userPerMinute: 600_000 } },
    workspace: { limits: { userPerMinute: 600_000, raceMs: 2_000 } },
    settings: { verifySample: 0.2, limits: { putSeconds: 5, sliceSeconds: 5, pageItems: 40 } },
  })
  await Promise.all([project(ANNA, 'folder'), project(COPY, 'copies'), project(BUSY, 'folder')])
}, 60_000)

afterAll(() => lab?.close())

interface Pass {
  readonly report: Report
  /** What it asked Google for. */
  readonly asked: Readonly<Record<string, number>>
}

async function pass(address: string): Promise<Pass> {
  const before = (await lab.workspace.stats()).requests
  const ended = await lab.offramp('run', '--json', '--workers', '1', '--project', paths[address] ?? '')
  expect({ code: ended.code, err: ended.err }, ended.out).toEqual({ code: 0, err: '' })
  return { report: lastJson(ended), asked: since(before, (await lab.workspace.stats()).requests) }
}

/** The same without the comparison at its end, which lists all labels. */
async function bare(address: string): Promise<Pass['asked']> {
  const before = (await lab.workspace.stats()).requests
  const { code, out, err } = await lab.offramp('run', '--no-verify', '--workers', '1', '--project', paths[address] ?? '')
  expect({ code }, `${out}${err}`).toEqual({ code: 0 })
  return since(before, (await lab.workspace.stats()).requests)
}

const since = (before: Pass['asked'], after: Pass['asked']): Pass['asked'] =>
  Object.fromEntries(
    Object.entries(after).flatMap(([method, count]) => (count === before[method] ? [] : [[method, count - (before[method] ?? 0)]])),
  )

const subjectOf = (bytes: Buffer): string => /^Subject: (.*?)\r$/m.exec(bytes.toString('latin1'))?.[1] ?? ''

/** `folder: flags` of every copy of the messages with this subject. */
async function places(address: string, ...subjects: readonly string[]): Promise<Readonly<Record<string, readonly string[]>>> {
  const raw = await lab.dovecot.raw(lab.loginOf(address))
  const found: Record<string, string[]> = Object.fromEntries(subjects.map((subject) => [subject, []]))
  for (const folder of await raw.list())
    for (const { flags, bytes } of await raw.messages(folder))
      found[subjectOf(bytes)]?.push(
        `${folder}: ${flags
          .filter((flag) => flag !== '\\Recent')
          .toSorted()
          .join(' ')}`.trimEnd(),
      )
  raw.close()
  return Object.fromEntries(Object.entries(found).map(([subject, all]) => [subject, all.toSorted()]))
}

/** Texts of what stands in a folder under this subject. */
async function texts(address: string, folder: string, subject: string): Promise<readonly string[]> {
  const raw = await lab.dovecot.raw(lab.loginOf(address))
  const found = (await raw.messages(folder)).filter(({ bytes }) => subjectOf(bytes) === subject)
  raw.close()
  return found.map(({ bytes }) => bytes.toString('latin1').split('\r\n\r\n')[1]?.trim() ?? '')
}

test('what the owner does between two passes is carried over to the same copies', async () => {
  const anna = lab.workspace.mailbox(ANNA)
  const made: Record<string, GmailTruth> = {}
  const given: readonly (readonly [subject: string, labels: readonly string[]])[] = [
    ['to relabel', ['INBOX', 'UNREAD', 'Todo']],
    ['to archive', ['INBOX', 'UNREAD']],
    ['to trash', ['INBOX', 'Todo']],
    ['to delete', ['INBOX']],
    ['to star', ['INBOX', 'UNREAD']],
    ['to read', ['INBOX', 'UNREAD']],
    ['to edit', ['DRAFT']],
    ['to send', ['DRAFT']],
    ['under a label that is renamed', ['Old name/Below', 'INBOX']],
    ['under another label that is renamed', ['Old name/Below']],
    ['under a label that is deleted', ['Fleeting', 'INBOX']],
    ['under a deleted label alone', ['Fleeting']],
  ]
  for (const [subject, labels] of given) made[subject] = await anna.add(mail(subject), { labels, internalDate: 1.7e12 })
  const idOf = (subject: string): string => made[subject]?.id ?? ''
  const first = await pass(ANNA)
  const total = (await anna.messages()).length
  expect(first.report.totals).toMatchObject({ source: total, verified: total, remainder: 0, doubled: 0 })
  expect(await auditGmailOf(lab, ANNA)).toEqual({ expected: total, found: total, lost: [], doubled: [] })

  await anna.relabel(idOf('to relabel'), { add: ['Done/2026'], remove: ['Todo', 'INBOX', 'UNREAD'] })
  await anna.relabel(idOf('to archive'), { remove: ['INBOX'] })
  await anna.trash(idOf('to trash'))
  await anna.remove(idOf('to delete'))
  await anna.relabel(idOf('to star'), { add: ['STARRED', 'IMPORTANT'] })
  await anna.relabel(idOf('to read'), { remove: ['UNREAD'] })
  const once = await anna.editDraft(idOf('to edit'), mail('to edit', 'second text'))
  const twice = await anna.editDraft(once.id, mail('to edit', 'third text'))
  expect(new Set([idOf('to edit'), once.id, twice.id]).size).toBe(3)
  // As Gmail does it: the draft is gone, and the mail is another message.
  await anna.remove(idOf('to send'))
  await anna.add(mail('to send', 'as it was sent'), { labels: ['SENT'], internalDate: 1.71e12 })
  await anna.renameLabel('Old name/Below', 'New name/Below')
  await anna.deleteLabel('Fleeting')
  await anna.add(mail('received since'), { internalDate: 1.71e12 })

  const second = await pass(ANNA)
  expect(second.report.totals).toMatchObject({ source: total, verified: total, remainder: 0, failed: 0, doubled: 0 })
  expect(await places(ANNA, ...given.map(([subject]) => subject), 'received since')).toEqual({
    'to relabel': ['Done/2026: \\Seen'],
    'to archive': ['Archive:'],
    'to trash': ['Trash: Todo \\Seen'],
    // Nothing is removed at the destination for what left the source.
    'to delete': ['INBOX: \\Seen'],
    'to star': ['INBOX: $Important \\Flagged'],
    'to read': ['INBOX: \\Seen'],
    'to edit': ['Drafts: \\Draft \\Seen'],
    'to send': ['Drafts: \\Draft \\Seen', 'Sent: \\Seen'],
    'under a label that is renamed': ['New name/Below: INBOX \\Seen'],
    'under another label that is renamed': ['New name/Below: \\Seen'],
    'under a label that is deleted': ['INBOX: \\Seen'],
    'under a deleted label alone': ['Archive: \\Seen'],
    'received since': ['INBOX:'],
  })
  expect(await texts(ANNA, 'Drafts', 'to edit')).toEqual(['third text'])
  expect(await texts(ANNA, 'Sent', 'to send')).toEqual(['as it was sent'])
  // What was deleted, and the draft that was sent, stand beyond what the source has.
  const audit = await auditGmailOf(lab, ANNA)
  expect([audit.lost, audit.doubled]).toEqual([[], ['Drafts: to send', 'INBOX: to delete']])
  expect(second.report.lanes[0]?.balance?.goneSince).toBe(2)
}, 60_000)

test('a pass over a mailbox in which nothing has changed asks for its history once, and for no message', async () => {
  const asked = await bare(ANNA)
  expect(asked['history.list']).toBe(1)
  expect([asked['messages.get'], asked['messages.list'], asked['drafts.list'], asked['drafts.get']]).toEqual([
    undefined,
    undefined,
    undefined,
    undefined,
  ])
}, 60_000)

test('when Google has forgotten the history, labels tell what has changed, and nothing that is the same is read again', async () => {
  const anna = lab.workspace.mailbox(ANNA)
  const [read, filed, draft] = await Promise.all(
    ['to star', 'to archive', 'to edit'].map(async (subject) => (await anna.messages()).find((each) => each.subject === subject)),
  )
  await anna.relabel(read?.id ?? '', { remove: ['UNREAD'] })
  await anna.relabel(filed?.id ?? '', { add: ['Done/2026'] })
  await anna.editDraft(draft?.id ?? '', mail('to edit', 'fourth text'))
  await anna.expireHistory()
  await anna.add(mail('after the history'), { labels: ['INBOX'], internalDate: 1.72e12 })
  const asked = await bare(ANNA)
  // What is new, the two whose labels have changed, and the draft. Not the fifty others.
  expect([asked['messages.get'], asked['drafts.get']]).toEqual([3, 1])
  expect(await places(ANNA, 'to star', 'to archive', 'to edit', 'after the history')).toEqual({
    'to star': ['INBOX: $Important \\Flagged \\Seen'],
    'to archive': ['Done/2026:'],
    'to edit': ['Drafts: \\Draft \\Seen'],
    'after the history': ['INBOX: \\Seen'],
  })
  expect(await texts(ANNA, 'Drafts', 'to edit')).toEqual(['fourth text'])
  const audit = await auditGmailOf(lab, ANNA)
  expect([audit.lost, audit.doubled]).toEqual([[], ['Drafts: to send', 'INBOX: to delete']])
  expect(await lab.workspace.violations()).toEqual([])
}, 60_000)

test('with a copy in every label, a label that comes brings one, one that goes leaves it, and archiving is a move', async () => {
  const owner = lab.workspace.mailbox(COPY)
  const add = async (subject: string, ...labels: readonly string[]): Promise<string> =>
    (await owner.add(mail(subject), { labels, internalDate: 1.7e12 })).id
  const [gains, loses, archives, trashes, stars] = [
    await add('gains a label', 'INBOX'),
    await add('loses a label', 'INBOX', 'Old'),
    await add('is archived', 'INBOX', 'Kept'),
    await add('is trashed', 'INBOX', 'Kept'),
    await add('is starred', 'INBOX', 'SENT', 'Kept'),
  ]
  await add('is left alone', 'INBOX', 'Kept')
  await pass(COPY)
  const before = { 'loses a label': ['INBOX: \\Seen', 'Old: \\Seen'], 'is left alone': ['INBOX: \\Seen', 'Kept: \\Seen'] }
  expect(await places(COPY, 'loses a label', 'is left alone')).toEqual(before)
  await owner.relabel(gains, { add: ['Fresh'] })
  await owner.relabel(loses, { remove: ['Old'] })
  await owner.relabel(archives, { remove: ['INBOX'] })
  await owner.trash(trashes)
  await owner.relabel(stars, { add: ['STARRED'] })
  const { report } = await pass(COPY)
  expect(report.totals).toMatchObject({ failed: 0, remainder: 0, doubled: 0 })
  expect(await places(COPY, 'gains a label', 'is archived', 'is trashed', 'is starred', ...Object.keys(before))).toEqual({
    ...before,
    'gains a label': ['Fresh: \\Seen', 'INBOX: \\Seen'],
    'is archived': ['Archive: \\Seen', 'Kept: \\Seen'],
    'is trashed': ['Kept: \\Seen', 'Trash: Kept \\Seen'],
    'is starred': ['INBOX: \\Flagged \\Seen', 'Kept: \\Flagged \\Seen', 'Sent: \\Flagged \\Seen'],
  })
  const again = await bare(COPY)
  expect([again['history.list'], again['messages.get']]).toEqual([1, undefined])
}, 60_000)

test('while the first pass runs, its owner works, Google refuses and lines break: the next passes settle it', async () => {
  const { faults } = lab.workspace
  const RAW = '/messages/[0-9a-f]{16}\\?'
  const rule = { mailbox: BUSY, path: RAW }
  await faults.add({ ...rule, when: { nth: 20 }, effect: { kind: 'quota', sort: 'user', ms: 1_500, status: 429 } })
  await faults.add({ ...rule, when: { nth: 60 }, effect: { kind: 'quota', sort: 'user', ms: 1_000, status: 403 } })
  await faults.add({ ...rule, when: { nth: 35 }, effect: { kind: 'quota', sort: 'concurrent' } })
  await faults.add({ ...rule, when: { nth: 80 }, effect: { kind: 'quota', sort: 'front', status: 403 } })
  await faults.add({ ...rule, when: { nth: [10, 11] }, effect: { kind: 'status', status: 503, body: 'html' } })
  await faults.add({ ...rule, when: { every: 17 }, times: 5, effect: { kind: 'reset', afterBytes: 200 } })
  await faults.add({ ...rule, when: { every: 13 }, times: 6, effect: { kind: 'truncate-gzip' } })
  await faults.add({ mailbox: BUSY, path: '/messages\\?', when: { nth: 1 }, effect: { kind: 'truncate-gzip' } })
  await lab.workspace.scenario({
    mailbox: BUSY,
    method: 'messages.get',
    steps: [
      { every: 5, act: 'relabel', times: 12 },
      { every: 7, act: 'receive', times: 10 },
      { every: 9, act: 'read', times: 8 },
      { every: 11, act: 'star', times: 6 },
      { every: 14, act: 'archive', times: 6 },
      { every: 19, act: 'trash', times: 4 },
      { every: 10, act: 'delete', times: 12 },
      { every: 25, act: 'edit-draft', times: 3 },
      { at: 70, act: 'rename-label' },
    ],
  })
  await lab.offramp('run', '--json', '--workers', '1', '--project', paths[BUSY] ?? '')
  expect((await lab.workspace.stats()).refusals.throttled).toBeGreaterThanOrEqual(3)
  await faults.clear()
  await lab.workspace.mailbox(BUSY).expireHistory()
  const { report } = await pass(BUSY)
  const balance = report.lanes[0]?.balance
  const messages = (await lab.workspace.mailbox(BUSY).messages()).length
  expect(report.totals).toMatchObject({ source: messages, verified: messages, failed: 0, remainder: 0, doubled: 0 })
  const { lost, doubled } = await auditGmailOf(lab, BUSY)
  expect(lost).toEqual([])
  // What was deleted for good after it had arrived stays, and is counted.
  expect(doubled).toHaveLength(balance?.goneSince ?? -1)
  expect(await lab.workspace.violations()).toEqual([])
}, 120_000)
