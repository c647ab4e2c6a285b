import { getCACertificates, setDefaultCACertificates } from 'node:tls'
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
