import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { admin, type admin_directory_v1 } from '@googleapis/admin'
import { type gmail_v1, gmail as gmailApi } from '@googleapis/gmail'
import { JWT } from 'google-auth-library'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type EmulatedWorkspace, startWorkspace } from './workspace.ts'

/** Google's own client: what it accepts, the emulator speaks. */
const ANNA = 'anna@fabrikam.example'
const READ = 'https://www.googleapis.com/auth/gmail.readonly'
const PURSE = 'anna-1'

let workspace: EmulatedWorkspace

beforeAll(async () => {
  workspace = await startWorkspace({
    seed: 2,
    accounts: [{ address: ANNA, admin: true, messages: 1_300, awkward: 1, chats: 2 }],
    limits: { userPerMinute: 1_000_000 },
  })
  setDefaultCACertificates([...getCACertificates('default'), workspace.ca])
})
afterAll(() => workspace.stop())

/** A client for one user, led to the emulator at the place where all of its requests pass. */
function login(subject: string, scopes: readonly string[]): JWT {
  const key: { readonly client_email: string; readonly private_key: string } = JSON.parse(workspace.key())
  const auth = new JWT({ email: key.client_email, key: key.private_key, scopes: [...scopes], subject })
  const { host } = new URL(workspace.url)
  auth.transporter.interceptors.request.add({
    resolved: async (config) => {
      const url = new URL(config.url)
      config.headers.set('x-goog-emulated-host', url.hostname)
      url.host = host
      config.url = url
      return config
    },
  })
  return auth
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
  const both = gmail([READ, 'https://www.googleapis.com/auth/drive.readonly'])
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
