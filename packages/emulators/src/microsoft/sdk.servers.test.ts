import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import {
  AuthenticationHandler,
  Client,
  GraphError,
  HTTPMessageHandler,
  PageIterator,
  ResponseType,
  TelemetryHandler,
} from '@microsoft/microsoft-graph-client'
import type { MailFolder, Message, User } from '@microsoft/microsoft-graph-types'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type EmulatedTenant, startTenant } from './tenant.ts'
import { type TokenBody, testClient } from './test-client.ts'

/** Microsoft's own client, with its own chain of middleware but for retries: what it accepts, the emulator speaks. */
const ANNA = 'anna@contoso.example'

let tenant: EmulatedTenant
let graph: Client

beforeAll(async () => {
  tenant = await startTenant({
    seed: 2,
    accounts: [{ address: ANNA, messages: 90 }, ...Array.from({ length: 130 }, (_, at) => ({ address: `u${at}@contoso.example` }))],
  })
  setDefaultCACertificates([...getCACertificates('default'), tenant.ca])
  const login = testClient(tenant)
  const token = (await login.token(login.login)).json<TokenBody>().access_token
  login.close()
  const authentication = new AuthenticationHandler({ getAccessToken: async () => token })
  const telemetry = new TelemetryHandler()
  authentication.setNext(telemetry)
  telemetry.setNext(new HTTPMessageHandler())
  graph = Client.initWithMiddleware({ middleware: authentication, baseUrl: tenant.graphUrl, customHosts: new Set(['localhost']) })
})
afterAll(() => tenant.close())

interface Values<T> {
  readonly value: readonly T[]
}

const HEADERS = { 'User-Agent': 'ISV|Offramp|SdkTest/1.0', Prefer: 'IdType="ImmutableId", odata.maxpagesize=25' }

test('the official client walks users, folders and a delta, and reads a message', async () => {
  const users: User[] = []
  const first = await graph.api('/users').select(['id', 'userPrincipalName']).headers(HEADERS).get()
  await new PageIterator(graph, first, (user: User) => users.push(user) > 0, { headers: HEADERS }).iterate()
  expect(users).toHaveLength(131)
  const folders: Values<MailFolder> = await graph
    .api(`/users/${ANNA}/mailFolders`)
    .query({ includeHiddenFolders: 'true' })
    .top(100)
    .headers(HEADERS)
    .get()
  const inbox = folders.value.find((folder) => folder.displayName === 'Inbox')

  const found = new Set<string>()
  const start = await graph
    .api(`/users/${ANNA}/mailFolders/${inbox?.id}/messages/delta`)
    .select('id,subject')
    .expand("singleValueExtendedProperties($filter=id eq 'Integer 0x0E08')")
    .headers(HEADERS)
    .get()
  const iterator = new PageIterator(graph, start, (message: Message) => found.add(message.id ?? '').size > 0, { headers: HEADERS })
  await iterator.iterate()
  expect(iterator.getDeltaLink()).toContain('$deltatoken=')
  expect(found.size).toBe(inbox?.totalItemCount)

  const [id = ''] = found
  const response: Response = await graph.api(`/users/${ANNA}/messages/${id}/$value`).headers(HEADERS).responseType(ResponseType.RAW).get()
  expect(Buffer.from(await response.arrayBuffer()).equals(await tenant.mailbox(ANNA).bytes(id))).toBe(true)
  expect(tenant.violations()).toEqual([])
})

test('the official client understands the errors', async () => {
  const refused: unknown = await graph
    .api(`/users/${ANNA}/messages/nonsense`)
    .headers(HEADERS)
    .get()
    .catch((error: unknown) => error)
  expect(refused).toBeInstanceOf(GraphError)
  expect(refused).toMatchObject({ statusCode: 400, code: 'ErrorInvalidIdMalformed', requestId: expect.stringMatching(/^[0-9a-f-]{36}$/) })
})
