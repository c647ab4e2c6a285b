import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { type Asking, type TestCloud, testCloud } from '../test-cloud.ts'

const sha256 = (text: string | Buffer): string => createHash('sha256').update(text).digest('hex')
const DESTINATION = '/remote.php/dav/files/alice/big.bin'

const begin = (cloud: TestCloud, id = 'u1', headers: Asking['headers'] = { destination: DESTINATION }) =>
  cloud.ask('MKCOL', `uploads/alice/${id}`, { headers }).status
const chunk = (cloud: TestCloud, name: string, body: string, headers: Asking['headers'] = { destination: DESTINATION }) =>
  cloud.ask('PUT', `uploads/alice/u1/${name}`, { body, headers }).status
const finish = (cloud: TestCloud, headers: Asking['headers'] = {}, destination = DESTINATION) =>
  cloud.ask('MOVE', 'uploads/alice/u1/.file', { headers: { destination, 'content-length': undefined, ...headers } })
/** What is told of these tests' client. */
const UNTOLD = ['PUT of a chunk without OC-Total-Length', 'MOVE of chunks without OC-Total-Length: a missing one is not noticed']
const text = (cloud: TestCloud) => cloud.ask('GET', 'files/alice/big.bin').text

/** Nextcloud 34.0.1; 29.0.1 and 32.0.1 list it. */
test('what is uploaded is not listed all together', () => {
  const cloud = testCloud()
  begin(cloud)
  const listed = (depth: string) => cloud.ask('PROPFIND', 'uploads/alice/', { headers: { depth } }).status
  expect([listed('0'), listed('1')]).toEqual([207, 405])
})

test('a note in a folder of its own is no chunk, and no fault of the client', () => {
  const cloud = testCloud()
  begin(cloud, 'notes', {})
  const note = cloud.ask('PUT', 'uploads/alice/notes/12345678901234567890', { body: '' }).status
  expect([note, cloud.violations()]).toEqual([201, []])
})

/** Facts 4.1. */
describe('chunks in the first flavour', () => {
  test('are put together by their numbers, dated and hashed', async () => {
    const cloud = testCloud()
    expect([begin(cloud), begin(cloud)]).toEqual([201, 405])
    expect(['10', '9', '2', '1'].map((name) => chunk(cloud, name, `<${name}>`))).toEqual([201, 201, 201, 201])
    expect(chunk(cloud, '9', '<9>')).toBe(204)
    const listed = cloud.ask('PROPFIND', 'uploads/alice/u1', { headers: { depth: '1' } }).text
    expect([...listed.matchAll(/u1\/([^<]*)<\/d:href>/g)].map(([, name]) => name)).toEqual(['', '1', '2', '9', '10', '.file'])
    expect(listed).toContain('<d:getcontentlength>4</d:getcontentlength>')
    const done = finish(cloud, { 'oc-total-length': '13', 'x-hash': 'sha256', 'x-oc-mtime': '1500000000', 'x-oc-ctime': '1400000000' })
    expect([done.status, done.headers['x-hash-sha256'], done.headers['x-oc-mtime'], done.headers['x-oc-ctime']]).toEqual([
      201,
      sha256('<1><2><9><10>'),
      'accepted',
      'accepted',
    ])
    expect(text(cloud)).toBe('<1><2><9><10>')
    expect(await cloud.user('alice').files.tree()).toMatchObject([
      { path: 'big.bin', modified: 1_500_000_000, created: 1_400_000_000, size: 13 },
    ])
    expect([await cloud.user('alice').files.uploads(), finish(cloud).status]).toEqual([[], 404])
  })

  test('a missing one is not noticed, unless the whole length is told; the folder is kept then', async () => {
    const cloud = testCloud()
    begin(cloud)
    chunk(cloud, '1', 'AAAA')
    chunk(cloud, '3', 'CCCC')
    const refused = finish(cloud, { 'oc-total-length': '12' })
    expect([refused.status, refused.text]).toEqual([400, expect.stringContaining('Chunks on server do not sum up to 12 but to 8 bytes')])
    expect(await cloud.user('alice').files.uploads()).toMatchObject([{ id: 'u1', chunks: [{ name: '1' }, { name: '3' }] }])
    expect([finish(cloud).status, text(cloud)]).toEqual([201, 'AAAACCCC'])
  })

  test('conditions speak of the address asked for: Overwrite and a tagged If protect the destination', () => {
    const cloud = testCloud()
    const before = cloud.ask('PUT', 'files/alice/big.bin', { body: 'old' })
    begin(cloud)
    chunk(cloud, '1', 'new')
    const etag = before.headers['etag'] ?? ''
    expect([
      finish(cloud, { 'if-none-match': '*' }).status,
      finish(cloud, { 'if-match': etag }).status,
      finish(cloud, { overwrite: 'F' }).status,
      finish(cloud, { if: `<https://cloud.example${DESTINATION}> (["other"])` }).status,
    ]).toEqual([412, 412, 412, 412])
    expect(text(cloud)).toBe('old')
    expect([finish(cloud, { if: `<https://cloud.example${DESTINATION}> ([${etag}])` }).status, text(cloud)]).toEqual([204, 'new'])
  })

  test('the time-out of a proxy leaves the server at work: locked until it is done, then the folder is gone', async () => {
    const cloud = testCloud()
    cloud.state.faults.add({ method: 'MOVE', times: 1, effect: { kind: 'late', ms: 60_000 } })
    begin(cloud)
    chunk(cloud, '1', 'bytes')
    expect(finish(cloud).status).toBe(504)
    expect(cloud.violations()).toEqual(UNTOLD)
    cloud.clock.now += 59_999
    expect([cloud.ask('GET', 'files/alice/big.bin').status, finish(cloud).status]).toEqual([404, 423])
    expect(cloud.ask('PUT', 'files/alice/big.bin', { body: 'x' }).status).toBe(423)
    expect(cloud.ask('DELETE', 'uploads/alice/u1').status).toBe(423)
    expect(cloud.violations()).toEqual([
      UNTOLD[0],
      UNTOLD[1],
      'MOVE of an upload again while it is put together: look at the destination instead',
    ])
    cloud.clock.now += 1
    expect([text(cloud), finish(cloud).status]).toEqual(['bytes', 404])
  })

  test('folders of which nobody has heard for a day are gone; DELETE takes them away at once', async () => {
    const cloud = testCloud()
    begin(cloud)
    chunk(cloud, '1', 'x')
    cloud.state.pass(86_400_000 - 1)
    expect(chunk(cloud, '2', 'y')).toBe(201)
    cloud.state.pass(86_400_000 - 1)
    expect(await cloud.user('alice').files.uploads()).toHaveLength(1)
    cloud.state.pass(1)
    expect([await cloud.user('alice').files.uploads(), chunk(cloud, '3', 'z')]).toEqual([[], 404])
    begin(cloud, 'u2')
    expect([cloud.ask('DELETE', 'uploads/alice/u2').status, cloud.ask('DELETE', 'uploads/alice/u2').status]).toEqual([204, 404])
  })

  test.each([
    ['24', 201, 507],
    ['28', 507, 404],
    ['33', 507, 404],
  ] as const)('a full account in %s is told of at the first chunk with %i, and at MOVE with %i', async (version, first, last) => {
    const cloud = testCloud({ version })
    await cloud.user('alice').quota(10)
    begin(cloud)
    const body = 'x'.repeat(20)
    const told = chunk(cloud, '1', body, { destination: DESTINATION, 'oc-total-length': '20' })
    if (first === 507) cloud.ask('DELETE', 'uploads/alice/u1')
    expect([told, finish(cloud).status]).toEqual([first, last])
  })

  test('in 24 names are held to the length that a temporary one takes, and bad times are a 500 after all is stored', () => {
    const cloud = testCloud({ version: '24' })
    begin(cloud)
    chunk(cloud, '1', 'x')
    expect(finish(cloud, {}, `/remote.php/dav/files/alice/${'n'.repeat(230)}`).status).toBe(500)
    expect(finish(cloud, {}, '/remote.php/dav/files/alice/none/x').status).toBe(409)
    expect([finish(cloud, { 'x-oc-mtime': '0' }).status, text(cloud)]).toEqual([500, 'x'])
  })
})

describe('chunks in the second flavour', () => {
  const s3 = (version = '32.0.7') => testCloud({ version, quirks: { chunking: 'v2' }, limits: { leastPart: 2 } })

  test('have names from 1 to 10000, and no sum or hash is looked at', () => {
    const cloud = s3()
    begin(cloud)
    expect(['0', '10001', 'a', '00001', '3'].map((name) => chunk(cloud, name, `${name}!`))).toEqual([400, 400, 400, 201, 201])
    const done = finish(cloud, { 'oc-total-length': '99', 'x-hash': 'sha256', 'oc-checksum': 'SHA1:x' })
    expect([done.status, done.headers['x-hash-sha256'], text(cloud)]).toEqual([201, undefined, '00001!3!'])
  })

  test('a folder that was made without its destination has no metadata', () => {
    const cloud = s3()
    begin(cloud, 'u1', {})
    expect(cloud.ask('PUT', 'uploads/alice/u1/1', { body: 'x', headers: { destination: DESTINATION } })).toMatchObject({
      status: 412,
      text: expect.stringContaining('Missing metadata'),
    })
  })

  test('250 GB that were left in the middle are gone on with, and take no room', async () => {
    const [chunk100, count] = [100 * 1024 ** 2, 2_560]
    const cloud = s3()
    await cloud.user('alice').files.leave('u1', chunk100, count - 1)
    const before = process.memoryUsage().rss
    expect(chunk(cloud, String(count), 'the end')).toBe(201)
    expect(finish(cloud).status).toBe(201)
    const size = chunk100 * (count - 1) + 7
    expect(await cloud.user('alice').files.tree()).toMatchObject([{ size, sha256: '' }])
    const range = `bytes=${size - 10}-`
    expect(cloud.ask('GET', 'files/alice/big.bin', { headers: { range } }).text).toBe('\0\0\0the end')
    expect((process.memoryUsage().rss - before) / 1e6).toBeLessThan(50)
  })

  test('parts that are too small are refused in the end', () => {
    const cloud = s3()
    begin(cloud)
    chunk(cloud, '1', 'x')
    chunk(cloud, '2', 'y')
    expect(finish(cloud).status).toBe(500)
    chunk(cloud, '1', 'xx')
    expect(finish(cloud).status).toBe(201)
  })

  test.each([
    ['32.0.7', 'xx'],
    ['33.0.7', ''],
  ] as const)('a MOVE that announces nothing stores in %s: "%s"', (version, stored) => {
    const cloud = s3(version)
    begin(cloud)
    chunk(cloud, '1', 'xx')
    expect([finish(cloud, { 'content-length': '0' }).status, text(cloud)]).toEqual([201, stored])
  })
})
