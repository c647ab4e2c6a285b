import { expect, test } from 'vitest'
import { type Asking, type TestCloud, testCloud } from '../test-cloud.ts'

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

test.each([
  ['none/a.txt', 404],
  [`${'x'.repeat(228)}`, 201],
  [`${'x'.repeat(230)}`, 500],
  [`${'x'.repeat(251)}`, 400],
  ['a.part', 423],
  ['a.PART', 400],
  ['a.filepart', 400],
  ['.htaccess', 403],
  ['a%5Cb', 400],
  ['a%3Ab', 201],
  ['%20', 400],
  ['.%20', 400],
] as const)('%s is answered %i', (name, status) => {
  expect(put(testCloud(), name).status).toBe(status)
})

test('a long name is reached by MOVE; one in Windows is refused where that is switched on', () => {
  const cloud = testCloud()
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
