import type { Report } from '@offramp/control'
import type { MessageTruth } from '@offramp/emulators'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Lab, startLab } from '../lab/lab.ts'
import { auditOf, lastJson } from '../lab/operator.ts'
import type { RawImap } from '../servers/raw-imap.ts'

const ANNA = 'anna@contoso.example'
const BUSY = 'busy@contoso.example'
const FULL = 'full@contoso.example'
const MIME = 'MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n'

let lab: Lab

const text = (subject: string, body: string): Buffer =>
  Buffer.from(
    `From: Bruno <bruno@contoso.example>\r\nTo: anna@contoso.example\r\nSubject: ${subject}\r\nMessage-ID: <${subject.replaceAll(' ', '-')}@contoso.example>\r\n${MIME}\r\n${body}\r\n`,
  )

beforeAll(async () => {
  lab = await startLab({
    accounts: [
      { address: ANNA, messages: 150, sizes: 'small' },
      { address: BUSY, messages: 400, sizes: 'small', deepFolders: 2 },
      { address: FULL, messages: 80, sizes: 'small', overQuota: true },
    ],
    tenant: { quirks: { regenerateMime: false } },
    settings: { limits: { putSeconds: 5, sliceSeconds: 5, pageItems: 50 } },
  })
}, 60_000)

afterAll(() => lab?.close())

/** One pass. What it says in the report. */
async function pass(): Promise<Report> {
  const ended = await lab.offramp('run', '--json')
  expect({ code: ended.code, err: ended.err }).toEqual({ code: 0, err: '' })
  return lastJson(ended)
}

/** The first message that an owner has in a folder of their own making or the inbox, unread and unmarked. */
async function plain(address: string, count: number): Promise<readonly MessageTruth[]> {
  const all = await lab.tenant.mailbox(address).messages()
  const found = all.filter(
    ({ folder, read, flag, messageId }) => folder[0] === 'Inbox' && folder.length === 1 && !read && flag === 'notFlagged' && messageId,
  )
  if (found.length < count) throw new Error(`${address} has ${found.length} plain messages only.`)
  return found.slice(0, count)
}

/** Whether that is its own Message-ID, and not one that it answers to. */
const isCalled = (bytes: Buffer, messageId: string | undefined): boolean =>
  messageId !== undefined && /^Message-ID:\s*<([^>]*)>/im.exec(bytes.toString('latin1'))?.[1] === messageId.replace(/^<|>$/g, '')

/** Where the copies of a message stand, by its Message-ID. */
async function placesOf(raw: RawImap, { messageId }: Pick<MessageTruth, 'messageId'>): Promise<readonly string[]> {
  const places: string[] = []
  for (const name of await raw.list()) for (const { bytes } of await raw.messages(name)) if (isCalled(bytes, messageId)) places.push(name)
  return places
}

test('while the first pass runs, people move, delete, flag, receive and rename, and a delta state dies: the next pass settles it', async () => {
  await lab.tenant.scenario({
    mailbox: BUSY,
    kind: 'value',
    steps: [
      { every: 11, act: 'move', times: 20 },
      { every: 23, act: 'delete', times: 10 },
      { every: 17, act: 'flag', times: 15 },
      { every: 29, act: 'read', times: 10 },
      { every: 13, act: 'receive', times: 20 },
      { at: 150, act: 'rename-folder' },
    ],
  })
  await lab.tenant.faults.add({ mailbox: BUSY, path: '/messages/delta\\?', when: { nth: [9, 20] }, effect: { kind: 'sync-state-lost' } })
  await lab.offramp('run', '--json')
  const { byStatus } = await lab.tenant.stats()
  expect(byStatus['410']).toBe(2)
  const report = await pass()
  // Messages that a person deleted at the source after they had arrived stay: nothing is ever removed for them.
  const found = await auditOf(lab, BUSY)
  expect(found.lost).toEqual([])
  const gone = report.lanes.find(({ source }) => source === BUSY)?.balance?.goneSince
  expect(found.doubled).toHaveLength(gone ?? -1)
  expect(await auditOf(lab, ANNA)).toMatchObject({ lost: [], doubled: [] })
  expect(await auditOf(lab, FULL)).toMatchObject({ lost: [], doubled: [] })
})

test('what people do between two passes is carried over to the same copies', async () => {
  const anna = lab.tenant.mailbox(ANNA)
  const [moved, flagged, deleted, filed] = await plain(ANNA, 4)
  if (!moved || !flagged || !deleted || !filed) throw new Error('There is too little mail.')
  const draft = await anna.add(['Drafts'], text('Draft of an offer', 'Dear Sir'), { draft: true, receivedAt: Date.UTC(2026, 5, 3) })
  await pass()
  await anna.move(moved.id, ['Archive'])
  await anna.mark(flagged.id, { read: true, flag: 'flagged', categories: ['VIP'] })
  await anna.remove(deleted.id)
  await anna.edit(draft.id, text('Draft of an offer', 'Dear Madam or Sir, the price is 12 EUR'))
  await anna.add(['Inbox'], text('Lunch', 'At noon?'), { receivedAt: Date.UTC(2026, 5, 4) })
  await anna.addFolder(['Customers'])
  await anna.addFolder(['Customers', 'North'])
  await anna.move(filed.id, ['Customers', 'North'])
  await anna.renameFolder(['Inbox', 'Projects'], 'Projects and more')
  await lab.tenant.mailbox(FULL).move((await plain(FULL, 1))[0]?.id ?? '', ['Archive'])
  const before = (await lab.tenant.stats()).values.fetches
  const report = await pass()
  expect(report.totals).toMatchObject({ remainder: 0, failed: 0, doubled: 0 })
  const raw = await lab.dovecot.raw(lab.loginOf(ANNA))
  expect(await placesOf(raw, moved)).toEqual(['Archive'])
  expect(await placesOf(raw, filed)).toEqual(['Customers/North'])
  expect(await placesOf(raw, deleted)).toEqual(['INBOX'])
  const drafts = await raw.messages('Drafts')
  expect(drafts.filter(({ bytes }) => bytes.includes('12 EUR'))).toHaveLength(1)
  expect(drafts.filter(({ bytes }) => bytes.includes('Dear Sir'))).toHaveLength(0)
  const [marked] = (await raw.messages('INBOX')).filter(({ bytes }) => isCalled(bytes, flagged.messageId))
  expect(marked?.flags).toEqual(expect.arrayContaining(['\\Seen', '\\Flagged', 'VIP']))
  expect(await raw.list()).toContain('INBOX/Projects and more')
  raw.close()
  const found = await auditOf(lab, ANNA)
  // Only what the owner deleted at the source stands at the destination beyond what is there.
  expect(found.lost).toEqual([])
  expect(found.doubled).toHaveLength(1)
  expect(await auditOf(lab, FULL)).toMatchObject({ lost: [], doubled: [] })
  // Moved, marked and renamed mail is not read again in full: the new text, the draft, and what verify read back.
  expect((await lab.tenant.stats()).values.fetches - before).toBeLessThan(90)
})

test('folders that exchange their names between two passes: verification names what stands elsewhere, and the next pass brings it home', async () => {
  const anna = lab.tenant.mailbox(ANNA)
  const [some, others] = [
    ['Inbox', 'North'],
    ['Inbox', 'South'],
  ]
  for (const path of [some, others]) await anna.addFolder(path)
  for (const n of [1, 2, 3]) await anna.add(some, text(`North ${n}`, 'to the north'))
  for (const n of [1, 2]) await anna.add(others, text(`South ${n}`, 'to the south'))
  await pass()
  await anna.renameFolder(some, 'Passing')
  await anna.renameFolder(others, 'North')
  await anna.renameFolder(['Inbox', 'Passing'], 'South')
  const told = await lab.offramp('verify', '--json')
  expect(told.code).toBe(1)
  const waiting = lastJson<Report>(told)
    .lanes.flatMap(({ balance }) => balance?.exceptions ?? [])
    .filter(({ kind }) => kind === 'waiting')
  expect(waiting.map(({ message }) => /its folder is now INBOX\/(North|South)/.exec(message)?.[1]).sort()).toEqual([
    'North',
    'North',
    'South',
    'South',
    'South',
  ])
  const before = (await lab.tenant.stats()).values.fetches
  expect((await pass()).totals).toMatchObject({ remainder: 0, failed: 0, doubled: 0 })
  const raw = await lab.dovecot.raw(lab.loginOf(ANNA))
  const subjects = async (name: string) =>
    (await raw.messages(name)).map(({ bytes }) => /^Subject: (.*)$/m.exec(bytes.toString('latin1'))?.[1]?.trim()).sort()
  expect(await subjects('INBOX/South')).toEqual(['North 1', 'North 2', 'North 3'])
  expect(await subjects('INBOX/North')).toEqual(['South 1', 'South 2'])
  raw.close()
  expect((await auditOf(lab, ANNA)).lost).toEqual([])
  // They are moved, and not read again: what was read is what verify reads back.
  expect((await lab.tenant.stats()).values.fetches - before).toBeLessThan(90)
})

test('what a person does at the destination is left alone, and told', async () => {
  const [moved, deleted, unread] = await plain(ANNA, 3)
  if (!moved || !deleted || !unread) throw new Error('There is too little mail.')
  const raw = await lab.dovecot.raw(lab.loginOf(ANNA))
  const uidOf = async ({ messageId }: MessageTruth): Promise<number> =>
    (await raw.messages('INBOX')).find(({ bytes }) => isCalled(bytes, messageId))?.uid ?? 0
  const [movedUid, deletedUid, unreadUid] = [await uidOf(moved), await uidOf(deleted), await uidOf(unread)]
  await raw.command('SELECT INBOX')
  await raw.command('CREATE Mine')
  await raw.command(`UID MOVE ${movedUid} Mine`)
  await raw.command(`UID STORE ${unreadUid} +FLAGS (\\Answered)`)
  await raw.command(`UID STORE ${deletedUid} +FLAGS (\\Deleted)`)
  await raw.command(`UID EXPUNGE ${deletedUid}`)
  await raw.append('Mine', text('My own note', 'not from the source'))
  // And at the source, the same messages change as well.
  const anna = lab.tenant.mailbox(ANNA)
  await anna.mark(moved.id, { read: true })
  await anna.mark(deleted.id, { read: true })
  const ended = await lab.offramp('run', '--json')
  const report = lastJson<Report>(ended)
  expect(await placesOf(raw, moved)).toEqual(['Mine'])
  expect(await placesOf(raw, deleted)).toEqual([])
  expect(await placesOf(raw, { messageId: 'My-own-note@contoso.example' })).toEqual(['Mine'])
  const answered = (await raw.messages('INBOX')).find(({ uid }) => uid === unreadUid)
  expect(answered?.flags).toContain('\\Answered')
  raw.close()
  const told = report.lanes.flatMap(({ balance }) => balance?.exceptions ?? [])
  expect(told.filter(({ kind }) => kind === 'missing')).toHaveLength(1)
  expect(ended.code).toBe(1)
})
