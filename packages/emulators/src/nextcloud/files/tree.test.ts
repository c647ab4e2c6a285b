import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { type Asking, type TestCloud, testCloud } from '../test-cloud.ts'

type Headers = Asking['headers']

const put = (cloud: TestCloud, path: string, headers: Headers = {}, body = 'hello') =>
  cloud.ask('PUT', `files/alice/${path}`, { body, ...(headers && { headers }) })
const makeFolder = (cloud: TestCloud, path: string) => cloud.ask('MKCOL', `files/alice/${path}`).status
const to = (path: string, headers: Headers = {}) => ({ headers: { destination: `/remote.php/dav/files/alice/${path}`, ...headers } })
const ask = (cloud: TestCloud, method: string, path: string, more: Asking = {}) => cloud.ask(method, `files/alice/${path}`, more)
const tree = (cloud: TestCloud) => cloud.user('alice').files.tree()
const paths = async (cloud: TestCloud) => (await tree(cloud)).map(({ path }) => path)
const timeOf = async (cloud: TestCloud, wanted: string) => (await tree(cloud)).find(({ path }) => path === wanted)?.modified

const setting = (inner: string): string =>
  `<d:propertyupdate xmlns:d="DAV:" xmlns:oc="http://owncloud.org/ns" xmlns:nc="http://nextcloud.org/ns" xmlns:x="urn:x"><d:set><d:prop>${inner}</d:prop></d:set></d:propertyupdate>`
const touch = (cloud: TestCloud, path: string, seconds: string | number) =>
  ask(cloud, 'PROPPATCH', path, { body: setting(`<d:lastmodified>${seconds}</d:lastmodified>`) }).status

/** Facts 4.3. */
test('writing dates the folders above, so their own dates come last and from the bottom up', async () => {
  const cloud = testCloud()
  makeFolder(cloud, 'a')
  makeFolder(cloud, 'a/b')
  expect([touch(cloud, 'a/b', 1_500_000_000), touch(cloud, 'a', 1_400_000_000)]).toEqual([207, 207])
  expect([await timeOf(cloud, 'a/b'), await timeOf(cloud, 'a')]).toEqual([1_500_000_000, 1_400_000_000])
  touch(cloud, 'a/b', 1_500_000_001)
  // Seen on Nextcloud 32.0.1: not the date that was set, which may as well be to come.
  const now = Math.floor(cloud.clock.now / 1000)
  expect(await timeOf(cloud, 'a')).toBe(now)
  put(cloud, 'a/b/c', { 'x-oc-mtime': '1300000000' })
  expect([await timeOf(cloud, 'a/b/c'), await timeOf(cloud, 'a/b'), await timeOf(cloud, 'a')]).toEqual([1_300_000_000, now, now])
  expect([touch(cloud, 'a', 86_400), touch(cloud, 'a', 'then'), touch(cloud, 'none', 1_500_000_000)]).toEqual([500, 500, 404])
})

test.each([
  ['86401', 201, 86_401],
  ['1500000000.9', 201, 1_500_000_000],
  ['99999999999', 201, 15_032_385_535],
  ['86400', 500, undefined],
  ['-5', 500, undefined],
  ['then', 500, undefined],
] as const)('a time of %s is answered %i; the bytes are stored in any case', async (mtime, status, modified) => {
  const cloud = testCloud()
  expect(put(cloud, 'a', { 'x-oc-mtime': mtime }).status).toBe(status)
  const [file] = await tree(cloud)
  expect([file?.size, file?.modified]).toEqual([5, modified ?? Math.floor(cloud.clock.now / 1000)])
})

test('a checksum is kept as it was said, shown again, and forgotten with the next bytes; a hash is computed', async () => {
  const cloud = testCloud()
  const sha = createHash('sha256').update('hello').digest('hex')
  const made = put(cloud, 'a', { 'oc-checksum': 'SHA1:wrong', 'x-hash': 'sha256' })
  expect(made.headers).toMatchObject({ 'x-hash-sha256': sha, etag: made.headers['oc-etag'], 'oc-fileid': expect.any(String) })
  const listed = () =>
    ask(cloud, 'PROPFIND', 'a', {
      headers: { depth: '0' },
      body: '<d:propfind xmlns:d="DAV:" xmlns:oc="http://owncloud.org/ns"><d:prop><oc:checksums/></d:prop></d:propfind>',
    }).text
  expect([listed(), ask(cloud, 'GET', 'a').headers['oc-checksum']]).toEqual([
    expect.stringContaining('<oc:checksum>SHA1:wrong</oc:checksum>'),
    'SHA1:wrong',
  ])
  expect(ask(cloud, 'PATCH', 'a', { headers: { 'x-recalculate-hash': 'sha256' } })).toMatchObject({
    status: 204,
    headers: { 'oc-checksum': `SHA256:${sha}` },
  })
  put(cloud, 'a')
  expect(listed()).not.toContain('SHA')
  expect(Object.keys(put(cloud, 'b', { 'x-hash': 'all' }).headers).filter((name) => name.startsWith('x-hash'))).toEqual([
    'x-hash-md5',
    'x-hash-sha1',
    'x-hash-sha256',
  ])
})

test('overwriting makes versions, deleting fills the trash bin, and both count', async () => {
  const cloud = testCloud()
  for (const [n, body] of ['one', 'two!', 'three'].entries()) put(cloud, 'a', { 'x-oc-mtime': String(1_500_000_000 + n) }, body)
  const [file] = await tree(cloud)
  expect(file?.versions.map(({ seconds, size }) => [seconds, size])).toEqual([
    [1_500_000_000, 3],
    [1_500_000_001, 4],
  ])
  const versions = `versions/alice/versions/${file?.id}`
  expect(cloud.ask('PROPFIND', versions, { headers: { depth: '1' } }).text).toContain(`${versions}/1500000001</d:href>`)
  expect(cloud.ask('GET', `${versions}/1500000000`).text).toBe('one')
  await cloud.user('alice').quota(13)
  expect(put(cloud, 'b', {}, 'xx').status).toBe(507)
  expect(
    cloud.ask('MOVE', `${versions}/1500000000`, { headers: { destination: '/remote.php/dav/versions/alice/restore/target' } }).status,
  ).toBe(201)
  expect(ask(cloud, 'GET', 'a').text).toBe('one')
  expect(ask(cloud, 'DELETE', 'a').status).toBe(204)
  const [trashed] = await cloud.user('alice').files.trash()
  expect([trashed, put(cloud, 'b', {}, 'xx').status]).toEqual([
    { name: `a.d${Math.floor(cloud.clock.now / 1000)}`, from: 'a', deleted: expect.any(Number), size: 3 },
    507,
  ])
  expect(
    cloud.ask('PROPFIND', 'trashbin/alice/trash', {
      headers: { depth: '1' },
      body: '<d:propfind xmlns:d="DAV:" xmlns:nc="http://nextcloud.org/ns"><d:prop><nc:trashbin-original-location/></d:prop></d:propfind>',
    }).text,
  ).toContain('<nc:trashbin-original-location>a</nc:trashbin-original-location>')
  cloud.ask('DELETE', 'trashbin/alice/trash')
  expect(put(cloud, 'b', {}, 'xx').status).toBe(201)
})

test('what was deleted comes back by MOVE, to where it was', async () => {
  const cloud = testCloud()
  makeFolder(cloud, 'a')
  put(cloud, 'a/b')
  ask(cloud, 'DELETE', 'a/b')
  const [{ name } = { name: '' }] = await cloud.user('alice').files.trash()
  expect(
    cloud.ask('MOVE', `trashbin/alice/trash/${name}`, { headers: { destination: '/remote.php/dav/trashbin/alice/restore/b' } }).status,
  ).toBe(201)
  expect([await paths(cloud), await cloud.user('alice').files.trash()]).toEqual([['a', 'a/b'], []])
})

test('MOVE and COPY: what stood there goes to the bin, or stays where it is asked to', async () => {
  const cloud = testCloud()
  makeFolder(cloud, 'a')
  put(cloud, 'a/one', { 'x-oc-mtime': '1500000000' })
  put(cloud, 'two')
  expect(ask(cloud, 'MOVE', 'a/one', to('two', { overwrite: 'F' })).status).toBe(412)
  expect(ask(cloud, 'MOVE', 'a/one', to('none/x')).status).toBe(409)
  expect(ask(cloud, 'MOVE', 'a', to('a/b')).status).toBe(409)
  expect(ask(cloud, 'COPY', 'a/one', to('a/copy')).status).toBe(201)
  expect(ask(cloud, 'MOVE', 'a/one', to('two')).status).toBe(204)
  expect([await paths(cloud), await timeOf(cloud, 'two'), (await cloud.user('alice').files.trash()).length]).toEqual([
    ['a', 'a/copy', 'two'],
    1_500_000_000,
    1,
  ])
  expect(ask(cloud, 'MOVE', 'two', { headers: { destination: '/remote.php/dav/files/bob/two' } }).status).toBe(403)
})

test('conditions, statuses for what is missing, and folders that make themselves from 32 on', async () => {
  const cloud = testCloud()
  const { headers } = put(cloud, 'a')
  expect([
    put(cloud, 'a', { 'if-match': '"other"' }).status,
    put(cloud, 'b', { 'if-match': '*' }).status,
    put(cloud, 'a', { 'if-match': headers['etag'] }).status,
    put(cloud, 'none/a').status,
    makeFolder(cloud, 'none/a'),
    ask(cloud, 'GET', 'none').status,
    ask(cloud, 'GET', '').status,
    ask(cloud, 'PUT', 'a', { headers: { 'content-range': 'bytes 0-1/5' } }).status,
  ]).toEqual([412, 412, 204, 404, 409, 404, 501, 400])
  const auto = { 'x-nc-webdav-auto-mkcol': '1' }
  expect([put(testCloud({ version: '31' }), 'x/y/z', auto).status, put(cloud, 'x/y/z', auto).status]).toEqual([404, 201])
  expect(await paths(cloud)).toEqual(['a', 'x', 'x/y', 'x/y/z'])
})

test('ranges are given exactly', () => {
  const cloud = testCloud()
  put(cloud, 'a', {}, '0123456789')
  const part = (range: string) => {
    const { status, text, headers } = ask(cloud, 'GET', 'a', { headers: { range } })
    return [status, text.slice(0, 10), headers['content-range']]
  }
  expect([part('bytes=2-4'), part('bytes=7-'), part('bytes=-3'), part('bytes=8-99')]).toEqual([
    [206, '234', 'bytes 2-4/10'],
    [206, '789', 'bytes 7-9/10'],
    [206, '789', 'bytes 7-9/10'],
    [206, '89', 'bytes 8-9/10'],
  ])
  expect(part('bytes=10-')[0]).toBe(416)
  const { etag } = put(cloud, 'a', {}, 'abcdefghij').headers
  const since = (condition: string | undefined) => ask(cloud, 'GET', 'a', { headers: { range: 'bytes=2-3', 'if-range': condition } }).text
  expect([since(etag), since('"older"')]).toEqual(['cd', 'abcdefghij'])
})

test('what is locked is 423 for all that would change it', async () => {
  const cloud = testCloud()
  makeFolder(cloud, 'a')
  put(cloud, 'a/b')
  await cloud.user('alice').files.lock('a/b', true)
  expect([
    put(cloud, 'a/b').status,
    ask(cloud, 'DELETE', 'a').status,
    ask(cloud, 'MOVE', 'a/b', to('c')).status,
    touch(cloud, 'a/b', 1_500_000_000),
  ]).toEqual([423, 423, 423, 423])
  expect(ask(cloud, 'GET', 'a/b').text).toBe('hello')
})

test('properties: favourites, what clients invent, and the server’s own that nobody sets', () => {
  const cloud = testCloud()
  put(cloud, 'a')
  const patch = (inner: string) => ask(cloud, 'PROPPATCH', 'a', { body: setting(inner) }).text
  expect(patch('<oc:favorite>1</oc:favorite><x:mine>m &amp; m</x:mine><nc:creation_time>1400000000</nc:creation_time>')).toContain('200 OK')
  const refused = patch('<d:getetag>x</d:getetag><x:mine>other</x:mine>')
  expect([refused.includes('403 Forbidden'), refused.includes('424 Failed Dependency')]).toEqual([true, true])
  const asked =
    '<d:propfind xmlns:d="DAV:" xmlns:oc="http://owncloud.org/ns" xmlns:nc="http://nextcloud.org/ns" xmlns:x="urn:x"><d:prop><oc:favorite/><x:mine/><nc:creation_time/><oc:permissions/></d:prop></d:propfind>'
  const told = ask(cloud, 'PROPFIND', 'a', { body: asked, headers: { depth: '0' } }).text
  for (const part of ['<oc:favorite>1<', '>m &amp; m<', '<nc:creation_time>1400000000<', '<oc:permissions>RGDNVW<'])
    expect(told).toContain(part)
})

test('the old address shows the same, and endless depth is given where it is on', () => {
  const cloud = testCloud()
  makeFolder(cloud, 'a')
  put(cloud, 'a/b')
  expect(cloud.ask('PROPFIND', '/remote.php/webdav/a', { headers: { depth: '1' } }).text).toContain(
    '<d:href>/remote.php/webdav/a/b</d:href>',
  )
  expect(ask(cloud, 'PROPFIND', '', { headers: { depth: 'infinity' } }).text).toContain('files/alice/a/b')
  expect(ask(cloud, 'PROPFIND', '').text).not.toContain('files/alice/a/b')
  expect(ask(testCloud({ settings: { depthInfinity: 'no' } }), 'PROPFIND', '', { headers: { depth: 'infinity' } }).status).toBe(403)
})

test('a folder of thousands is listed whole', async () => {
  const cloud = testCloud()
  await cloud.user('alice').files.plant('many', 3_000)
  expect(ask(cloud, 'PROPFIND', 'many', { headers: { depth: '1' } }).xml().children).toHaveLength(3_001)
})
