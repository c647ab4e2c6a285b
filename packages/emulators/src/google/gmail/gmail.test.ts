import type { gmail_v1 } from '@googleapis/gmail'
import { expect, test } from 'vitest'
import { ANNA, type ErrorShape, testDomain } from '../test-domain.ts'

type List = gmail_v1.Schema$ListMessagesResponse
type Message = gmail_v1.Schema$Message
type Labels = gmail_v1.Schema$ListLabelsResponse
type History = gmail_v1.Schema$ListHistoryResponse

const ALL = 'messages?maxResults=500&includeSpamTrash=true'

test('an empty mailbox has no keys where Google has none', () => {
  const domain = testDomain({ accounts: [{ address: ANNA, admin: true }] })
  expect(domain.get('messages?maxResults=500').json).toEqual({ resultSizeEstimate: 0 })
  expect(domain.get('drafts?maxResults=500').json).toEqual({ resultSizeEstimate: 0 })
  expect(domain.get('settings/filters').json).toEqual({})
  const { historyId } = domain.get<gmail_v1.Schema$Profile>('profile').json
  expect(domain.get(`history?maxResults=500&startHistoryId=${historyId}`).json).toEqual({ historyId })
  const labels = domain.get<Labels>('labels').json.labels ?? []
  expect(labels.find(({ id }) => id === 'YELLOW_STAR')).toEqual({ id: 'YELLOW_STAR', name: 'YELLOW_STAR', type: 'system' })
  expect(labels.every((label) => !('messagesTotal' in label))).toBe(true)
})

test('a message looks as Gmail has it in each format', async () => {
  const domain = testDomain({ accounts: [{ address: ANNA, admin: true }] })
  const raw = Buffer.from('From: a@b.example\r\nSubject: <b>&amp;\r\nX-One: 1\r\nContent-Type: text/plain\r\n\r\n1 < 2 & "so"\r\n')
  const archived = await domain.desk.add(raw, { labels: [], internalDate: 0 })
  expect(archived.id).toMatch(/^[0-9a-f]{16}$/)
  const get = (query: string) => domain.get<Message>(`messages/${archived.id}?${query}`).json
  const minimal = get('format=minimal')
  expect(minimal).toEqual({
    id: archived.id,
    threadId: archived.id,
    snippet: '1 &lt; 2 &amp; &quot;so&quot;',
    sizeEstimate: raw.length,
    historyId: expect.stringMatching(/^\d{16,17}$/),
    internalDate: '0',
  })
  expect(Buffer.from(get('format=raw').raw ?? '', 'base64url').equals(raw)).toBe(true)
  expect(get('format=raw&fields=raw')).toEqual({ raw: Buffer.from(raw).toString('base64').replaceAll('+', '-').replaceAll('/', '_') })
  expect(get('format=metadata&metadataHeaders=x-one').payload).toEqual({ mimeType: 'text/plain', headers: [{ name: 'X-One', value: '1' }] })
  expect(get('format=full').payload?.body?.data).toBe(Buffer.from('1 < 2 & "so"\r\n').toString('base64url'))
  await domain.desk.relabel(archived.id, { add: ['STARRED', 'Customers'] })
  expect(get('format=minimal&fields=labelIds')).toEqual({ labelIds: ['STARRED', 'Label_1'] })
})

test('what is asked wrongly is refused in Google’s words', () => {
  const domain = testDomain()
  const error = (path: string) => domain.get<ErrorShape>(path).json.error
  const [first] = domain.get<List>(ALL).json.messages ?? []
  expect(error('messages/0000000000000000')).toEqual({
    code: 404,
    message: 'Requested entity was not found.',
    errors: [{ message: 'Requested entity was not found.', domain: 'global', reason: 'notFound' }],
    status: 'NOT_FOUND',
  })
  expect(error('messages/not-hex').message).toBe('Invalid id value')
  expect(error(`messages/${first?.id}?fields=id,rfc822`).message).toBe('Invalid field selection rfc822')
  expect(error(`messages/${first?.id}?fields=id(`).code).toBe(400)
  expect(error('messages?maxResults=500&fields=messages(id,thread)').message).toBe('Invalid field selection thread')
  expect(error(`messages/${first?.id}?format=mime`).code).toBe(400)
  expect(error('messages?maxResults=500&labelIds=Label_77').code).toBe(400)
  expect(error('messages?maxResults=500&include=all').message).toContain('Unknown name "include"')
  expect(error('history?maxResults=500').code).toBe(400)
  expect(error('history?maxResults=500&startHistoryId=1').status).toBe('NOT_FOUND')
  expect(error('history?maxResults=500&startHistoryId=99999999999999999999').code).toBe(404)
  expect(error('/gmail/v1/users/ben@fabrikam.example/profile').message).toBe(`Delegation denied for ${ANNA}`)
})

test('trash and spam are listed only where they are asked for, chats and drafts always', () => {
  const domain = testDomain({ accounts: [{ address: ANNA, admin: true, messages: 200, chats: 3 }] })
  const ids = (query: string) => (domain.get<List>(`messages?maxResults=500&${query}`).json.messages ?? []).map(({ id }) => id ?? '')
  const [all, usual] = [ids('includeSpamTrash=true'), new Set(ids(''))]
  const hidden = all.filter((id) => !usual.has(id))
  expect(all).toHaveLength(203)
  expect(hidden.toSorted()).toEqual([...new Set([...ids('labelIds=TRASH'), ...ids('q=in:spam')])].toSorted())
  expect(ids('labelIds=TRASH&labelIds=Label_1').length).toBeGreaterThan(0)
  expect(ids('labelIds=CHAT')).toHaveLength(3)
  expect(ids('labelIds=INBOX&labelIds=SENT').length).toBeGreaterThan(0)
  expect(ids('q=-in:chats%20in:anywhere')).toHaveLength(200)
  const dates = all.map((id) => Number(domain.state.accounts[0]?.mailbox.messages.get(id)?.internalDate))
  expect(dates).toEqual(dates.toSorted((left, right) => right - left))
})

test('pages are short, empty or repeat an item; together they hold everything', () => {
  const domain = testDomain({ accounts: [{ address: ANNA, admin: true, messages: 300 }], limits: { userPerMinute: 1e9 } })
  const pages: string[][] = []
  const parts = 'messages?maxResults=20&includeSpamTrash=true'
  let token: string | null | undefined
  do {
    const { json } = domain.get<List>(`${parts}${token ? `&pageToken=${token}` : ''}`)
    pages.push((json.messages ?? []).map(({ id }) => id ?? ''))
    if ((json.messages ?? []).length === 0) expect(json).not.toHaveProperty('messages')
    token = json.nextPageToken
  } while (token)
  const items = pages.flat()
  expect(new Set(items).size).toBe(300)
  expect(items.length - 300).toBe(Math.floor(pages.length / 5))
  expect(pages.slice(0, -1).filter((page) => page.length === 0).length).toBeGreaterThan(0)
  expect(pages.filter((page) => page.length > 0 && page.length < 20).length).toBeGreaterThan(1)
  expect(domain.state.violations.list()).toEqual([])
})

test('a page token is good for its own question, unchanged; without it in `fields` there is none', () => {
  const domain = testDomain()
  const { nextPageToken: token = '' } = domain.get<List>('messages?maxResults=5').json
  expect(domain.get<List>('messages?maxResults=5&fields=messages(id)').json).toEqual({
    messages: Array(5).fill({ id: expect.any(String) }),
  })
  const status = (query: string) => domain.get(`messages?maxResults=5&${query}`).status
  expect(status(`pageToken=${token}`)).toBe(200)
  expect(domain.state.violations.list()).toEqual([])
  const changed = `${token?.slice(0, 20)}${token?.[20] === 'A' ? 'B' : 'A'}${token?.slice(21)}`
  expect([status(`pageToken=${changed}`), status(`pageToken=${token}&labelIds=INBOX`), status('pageToken=2')]).toEqual([400, 400, 400])
  expect(domain.state.violations.list()).toEqual([
    'messages.list: a page token was made up, changed, or used with other parameters (3 times)',
  ])
})

test('history tells of everything that happened to messages, and of nothing that happened to labels', async () => {
  const domain = testDomain({ accounts: [{ address: ANNA, admin: true }] })
  const start = domain.get<gmail_v1.Schema$Profile>('profile').json.historyId ?? ''
  const mail = await domain.desk.add(Buffer.from('Subject: a\r\n\r\n'), { labels: ['INBOX', 'Customers'] })
  const draft = await domain.desk.add(Buffer.from('Subject: draft\r\n\r\n'), { labels: ['DRAFT'] })
  const draftIds = () => domain.get<gmail_v1.Schema$ListDraftsResponse>('drafts?maxResults=500').json.drafts ?? []
  const [before] = draftIds()
  const edited = await domain.desk.editDraft(draft.id, Buffer.from('Subject: draft 2\r\n\r\n'))
  const [after] = draftIds()
  expect([after?.id, after?.message?.id, after?.message?.threadId]).toEqual([before?.id, edited.id, draft.threadId])
  expect(edited.id).not.toBe(draft.id)
  await domain.desk.trash(mail.id)
  await domain.desk.renameLabel('Customers', 'Clients')
  await domain.desk.deleteLabel('Clients')
  await domain.desk.remove(mail.id)
  const { history = [], historyId } = domain.get<History>(`history?maxResults=500&startHistoryId=${start}`).json
  const told = history.map(({ messagesAdded, messagesDeleted, labelsAdded, labelsRemoved }) => ({
    ...(messagesAdded && { added: messagesAdded.map(({ message }) => message?.id) }),
    ...(messagesDeleted && { deleted: messagesDeleted.map(({ message }) => message?.id) }),
    ...(labelsAdded && { on: labelsAdded.map(({ labelIds }) => labelIds) }),
    ...(labelsRemoved && { off: labelsRemoved.map(({ labelIds }) => labelIds) }),
  }))
  expect(told).toEqual([
    { added: [mail.id] },
    { added: [draft.id] },
    { added: [edited.id], deleted: [draft.id] },
    { on: [['TRASH']], off: [['INBOX']] },
    { deleted: [mail.id] },
  ])
  const numbers = history.map(({ id }) => BigInt(id ?? 0))
  expect(numbers.every((number, at) => number > (numbers[at - 1] ?? BigInt(start)))).toBe(true)
  expect(BigInt(historyId ?? 0)).toBe(numbers.at(-1))
  const only = domain.get<History>(`history?maxResults=500&startHistoryId=${start}&historyTypes=labelRemoved`).json.history ?? []
  expect(only.map((each) => Object.keys(each).toSorted())).toEqual([['id', 'labelsRemoved', 'messages']])
})

test('history is remembered for so long, and an act of the owner can end it', async () => {
  const domain = testDomain({ quirks: { historyRecords: 3 }, accounts: [{ address: ANNA, admin: true }] })
  const id = () => domain.get<gmail_v1.Schema$Profile>('profile').json.historyId ?? ''
  const status = (from: string) => domain.get(`history?maxResults=500&startHistoryId=${from}`).status
  const ids = [id()]
  for (let count = 0; count < 4; count++) {
    await domain.desk.add(Buffer.from(`Subject: ${count}\r\n\r\n`))
    ids.push(id())
  }
  expect(ids.map(status)).toEqual([404, 200, 200, 200, 200])
  await domain.desk.expireHistory()
  expect(ids.map(status)).toEqual([404, 404, 404, 404, 404])
  expect(status(id())).toBe(200)
  expect(domain.state.violations.list()).toEqual(['history.list again from a number that was too old, in anna@fabrikam.example'])
})

test('numbers of history cannot be told apart by a double, nor put in order as texts', async () => {
  const domain = testDomain({ accounts: [{ address: ANNA, admin: true }] })
  const numbers: string[] = []
  for (let count = 0; count < 120; count++) {
    await domain.desk.add(Buffer.from(`Subject: ${count}\r\n\r\n`))
    numbers.push(domain.get<gmail_v1.Schema$Profile>('profile').json.historyId ?? '')
  }
  expect(numbers.every((text) => BigInt(text) > 2n ** 53n && BigInt(text) < 2n ** 64n)).toBe(true)
  expect(numbers.toSorted()).not.toEqual(numbers)
})

test('labels are counted one by one; odd names are there', async () => {
  const domain = testDomain({ accounts: [{ address: ANNA, admin: true, messages: 200, oddLabels: true }] })
  const labels = domain.get<Labels>('labels').json.labels ?? []
  const names = labels.map(({ name }) => name)
  expect(names).toContain('Clients/A')
  expect(names).not.toContain('Clients')
  expect(Math.max(...names.map((name) => name?.length ?? 0))).toBe(225)
  for (const { id, messages } of await domain.desk.labels()) {
    const counted = domain.get<gmail_v1.Schema$Label>(`labels/${encodeURIComponent(id)}`).json
    expect([counted.id, counted.messagesTotal]).toEqual([id, messages])
  }
  await expect(domain.desk.addLabel('CLIENTS/a')).rejects.toThrow('exists already')
  await expect(domain.desk.renameLabel('INBOX', 'Eingang')).rejects.toThrow('Gmail')
})

test('settings are read as they were seeded, or as every mailbox has them', () => {
  const filters = [{ id: 'f1', criteria: { from: 'a@b.example' }, action: { addLabelIds: ['TRASH'] } }]
  const vacation = { enableAutoReply: true, startTime: '1767225600000' }
  const domain = testDomain({ accounts: [{ address: ANNA, admin: true, settings: { filters, vacation } }] })
  const json = (path: string) => domain.get<unknown>(`settings/${path}`).json
  expect(json('filters')).toEqual({ filter: filters })
  expect(json('filters/f1')).toEqual(filters[0])
  expect(json('vacation')).toEqual(vacation)
  expect(json('autoForwarding')).toEqual({ enabled: false })
  expect(json('sendAs')).toMatchObject({ sendAs: [{ sendAsEmail: ANNA, isPrimary: true, isDefault: true }] })
  expect([json('delegates'), json('forwardingAddresses')]).toEqual([{}, {}])
  expect(json('language')).toEqual({ displayLanguage: 'en' })
  expect(json('imap')).toMatchObject({ enabled: true, maxFolderSize: 0 })
  expect(json('pop')).toMatchObject({ accessWindow: 'disabled' })
})
