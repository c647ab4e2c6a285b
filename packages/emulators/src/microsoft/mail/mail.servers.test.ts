import type { MailFolder, Message } from '@microsoft/microsoft-graph-types'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { MailboxControl } from '../control/mailbox-control.ts'
import { type EmulatedTenant, startTenant } from '../tenant.ts'
import { type ErrorBody, type Page, type TestClient, testClient } from '../test-client.ts'

const ANNA = 'anna@contoso.example'
const BASE = `/users/${ANNA}`

let tenant: EmulatedTenant
let client: TestClient
let anna: MailboxControl

beforeAll(async () => {
  tenant = await startTenant({
    seed: 7,
    accounts: [
      {
        address: ANNA,
        displayName: 'Anna Becker',
        language: 'de-DE',
        messages: 120,
        oddNames: true,
        deepFolders: 12,
      },
      { address: 'poor@contoso.example', messages: 20, poison: ['page', 'corrupt'] },
      { address: 'full@contoso.example', messages: 30, overQuota: true },
      { address: 'room@contoso.example', purpose: 'room' },
      ...Array.from({ length: 120 }, (_, at) => ({ address: `user${at}@contoso.example` })),
    ],
  })
  client = testClient(tenant)
  await client.logIn()
  anna = tenant.mailbox(ANNA)
})
afterAll(async () => {
  client.close()
  await tenant.close()
})

const page = async <T>(path: string, headers?: Readonly<Record<string, string>>): Promise<Page<T>> =>
  (await client.get(path, headers)).json<Page<T>>()

async function all<T>(path: string, headers?: Readonly<Record<string, string>>): Promise<readonly T[]> {
  const found: T[] = []
  for (let link: string | undefined = path; link !== undefined; ) {
    const each: Page<T> = await page<T>(link, headers)
    found.push(...each.value)
    link = each['@odata.nextLink']
  }
  return found
}

async function refusal(path: string): Promise<readonly [number, string]> {
  const answer = await client.get(path)
  return [answer.status, answer.json<ErrorBody>().error.code]
}

test('users come a hundred at a time, folders ten', async () => {
  const users = await page('/users?$select=id')
  expect(users.value).toHaveLength(100)
  expect(users['@odata.nextLink']).toContain('$skiptoken=')
  expect(await all('/users?$select=id')).toHaveLength(124)
  expect((await page(`${BASE}/mailFolders`)).value).toHaveLength(10)
})

test('one level of folders at a time, hidden ones on request, search folders by their type', async () => {
  const shown = await all<MailFolder>(`${BASE}/mailFolders`)
  const hidden = await all<MailFolder & { '@odata.type'?: string }>(`${BASE}/mailFolders?includeHiddenFolders=true`)
  expect(shown.some((folder) => folder.isHidden)).toBe(false)
  expect(hidden.length).toBe(shown.length + 2)
  expect(
    hidden.filter((folder) => folder['@odata.type'] === '#microsoft.graph.mailSearchFolder').map((folder) => folder.displayName),
  ).toEqual(['Unread Mail'])
  expect(shown.filter((folder) => folder.displayName === 'twice')).toHaveLength(2)
  expect(shown.map((folder) => folder.displayName)).toContain('A/B')
  expect(shown.map((folder) => folder.displayName)).not.toContain('Level 2')
})

test('recursion finds the whole tree, and mailFolders/delta finds the same', async () => {
  const found: string[] = []
  const walk = async (path: string): Promise<void> => {
    for (const folder of await all<MailFolder>(`${path}?includeHiddenFolders=true&$top=250`)) {
      found.push(folder.id ?? '')
      await walk(`${BASE}/mailFolders/${folder.id}/childFolders`)
    }
  }
  await walk(`${BASE}/mailFolders`)
  const truth = (await anna.folders()).filter((folder) => folder.wellKnown !== 'recoverableitemsdeletions').map((folder) => folder.id)
  expect(found.toSorted()).toEqual(truth.toSorted())
  const flat = await all<MailFolder>(`${BASE}/mailFolders/delta`, { prefer: 'odata.maxpagesize=7' })
  expect(flat.map((folder) => folder.id).toSorted()).toEqual(truth.toSorted())
})

test('well-known names work in any language, and are missing where the folder is', async () => {
  const inbox = (await client.get(`${BASE}/mailFolders/inbox`)).json<MailFolder>()
  expect(inbox.displayName).toBe('Posteingang')
  expect((await client.get(`${BASE}/mailFolders/${inbox.id}`)).json<MailFolder>().id).toBe(inbox.id)
  expect(await refusal(`${BASE}/mailFolders/clutter`)).toEqual([404, 'ErrorItemNotFound'])
  expect((await client.get(`${BASE}/mailFolders/recoverableitemsdeletions`)).status).toBe(200)
  expect(await refusal(`${BASE}/mailFolders?$select=wellKnownName`)).toEqual([400, 'RequestBroker--ParseUri'])
})

test('ids differ by Prefer; a move changes the default one only; letters count in their case', async () => {
  const [immutable] = (await page<Message>(`${BASE}/mailFolders/archive/messages?$select=id`)).value
  const [plain] = (await page<Message>(`${BASE}/mailFolders/archive/messages?$select=id`, {})).value
  const id = immutable?.id ?? ''
  expect(plain?.id).not.toBe(id)
  expect(id).toMatch(/^(?=.*-)(?=.*_)[\w-]+=$/)
  expect((await client.get(`${BASE}/messages/${plain?.id}`)).json<Message>().id).toBe(id)
  await anna.move(id, ['Posteingang'])
  expect((await client.get(`${BASE}/messages/${id}`)).status).toBe(200)
  expect(await refusal(`${BASE}/messages/${plain?.id}`)).toEqual([404, 'ErrorItemNotFound'])
  const moved = (await client.get(`${BASE}/messages/${id}`, {})).json<Message>().id
  expect(moved).not.toBe(plain?.id)
  const at = [...id].findIndex((letter, place) => place > 60 && /[a-z]/.test(letter))
  const other = id.slice(0, at) + id.charAt(at).toUpperCase() + id.slice(at + 1)
  expect(await refusal(`${BASE}/messages/${other}`)).toEqual([400, 'ErrorInvalidIdMalformed'])
  await anna.move(id, ['Archiv'])
  expect(tenant.violations().filter((text) => text.includes('ImmutableId')).length).toBeGreaterThan(0)
})

test('$value is bytes, written anew each time where Outlook would; below a folder it is a 405', async () => {
  const truth = await anna.messages()
  let rewritten = 0
  for (const message of truth.slice(0, 40)) {
    const first = await client.get(`${BASE}/messages/${message.id}/$value`)
    const second = await client.get(`${BASE}/messages/${message.id}/$value`)
    expect(first.headers['content-type']).toBe('text/plain')
    expect(first.bytes.equals(await anna.bytes(message.id))).toBe(true)
    expect(second.bytes.length).toBe(first.bytes.length)
    if (!second.bytes.equals(first.bytes)) rewritten += 1
  }
  expect(rewritten).toBeGreaterThan(8)
  expect(rewritten).toBeLessThan(40)
  expect(await refusal(`${BASE}/mailFolders/inbox/messages/${truth[0]?.id}/$value`)).toEqual([405, 'ErrorInvalidRequest'])
})

test('$top on a delta ends it early, Prefer only cuts it into pages', async () => {
  const inbox = `${BASE}/mailFolders/inbox/messages/delta?$select=id`
  const whole = await all<Message>(inbox, { prefer: 'IdType="ImmutableId", odata.maxpagesize=50' })
  const folder = (await anna.folders()).find((each) => each.wellKnown === 'inbox')
  expect(new Set(whole.map((message) => message.id)).size).toBe(folder?.messages)
  const first = await page<Message>(`${inbox}&$top=2`)
  expect(first.value).toHaveLength(2)
  const second = await page<Message>(first['@odata.nextLink'] ?? '')
  expect(second.value).toEqual([])
  expect(second['@odata.deltaLink']).toContain('$deltatoken=')
  expect(tenant.violations().join()).toContain('$top on a delta')
  const drafts = `${BASE}/mailFolders/drafts/messages/delta?$select=id`
  const count = (await anna.folders()).find((each) => each.wellKnown === 'drafts')?.messages ?? 0
  const links = async (top: number) => Object.keys(await page<Message>(`${drafts}&$top=${top}`))
  expect(count).toBeLessThan(10)
  expect(await links(count)).toContain('@odata.nextLink')
  expect(await links(count + 1)).toContain('@odata.deltaLink')
  expect((await page<Message>(inbox)).value).toHaveLength(10)
})

test('extended properties come back under their normal name, and only where they are set', async () => {
  const path = `${BASE}/mailFolders/inbox/messages?$top=50&$select=id&$expand=singleValueExtendedProperties($filter=id%20eq%20'Integer%200x0E08'%20or%20id%20eq%20'Integer%200x1081'%20or%20id%20eq%20'String%200x9999')`
  const [, second] = (await page<Message>(path)).value
  expect(second?.singleValueExtendedProperties?.[0]).toEqual({ id: 'Integer 0xe08', value: expect.stringMatching(/^\d+$/) })
  const folders = await page<MailFolder>(`${BASE}/mailFolders?$expand=singleValueExtendedProperties($filter=id%20eq%20'Long%200x0E08')`)
  expect(folders.value[0]?.singleValueExtendedProperties?.[0]).toEqual({ id: 'Long 0xe08', value: expect.stringMatching(/^\d+$/) })
})

test('a poisoned item fails its page, and is found with $select=id; another fails alone', async () => {
  const poor = '/users/poor@contoso.example'
  const truth = await tenant.mailbox('poor@contoso.example').messages()
  const byPoison = (poison: string) => truth.find((each) => each.poison === poison)?.id ?? ''
  expect(await refusal(`${poor}/mailFolders/inbox/messages?$top=100&$select=id,subject`)).toEqual([500, 'InternalServerError'])
  expect((await client.get(`${poor}/mailFolders/inbox/messages?$top=100&$select=id`)).status).toBe(200)
  expect(await refusal(`${poor}/messages/${byPoison('page')}?$select=subject`)).toEqual([500, 'InternalServerError'])
  expect(await refusal(`${poor}/messages/${byPoison('corrupt')}/$value`)).toEqual([500, 'ErrorCorruptData'])
})

test('plain lists filter, order, count and page; what messages do not have is refused', async () => {
  const list = `${BASE}/messages?$select=subject,isRead,receivedDateTime`
  const unread = await all<Message>(
    `${list}&$filter=isRead%20eq%20false%20and%20receivedDateTime%20ge%202015-01-01T00:00:00Z&$top=9&$count=true`,
  )
  const truth = (await anna.messages()).filter((each) => !each.read && each.receivedAt >= Date.UTC(2015, 0))
  expect(unread).toHaveLength(truth.length)
  expect(unread.every((message) => message.isRead === false && (message.receivedDateTime ?? '') >= '2015')).toBe(true)
  const times = (
    await page<Message>(`${BASE}/mailFolders/sentitems/messages?$select=id,receivedDateTime&$orderby=receivedDateTime%20asc&$top=20`)
  ).value.map((each) => each.receivedDateTime ?? '')
  expect(times).toEqual(times.toSorted())
  expect(await refusal(`${BASE}/messages?$select=sizeInBytes`)).toEqual([400, 'RequestBroker--ParseUri'])
  expect((await client.get(`${BASE}/messages?$top=1001`)).status).toBe(400)
})

test('a mailbox over its quota refuses delta and lists plainly', async () => {
  const full = '/users/full@contoso.example/mailFolders/inbox/messages'
  expect(await refusal(`${full}/delta`)).toEqual([403, 'ErrorQuotaExceeded'])
  expect((await client.get(full)).status).toBe(200)
  await tenant.mailbox('full@contoso.example').overQuota(false)
  expect((await client.get(`${full}/delta`)).status).toBe(200)
})

test('a delta state dies when it is told to, in the words of the real one', async () => {
  const first = await page<Message>(`${BASE}/mailFolders/inbox/messages/delta?$select=id`)
  await anna.expireDelta()
  const answer = await client.get(first['@odata.nextLink'] ?? '')
  expect(answer.status).toBe(410)
  expect(answer.json<ErrorBody>().error).toMatchObject({
    code: 'SyncStateNotFound',
    message: expect.stringMatching(/^The sync state generation is not found; generation=\d+;\[highest=\d+\]/),
  })
  expect(await refusal(`${BASE}/mailFolders/inbox/messages/delta?$deltatoken=tampered`)).toEqual([410, 'SyncStateInvalid'])
})

test('the purpose of a mailbox is a plain string among settings, and wrapped alone', async () => {
  const room = '/users/room@contoso.example/mailboxSettings'
  expect((await client.get(room)).json()).toMatchObject({ userPurpose: 'room' })
  expect((await client.get(`${room}/userPurpose`)).json()).toMatchObject({ '@odata.context': expect.any(String), value: 'room' })
})

test('every answer carries the headers of Graph, zipped when asked', async () => {
  const plain = await client.get('/users?$top=50', { 'client-request-id': 'c-1' })
  expect(plain.headers).toMatchObject({
    'request-id': expect.stringMatching(/^[0-9a-f-]{36}$/),
    'client-request-id': 'c-1',
    'odata-version': '4.0',
    'content-type': 'application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8',
    'x-ms-ags-diagnostic': expect.stringContaining('ServerInfo'),
  })
  const applied = await client.get(`${BASE}/messages?$select=id`, { prefer: 'IdType="ImmutableId", odata.maxpagesize=3' })
  expect(applied.headers['preference-applied']).toBe('IdType="ImmutableId", odata.maxpagesize=3')
  const zipped = await client.get('/users?$top=50', { 'accept-encoding': 'gzip' })
  expect(zipped.headers['content-encoding']).toBe('gzip')
  expect(zipped.bytes.subarray(0, 2)).toEqual(Buffer.from([0x1f, 0x8b]))
})

test('writing to the source is refused and noted', async () => {
  const answer = await client.send('PATCH', `${BASE}/messages/x`, '{"isRead":true}')
  expect(answer.status).toBe(403)
  expect(tenant.violations().join()).toContain('wrote to the source: PATCH')
})
