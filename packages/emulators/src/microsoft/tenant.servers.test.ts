import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import type { TenantOptions } from './options.ts'
import { type EmulatedTenant, startTenant } from './tenant.ts'
import { type ErrorBody, IMMUTABLE, type Page, type TestClient, testClient } from './test-client.ts'

const ANNA = 'anna@contoso.example'

let tenant: EmulatedTenant
let client: TestClient

afterEach(async () => {
  client.close()
  await tenant.close()
})

async function start(options: Partial<TenantOptions> = {}): Promise<void> {
  tenant = await startTenant({ seed: 11, accounts: [{ address: ANNA, messages: 60 }], ...options })
  client = testClient(tenant)
  await client.logIn()
}

const errorOf = (answer: { json<Shape>(): Shape }): ErrorBody['error'] => answer.json<ErrorBody>().error

test('the fifth request at once is refused with Retry-After', async () => {
  // Long: on a busy machine six new connections take their time, and all have to be there before the first is answered.
  await start({ latencyMs: 2_000 })
  const answers = await Promise.all(Array.from({ length: 6 }, () => client.get(`/users/${ANNA}/mailFolders`)))
  const refused = answers.filter((answer) => answer.status === 429)
  expect(answers.filter((answer) => answer.status === 200)).toHaveLength(4)
  expect(refused).toHaveLength(2)
  expect(refused[0]?.headers['retry-after']).toBe('10')
  expect(refused.map((each) => errorOf(each).message)).toContain('Application is over its MailboxConcurrency limit.')
  expect(tenant.stats()).toMatchObject({ throttled: 2, mailboxes: { [ANNA]: { peakInFlight: 4, requests: 6 } } })
})

test('a client that keeps four in flight is never refused, however fast it is', async () => {
  await start({ limits: { requests: 100_000 } })
  await Promise.all(
    Array.from({ length: 4 }, async () => {
      for (let count = 0; count < 60; count++) expect((await client.get(`/users/${ANNA}/mailFolders`)).status).toBe(200)
    }),
  )
  expect(tenant.violations()).toEqual([])
})

test('the request budget ends, time is scaled, and mailboxes do not share it', async () => {
  let now = Date.UTC(2026, 5, 1)
  await start({
    accounts: [{ address: ANNA }, { address: 'ben@contoso.example' }],
    limits: { requests: 5 },
    timeScale: 100,
    now: () => now,
  })
  for (let count = 0; count < 5; count++) expect((await client.get(`/users/${ANNA}/mailFolders`)).status).toBe(200)
  const refused = await client.get(`/users/${ANNA}/mailFolders`)
  expect([refused.status, refused.headers['retry-after'], errorOf(refused).code]).toEqual([429, '6', 'ApplicationThrottled'])
  expect((await client.get('/users/ben@contoso.example/mailFolders')).status).toBe(200)
  now += 6_000
  expect((await client.get(`/users/${ANNA}/mailFolders`)).status).toBe(200)
  expect(tenant.violations()).toEqual([])
})

test('bad manners are noted', async () => {
  await start()
  await client.send('GET', `/users/${ANNA}/messages?$select=id`, undefined, { ...IMMUTABLE, 'user-agent': 'undici' })
  const delta = (await client.get(`/users/${ANNA}/mailFolders/inbox/messages/delta?$select=id`)).json<Page<unknown>>()
  await client.get(`${delta['@odata.nextLink']}&$select=id`)
  expect(tenant.violations()).toEqual([
    'User-Agent is not decorated as "ISV|Company|App/Version": "undici"',
    'query options added to a nextLink or deltaLink: it must be called as it is',
  ])
})

test('a report is a redirect to another host, which must not see the token', async () => {
  await start({ concealNames: true })
  const answer = await client.get("/reports/getMailboxUsageDetail(period='D7')")
  expect(answer.status).toBe(302)
  const location = String(answer.headers['location'])
  expect(new URL(location).host).not.toBe(new URL(tenant.graphUrl).host)
  const csv = await client.get(location)
  expect(csv.text).toMatch(/^\ufeffReport Refresh Date,User Principal Name,/)
  expect(csv.text).toMatch(/\r\n\d{4}-\d\d-\d\d,[0-9A-F]{32},/)
  expect(tenant.violations()).toEqual(['Authorization sent to a pre-authenticated download host'])
})

interface BatchAnswer {
  readonly responses: readonly {
    readonly id: string
    readonly status: number
    readonly headers: Readonly<Record<string, string>>
    readonly body: unknown
  }[]
}

const batch = (requests: readonly unknown[]) =>
  client.send('POST', '/$batch', JSON.stringify({ requests }), { 'content-type': 'application/json' })

test('a batch counts each of its requests, knows dependencies, and fails inside only', async () => {
  await start({ limits: { requests: 4 } })
  const [first] = (await client.get(`/users/${ANNA}/messages?$select=id&$top=1`)).json<Page<{ readonly id: string }>>().value
  const answer = await batch([
    { id: '1', method: 'GET', url: `/users/${ANNA}/mailFolders/inbox?$select=id` },
    { id: '2', method: 'GET', url: `/users/${ANNA}/mailFolders/clutter` },
    { id: '3', method: 'GET', url: '/users?$select=id', dependsOn: ['2'] },
    { id: '4', method: 'GET', url: `/users/${ANNA}/messages/${first?.id}/$value`, headers: IMMUTABLE },
    { id: '5', method: 'GET', url: `/users/${ANNA}/mailFolders` },
  ])
  expect(answer.status).toBe(200)
  const by = new Map(answer.json<BatchAnswer>().responses.map((each) => [each.id, each]))
  expect([...by].map(([id, each]) => [id, each.status]).toSorted()).toEqual([
    ['1', 200],
    ['2', 404],
    ['3', 424],
    ['4', 200],
    ['5', 429],
  ])
  expect(Number(by.get('5')?.headers['Retry-After'])).toBeGreaterThan(0)
  expect(Buffer.from(String(by.get('4')?.body), 'base64').toString()).toContain('MIME-Version')
  expect(tenant.violations()).toEqual([])
})

test('a batch that is malformed is a 400 outside', async () => {
  await start()
  const get = (id: string, url = '/users') => ({ id, method: 'GET', url })
  expect((await batch(Array.from({ length: 21 }, (_, at) => get(String(at))))).status).toBe(400)
  expect((await batch([get('1'), get('1')])).status).toBe(400)
  expect((await batch([get('1', '/v1.0/users')])).status).toBe(400)
  expect((await batch([{ ...get('1'), dependsOn: ['9'] }])).status).toBe(400)
})

test('a scripted user acts at the same requests in each run', async () => {
  const script = {
    mailbox: ANNA,
    kind: 'delta',
    steps: [
      { at: 2, act: 'delete' as const, count: 3 },
      { every: 1, act: 'receive' as const, times: 4 },
      { at: 3, act: 'move' as const, count: 5 },
      { at: 3, act: 'flag' as const },
      { at: 4, act: 'rename-folder' as const },
    ],
  }
  const run = async (): Promise<unknown> => {
    await start()
    tenant.scenario(script)
    for (let count = 0; count < 6; count++) await client.get(`/users/${ANNA}/mailFolders/inbox/messages/delta?$select=id`)
    const truth = await tenant.mailbox(ANNA).messages()
    return truth.map(({ modifiedAt: _, ...each }) => each)
  }
  const first = await run()
  expect(first).toHaveLength(60 - 3 + 4)
  client.close()
  await tenant.close()
  expect(await run()).toEqual(first)
})

test('a folder of .eml files becomes a mailbox, byte for byte', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'offramp-eml-'))
  mkdirSync(join(folder, 'Kunden', 'Ä'), { recursive: true })
  const bytes = Buffer.from(
    'From: =?utf-8?Q?J=C3=B6rg?= <j@x.example>\r\nSubject: =?iso-8859-1?Q?gr=FC=DFe?=\r\nDate: Tue, 2 Jan 2018 03:04:05 +0100\r\nMessage-ID: <1@x>\r\nContent-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\n\r\nhello \xff\r\n--b\r\nContent-Type: application/pdf; name="a.pdf"\r\nContent-Transfer-Encoding: base64\r\n\r\nAAEC\r\n--b--\r\n',
    'latin1',
  )
  writeFileSync(join(folder, 'Kunden', 'Ä', 'one.eml'), bytes)
  writeFileSync(join(folder, 'two.eml'), 'no header at all')
  await start({ accounts: [{ address: ANNA, eml: folder }] })
  const truth = await tenant.mailbox(ANNA).messages()
  const one = truth.find((each) => each.messageId === '<1@x>')
  expect(one).toMatchObject({ folder: ['Kunden', 'Ä'], subject: 'grüße', receivedAt: Date.UTC(2018, 0, 2, 2, 4, 35) })
  const value = await client.get(`/users/${ANNA}/messages/${one?.id}/$value`)
  expect(value.bytes.equals(bytes)).toBe(true)
  const listed = (await client.get(`/users/${ANNA}/messages/${one?.id}?$select=from,hasAttachments,body,internetMessageHeaders`)).json()
  expect(listed).toMatchObject({
    hasAttachments: true,
    from: { emailAddress: { name: 'Jörg', address: 'j@x.example' } },
    internetMessageHeaders: expect.arrayContaining([{ name: 'Message-ID', value: '<1@x>' }]),
  })
  const attachments = `/users/${ANNA}/messages/${one?.id}/attachments`
  const [pdf] = (await client.get(attachments)).json<Page<{ readonly id: string; readonly contentBytes: string; readonly name: string }>>()
    .value
  expect(pdf).toMatchObject({ name: 'a.pdf', contentBytes: 'AAEC' })
  expect((await client.get(`${attachments}/${pdf?.id}/$value`)).bytes).toEqual(Buffer.from([0, 1, 2]))
  rmSync(folder, { recursive: true })
})

test('the directory and the reports are throttled apart from each other and from mail', async () => {
  let now = Date.UTC(2026, 5, 1)
  await start({ limits: { directoryUnits: 10 }, now: () => now })
  const users = async () => (await client.get('/users')).status
  for (let count = 0; count < 5; count++) expect(await users()).toBe(200)
  const refused = await client.get('/users')
  expect([refused.status, refused.headers['retry-after'], refused.headers['x-ms-resource-unit']]).toEqual([429, '2', '2'])
  expect((await client.get(`/users/${ANNA}/mailFolders`)).status).toBe(200)
  const report = async () => client.get("/reports/getMailboxUsageDetail(period='D30')")
  for (let count = 0; count < 14; count++) expect((await report()).status).toBe(302)
  expect((await report()).status).toBe(429)
  now += 2_000
  expect(await users()).toBe(200)
  expect(tenant.violations()).toEqual([])
})

test('a message too large for $value can be rebuilt from its JSON and attachments', async () => {
  await start({ accounts: [{ address: ANNA }], quirks: { mimeLimitBytes: 20_000 } })
  const anna = tenant.mailbox(ANNA)
  const inner = 'Subject: inner\r\nMessage-ID: <inner@x>\r\n\r\nhello'
  const part = (type: string, body: string, name: string) =>
    `--b\r\nContent-Type: ${type}; name="${name}"\r\nContent-Disposition: attachment\r\n\r\n${body}\r\n`
  const mail = `Subject: big\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\ntext\r\n${part('message/rfc822', inner, 'inner.eml')}${part('message/external-body; access-type=URL', '', 'plan.docx')}${part('application/pdf', 'x'.repeat(30_000), 'a.pdf')}--b--\r\n`
  const { id } = await anna.add(['Inbox'], Buffer.from(mail))
  const message = `/users/${ANNA}/messages/${id}`
  expect((await client.get(`${message}/$value`)).status).toBe(500)
  expect((await client.get(`${message}?$select=body,hasAttachments`)).json()).toMatchObject({
    hasAttachments: true,
    body: { contentType: 'text', content: 'text' },
  })
  type Shown = { readonly id: string; readonly name: string; readonly '@odata.type': string; readonly item?: { readonly subject: string } }
  const path = `${message}/attachments`
  const [item, link, file] = (await client.get(`${path}?$select=id,name,size`)).json<Page<Shown>>().value
  expect([item, link, file].map((each) => each?.['@odata.type'].replace('#microsoft.graph.', ''))).toEqual([
    'itemAttachment',
    'referenceAttachment',
    'fileAttachment',
  ])
  expect((await client.get(`${path}/${item?.id}/$value`)).text).toBe(inner)
  expect((await client.get(`${path}/${item?.id}?$expand=microsoft.graph.itemattachment/item`)).json<Shown>().item?.subject).toBe('inner')
  expect((await client.get(`${path}/${link?.id}/$value`)).status).toBe(405)
  expect((await client.get(`${path}/${file?.id}/$value`)).bytes).toHaveLength(30_000)
})

test('small lists beside the mail: counts, categories, rules, the organization', async () => {
  await start()
  const user = `/users/${ANNA}`
  const inbox = (await tenant.mailbox(ANNA).folders()).find((folder) => folder.wellKnown === 'inbox')
  expect((await client.get(`${user}/mailFolders/inbox/messages/$count`)).text).toBe(String(inbox?.messages))
  expect((await client.get(`${user}/outlook/masterCategories`)).json<Page<unknown>>().value.length).toBeGreaterThan(2)
  expect((await client.get(`${user}/mailFolders/inbox/messageRules`)).json<Page<unknown>>().value).toHaveLength(2)
  expect((await client.get('/organization')).json<Page<{ readonly id: string }>>().value[0]?.id).toBe(tenant.tenantId)
  const [id] = (await tenant.mailbox(ANNA).messages()).map((each) => each.id)
  const translated = await client.send(
    'POST',
    `${user}/translateExchangeIds`,
    JSON.stringify({ inputIds: [id], sourceIdType: 'restImmutableEntryId', targetIdType: 'restId' }),
  )
  const truth = (await tenant.mailbox(ANNA).messages())[0]
  expect(translated.json<Page<unknown>>().value).toEqual([{ sourceId: id, targetId: truth?.defaultId }])
})

test('rules and automatic replies are what the seed says, behind the role that Graph asks for', async () => {
  const rules = Array.from({ length: 130 }, (_, n) => ({
    displayName: `Rule ${n}`,
    conditions: { subjectContains: ['x'] },
    actions: n === 0 ? { moveToFolder: ['Inbox', 'Projects'] } : { copyToFolder: ['Nowhere'] },
  }))
  await start({
    accounts: [{ address: ANNA, messages: 60, rules, automaticReplies: { status: 'alwaysEnabled', internalReplyMessage: '<p>Away</p>' } }],
  })
  interface Rule {
    readonly id: string
    readonly sequence: number
    readonly actions: { readonly moveToFolder?: string; readonly copyToFolder?: string }
  }
  const path = `/users/${ANNA}/mailFolders/inbox/messageRules`
  const first = (await client.get(path)).json<Page<Rule>>()
  const rest = (
    await client.get(new URL(first['@odata.nextLink'] ?? '').pathname.replace('/v1.0', '') + new URL(first['@odata.nextLink'] ?? '').search)
  ).json<Page<Rule>>()
  expect([first.value.length, rest.value.length, rest['@odata.nextLink']]).toEqual([100, 30, undefined])
  const projects = (await tenant.mailbox(ANNA).folders()).find(({ path: names }) => names.at(-1) === 'Projects')
  expect(first.value[0]?.actions.moveToFolder).toBe(projects?.id)
  expect((await client.get(`/users/${ANNA}/mailFolders/${first.value[1]?.actions.copyToFolder}`)).status).toBe(404)
  expect((await client.get(`${path}/${first.value[2]?.id}`)).json<Rule>().sequence).toBe(3)
  expect((await client.get(`${path}/nobody`)).status).toBe(404)
  expect((await client.get(`${path}?$select=smell`)).status).toBe(400)
  expect((await client.get(`/users/${ANNA}/mailboxSettings/automaticRepliesSetting`)).json()).toMatchObject({
    status: 'alwaysEnabled',
    externalAudience: 'all',
    internalReplyMessage: '<p>Away</p>',
  })
  client.close()
  await tenant.close()
  await start({ permissions: ['User.Read.All', 'Mail.Read'] })
  expect((await client.get(path)).status).toBe(403)
  await expect(
    startTenant({ seed: 1, accounts: [{ address: ANNA, rules: [{ displayName: 'x', conditions: JSON.parse('{"smellsOf":["x"]}') }] }] }),
  ).rejects.toThrow('smellsOf')
})
