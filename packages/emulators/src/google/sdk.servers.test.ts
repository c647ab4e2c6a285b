import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { admin, type admin_directory_v1 } from '@googleapis/admin'
import { type calendar_v3, calendar as calendarApi } from '@googleapis/calendar'
import { type gmail_v1, gmail as gmailApi } from '@googleapis/gmail'
import { people as peopleApi } from '@googleapis/people'
import { tasks as tasksApi, auth as tasksAuth } from '@googleapis/tasks'
import { JWT } from 'google-auth-library'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type EmulatedWorkspace, startWorkspace } from './workspace.ts'

/** Google's own client: what it accepts, the emulator speaks. */
const ANNA = 'anna@fabrikam.example'
const READ = 'https://www.googleapis.com/auth/gmail.readonly'
const PURSE = 'anna-1'

const WORK = { calendars: { events: 60 }, contacts: { people: 30, others: 4 }, tasks: { tasks: 30 } }

let workspace: EmulatedWorkspace

beforeAll(async () => {
  workspace = await startWorkspace({
    seed: 2,
    accounts: [{ ...WORK, address: ANNA, admin: true, messages: 1_300, awkward: 1, chats: 2 }],
    limits: { userPerMinute: 1_000_000 },
  })
  setDefaultCACertificates([...getCACertificates('default'), workspace.ca])
})
afterAll(() => workspace.stop())

/** A client for one user, led to the emulator at the place where all of its requests pass. */
function login(subject: string, scopes: readonly string[]): JWT {
  const auth = new JWT(means(subject, scopes))
  auth.transporter.interceptors.request.add({ resolved })
  return auth
}

function means(subject: string, scopes: readonly string[]) {
  const key: { readonly client_email: string; readonly private_key: string } = JSON.parse(workspace.key())
  return { email: key.client_email, key: key.private_key, scopes: [...scopes], subject }
}

async function resolved<Config extends { url: URL; readonly headers: Headers }>(config: Config): Promise<Config> {
  const url = new URL(config.url)
  config.headers.set('x-goog-emulated-host', url.hostname)
  url.host = new URL(workspace.url).host
  config.url = url
  return config
}

const gmail = (scopes: readonly string[] = [READ]): gmail_v1.Gmail =>
  gmailApi({ version: 'v1', auth: login(ANNA, scopes), retry: false, params: { quotaUser: PURSE } })

test('the official client logs in, walks a mailbox and reads a message', async () => {
  const api = gmail()
  const profile = (await api.users.getProfile({ userId: 'me' })).data
  expect(profile).toMatchObject({ emailAddress: ANNA, messagesTotal: 1_307 })
  const found = new Set<string>()
  let pageToken: string | undefined
  do {
    const { data }: { data: gmail_v1.Schema$ListMessagesResponse } = await api.users.messages.list({
      userId: 'me',
      maxResults: 100,
      includeSpamTrash: true,
      ...(pageToken !== undefined && { pageToken }),
    })
    for (const { id } of data.messages ?? []) found.add(id ?? '')
    pageToken = data.nextPageToken ?? undefined
  } while (pageToken !== undefined)
  expect(found.size).toBe(1_307)
  for (const id of [...found].slice(0, 40)) {
    const { data } = await api.users.messages.get({ userId: 'me', id, format: 'raw', fields: 'id,labelIds,internalDate,raw' })
    expect(Buffer.from(data.raw ?? '', 'base64url').equals(await workspace.mailbox(ANNA).bytes(id))).toBe(true)
    expect(Object.keys(data).every((name) => ['id', 'labelIds', 'internalDate', 'raw'].includes(name))).toBe(true)
  }
  expect(await workspace.violations()).toEqual([])
})

test('the official client follows history through the owner’s acts', async () => {
  const api = gmail()
  const desk = workspace.mailbox(ANNA)
  const { historyId } = (await api.users.getProfile({ userId: 'me' })).data
  const added = await desk.add(Buffer.from('Subject: new\r\n\r\nhello\r\n'))
  await desk.trash(added.id)
  const { data } = await api.users.history.list({ userId: 'me', startHistoryId: historyId ?? '', maxResults: 500 })
  expect(data.history?.map((record) => Object.keys(record).filter((key) => key !== 'id' && key !== 'messages'))).toEqual([
    ['messagesAdded'],
    ['labelsAdded', 'labelsRemoved'],
  ])
  await desk.expireHistory()
  await expect(api.users.history.list({ userId: 'me', startHistoryId: historyId ?? '', maxResults: 500 })).rejects.toMatchObject({
    status: 404,
  })
})

test('the official client understands the errors', async () => {
  const api = (status: number, reason: string) => ({ status, response: { data: { error: { errors: [{ reason }] } } } })
  await expect(gmail().users.messages.get({ userId: 'me', id: '0000000000000000', format: 'raw' })).rejects.toMatchObject(
    api(404, 'notFound'),
  )
  await workspace.faults.add({ path: '/profile', times: 1, effect: { kind: 'quota', sort: 'user', ms: 0, status: 403 } })
  await expect(gmail().users.getProfile({ userId: 'me' })).rejects.toMatchObject(api(403, 'userRateLimitExceeded'))
  const login400 = { status: 400, response: { data: { error: 'invalid_grant' } } }
  await expect(login('nobody@fabrikam.example', [READ]).authorize()).rejects.toMatchObject(login400)
  const both = gmail([READ, 'https://www.googleapis.com/auth/keep.readonly'])
  await expect(both.users.getProfile({ userId: 'me' })).rejects.toMatchObject({ message: expect.stringContaining('unauthorized_client') })
})

test('the official client walks the directory and the reports', async () => {
  const auth = login(ANNA, ['https://www.googleapis.com/auth/admin.directory.user.readonly'])
  const directory = admin({ version: 'directory_v1', auth, retry: false, params: { quotaUser: 'admin' } })
  const { data }: { data: admin_directory_v1.Schema$Users } = await directory.users.list({ customer: 'my_customer', maxResults: 500 })
  expect(data.users?.map(({ primaryEmail }) => primaryEmail)).toEqual([ANNA])
  const reports = admin({
    version: 'reports_v1',
    auth: login(ANNA, ['https://www.googleapis.com/auth/admin.reports.usage.readonly']),
    retry: false,
    params: { quotaUser: 'admin' },
  })
  const date = new Date(Date.now() - 5 * 86_400_000).toISOString().slice(0, 10)
  const usage = (await reports.userUsageReport.get({ userKey: 'all', date, parameters: 'accounts:gmail_used_quota_in_mb' })).data
  expect(usage.usageReports?.[0]?.parameters).toEqual([
    { name: 'accounts:gmail_used_quota_in_mb', intValue: expect.stringMatching(/^\d+$/) },
  ])
  expect(await workspace.violations()).toEqual([])
})

test('fifty megabytes come as one raw message', async () => {
  const bytes = Buffer.alloc(50 * 1_048_576, 'large \xff\r\n', 'latin1')
  const { id } = await workspace.mailbox(ANNA).add(bytes)
  const { data } = await gmail().users.messages.get({ userId: 'me', id, format: 'raw', fields: 'raw,sizeEstimate' })
  expect(data.sizeEstimate).toBe(bytes.length)
  expect(Buffer.from(data.raw ?? '', 'base64url').equals(bytes)).toBe(true)
})

const scoped = (name: string): JWT => login(ANNA, [`https://www.googleapis.com/auth/${name}`])
const usual = { retry: false, params: { quotaUser: PURSE } } as const

test('the official client walks a calendar, follows its sync token, and sees when a series takes place', async () => {
  const api = calendarApi({ version: 'v3', auth: scoped('calendar.readonly'), ...usual })
  const { data: lists } = await api.calendarList.list({ maxResults: 250, showHidden: true })
  expect(lists.items?.map(({ primary }) => primary ?? false)).toEqual([true, false])
  const question = { calendarId: ANNA, maxResults: 2_500, singleEvents: false, showDeleted: true }
  const events: calendar_v3.Schema$Event[] = []
  let syncToken: string | undefined
  for (let pageToken: string | undefined; ; ) {
    const { data }: { data: calendar_v3.Schema$Events } = await api.events.list({
      ...question,
      ...(pageToken !== undefined && { pageToken }),
    })
    events.push(...(data.items ?? []))
    pageToken = data.nextPageToken ?? undefined
    syncToken = data.nextSyncToken ?? undefined
    if (pageToken === undefined) break
  }
  const desk = workspace.work(ANNA).calendars
  const truth = await desk.items(ANNA)
  expect(new Set(events.filter((event) => !event.recurringEventId).map(({ id }) => id))).toEqual(
    new Set(truth.map(({ event }) => event.id)),
  )
  const series = truth.find(({ event }) => event.recurrence?.some((line) => line.includes('COUNT')))?.event
  const { data } = await api.events.instances({
    calendarId: ANNA,
    eventId: series?.id ?? '',
    maxResults: 2_500,
    timeMax: '2030-01-01T00:00:00Z',
  })
  const instants = await desk.instants(ANNA, series?.id ?? '', 0, Date.UTC(2030, 0, 1))
  expect(data.items?.map(({ start }) => Date.parse(start?.dateTime ?? `${start?.date}T00:00:00Z`))).toEqual(
    instants.map(({ start }) => start),
  )
  await desk.patch(ANNA, series?.id ?? '', { summary: 'changed' })
  const changes = await api.events.list({ ...question, syncToken: syncToken ?? '' })
  expect(changes.data.items?.map(({ summary }) => summary)).toEqual(['changed'])
  await desk.expireSyncTokens()
  await expect(api.events.list({ ...question, syncToken: syncToken ?? '' })).rejects.toMatchObject({ status: 410 })
  expect(await workspace.violations()).toEqual([])
})

test('the official client walks contacts and tasks', async () => {
  const contacts = peopleApi({ version: 'v1', auth: scoped('contacts.readonly'), ...usual })
  const question = { resourceName: 'people/me', personFields: 'names,metadata', sources: ['READ_SOURCE_TYPE_CONTACT'], pageSize: 1_000 }
  expect((await contacts.people.connections.list(question)).data.connections).toHaveLength(30)
  expect((await contacts.contactGroups.list({ pageSize: 1_000 })).data.contactGroups).toHaveLength(10)
  const others = peopleApi({ version: 'v1', auth: scoped('contacts.other.readonly'), ...usual })
  const collected = { readMask: 'names', sources: ['READ_SOURCE_TYPE_CONTACT'], pageSize: 1_000 }
  expect((await others.otherContacts.list(collected)).data.otherContacts).toHaveLength(4)
  // Its newest release is built on the common parts of a version before, and brings a login of its own.
  const own = new tasksAuth.JWT(means(ANNA, ['https://www.googleapis.com/auth/tasks.readonly']))
  own.transporter.interceptors.request.add({ resolved })
  const api = tasksApi({ version: 'v1', auth: own, ...usual })
  let found = 0
  for (const { id } of (await api.tasklists.list({ maxResults: 1_000 })).data.items ?? []) {
    const { data } = await api.tasks.list({ tasklist: id ?? '', maxResults: 100, showHidden: true, showAssigned: true })
    found += data.items?.length ?? 0
  }
  expect(found).toBe(30)
  expect(await workspace.violations()).toEqual([])
})
