import { expect, test } from 'vitest'
import { breakOff } from '../serve/answer.ts'
import { type Asking, type TestCloud, testCloud } from '../test-cloud.ts'
import { blobOf } from './blob.ts'

const put = (cloud: TestCloud, name: string, more: Asking = {}) => cloud.ask('PUT', `files/alice/${name}`, { body: 'hello', ...more })

/** Facts 4.3 to 4.5. */
test('a file is put, listed, read, moved and deleted', () => {
  const cloud = testCloud()
  expect(cloud.ask('MKCOL', 'files/alice/Calendar%20attachments').status).toBe(201)
  expect(cloud.ask('MKCOL', 'files/alice/Calendar%20attachments').status).toBe(405)
  const made = put(cloud, 'Calendar%20attachments/a.txt', { headers: { 'if-none-match': '*', 'x-oc-mtime': '1700000000' } })
  expect([made.status, made.headers['x-oc-mtime'], made.headers['oc-fileid']]).toEqual([201, 'accepted', expect.any(String)])
  const listed = cloud.ask('PROPFIND', 'files/alice/Calendar%20attachments/', { headers: { depth: '1' } })
  expect(listed.text).toContain('<d:href>/remote.php/dav/files/alice/Calendar%20attachments/a.txt</d:href>')
  expect(listed.text).toContain('Tue, 14 Nov 2023 22:13:20 GMT')
  expect(cloud.ask('GET', 'files/alice/Calendar%20attachments/a.txt').text).toBe('hello')
  expect(put(cloud, 'Calendar%20attachments/a.txt', { headers: { 'if-none-match': '*' } }).status).toBe(412)
  expect(
    cloud.ask('MOVE', 'files/alice/Calendar%20attachments/a.txt', { headers: { destination: '/remote.php/dav/files/alice/b.txt' } }).status,
  ).toBe(201)
  expect([cloud.ask('DELETE', 'files/alice/b.txt').status, cloud.ask('GET', 'files/alice/b.txt').status]).toEqual([204, 404])
})

/** Seen on Nextcloud 32.0.1. */
test.each([
  ['none/a.txt', 404],
  [`${'x'.repeat(250)}`, 201],
  [`${'x'.repeat(251)}`, 400],
  ['a.part', 400],
  ['a.PART', 400],
  ['a.filepart', 400],
  ['.htaccess', 400],
  ['a%5Cb', 400],
  ['a%3Ab', 201],
  ['%20', 400],
  ['.%20', 400],
] as const)('%s is answered %i', (name, status) => {
  expect(put(testCloud(), name).status).toBe(status)
})

/** Facts 4.4. */
test.each([
  [`${'x'.repeat(228)}`, 201],
  [`${'x'.repeat(230)}`, 500],
  ['a.part', 423],
  ['.htaccess', 403],
] as const)('in 24, %s is answered %i', (name, status) => {
  expect(put(testCloud({ version: '24' }), name).status).toBe(status)
})

test('a long name is reached by MOVE; one in Windows is refused where that is switched on', () => {
  const cloud = testCloud({ version: '24' })
  put(cloud, 'short')
  expect(
    cloud.ask('MOVE', 'files/alice/short', { headers: { destination: `/remote.php/dav/files/alice/${'x'.repeat(250)}` } }).status,
  ).toBe(201)
  const windows = testCloud({ settings: { windowsCompatibleNames: 'yes' } })
  expect(['a%3Ab', 'CON.txt', 'a.', 'a%20', '.con'].map((name) => put(windows, name).status)).toEqual([400, 400, 400, 400, 201])
})

test('an impossible time is a 500 after the bytes are stored; two spellings of a name are one', () => {
  const cloud = testCloud()
  expect(put(cloud, 'a', { headers: { 'x-oc-mtime': '86400' } }).status).toBe(500)
  expect(cloud.ask('GET', 'files/alice/a').text).toBe('hello')
  expect([
    put(cloud, encodeURIComponent('é'.normalize('NFD'))).status,
    put(cloud, encodeURIComponent('é'.normalize('NFC'))).status,
  ]).toEqual([201, 204])
})

/** Seen on Nextcloud 32.0.1: an ETag is made of date, inode and size. */
test('other bytes of the same length and date have the same ETag, and a condition on it holds', () => {
  const cloud = testCloud()
  const dated = { 'x-oc-mtime': '1700000000' }
  const { headers } = put(cloud, 'a', { headers: dated })
  const other = put(cloud, 'a', { body: 'HELLO', headers: { ...dated, 'if-match': headers['etag'] } })
  expect([other.status, other.headers['etag']]).toEqual([204, headers['etag']])
  expect(put(cloud, 'a', { body: 'HELLO', headers: { 'x-oc-mtime': '1700000001' } }).headers['etag']).not.toBe(headers['etag'])
  expect(put(cloud, 'a', { body: 'longer', headers: dated }).headers['etag']).not.toBe(headers['etag'])
})

/** Seen on Nextcloud 32.0.1. */
test('a body that breaks off over a file leaves half of it, which nobody is told of before it is read; a new file does not come to be', async () => {
  const cloud = testCloud()
  const { headers } = put(cloud, 'a', { headers: { 'x-oc-mtime': '1700000000' } })
  const told = () => {
    const got = cloud.ask('HEAD', 'files/alice/a').headers
    return [got['etag'], /getcontentlength>(\d+)</.exec(cloud.ask('PROPFIND', 'files/alice/a').text)?.[1]]
  }
  const cut = (name: string, more: Readonly<Record<string, string>> = {}) =>
    breakOff(cloud.state, cloud.state.users.get('alice'), {
      method: 'PUT',
      path: `/remote.php/dav/files/alice/${name}`,
      query: new URLSearchParams(),
      headers: more,
      came: blobOf(Buffer.from('oth')),
    })
  cut('b')
  cut('a', { 'if-match': '"another"' })
  expect((await cloud.user('alice').files.tree()).map(({ path, size }) => [path, size])).toEqual([['a', 5]])
  cut('a', { 'if-match': headers['etag'] ?? '' })
  expect(told()).toEqual([headers['etag'], '5'])
  expect(cloud.ask('GET', 'files/alice/a').text).toBe('oth')
  expect(told()).toEqual([expect.not.stringMatching(headers['etag'] ?? ''), '3'])
})

test('a full account is answered 507, and another is not there', async () => {
  const cloud = testCloud()
  await cloud.user('alice').quota(4)
  expect([put(cloud, 'a').status, cloud.ask('PUT', 'files/bob/a', { body: 'x' }).status]).toEqual([507, 403])
})

test('capabilities tell versions and names, and want their header', () => {
  const cloud = testCloud()
  const headers = { 'ocs-apirequest': 'true', accept: 'application/json' }
  expect(cloud.ask('GET', '/ocs/v2.php/cloud/capabilities').status).toBe(412)
  const got = JSON.parse(cloud.ask('GET', '/ocs/v2.php/cloud/capabilities', { headers }).text)
  expect(got.ocs.data).toMatchObject({
    version: { string: '32.0.7' },
    capabilities: { bruteforce: { delay: 0 }, dav: { bulkupload: '1.0' } },
  })
  expect(JSON.parse(cloud.ask('GET', '/ocs/v2.php/cloud/user', { headers }).text).ocs.data).toMatchObject({
    id: 'alice',
    email: 'alice@cloud.example',
  })
})
