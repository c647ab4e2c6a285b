import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { type TestCloud, testCloud } from '../test-cloud.ts'

interface PartWish {
  readonly path: string
  readonly body: string
  readonly md5?: string
  readonly mtime?: string
}

const md5 = (text: string): string => createHash('md5').update(text).digest('hex')

const partText = ({ path, body, md5: told = md5(body), mtime }: PartWish): string =>
  [
    '--b',
    `Content-Length: ${Buffer.byteLength(body)}`,
    ...(told === '' ? [] : [`X-File-MD5: ${told}`]),
    ...(mtime === undefined ? [] : [`X-OC-MTime: ${mtime}`]),
    `X-File-Path: ${path}`,
    '',
    body,
    '',
  ].join('\r\n')

function bulk(cloud: TestCloud, parts: readonly PartWish[], type = 'multipart/related; boundary=b') {
  const got = cloud.ask('POST', 'bulk', { body: `${parts.map(partText).join('')}--b--\r\n`, headers: { 'content-type': type } })
  return { status: got.status, told: got.text.startsWith('{') || got.text.startsWith('[') ? JSON.parse(got.text) : got.text }
}

const paths = async (cloud: TestCloud) => (await cloud.user('alice').files.tree()).map(({ path }) => path)

/** Facts 4.2. */
test('many files at once, each with its date, over what is there without a question', async () => {
  const cloud = testCloud()
  cloud.ask('PUT', 'files/alice/a.txt', { body: 'old', headers: { 'oc-checksum': 'SHA1:1' } })
  const { status, told } = bulk(cloud, [
    { path: '/a.txt', body: 'one', mtime: '1500000000' },
    { path: 'b ü.txt', body: '' },
  ])
  expect([status, told['/a.txt'], told['b ü.txt'].error]).toEqual([
    200,
    { error: false, etag: expect.any(String), fileid: expect.any(String), permissions: 'RGDNVW' },
    false,
  ])
  expect(await cloud.user('alice').files.tree()).toMatchObject([
    { path: 'a.txt', modified: 1_500_000_000, checksum: undefined, versions: [{ size: 3 }] },
    { path: 'b ü.txt', size: 0 },
  ])
})

test.each([
  ['a wrong MD5', { path: 'b', body: 'x', md5: md5('y') }],
  ['no MD5', { path: 'b', body: 'x', md5: '' }],
] as const)('%s ends it there: what came before is written, and nothing after', async (_, bad) => {
  const cloud = testCloud()
  const { status, told } = bulk(cloud, [{ path: 'a', body: 'x' }, bad, { path: 'c', body: 'x' }])
  expect([status, Object.keys(told), await paths(cloud)]).toEqual([400, ['a'], ['a']])
})

test('an empty file ends it in 24', async () => {
  const cloud = testCloud({ version: '24' })
  expect(bulk(cloud, [{ path: 'a', body: '' }])).toEqual({ status: 400, told: [] })
  expect(bulk(cloud, [{ path: 'a', body: 'x' }]).told.a).toEqual({ error: false, etag: expect.any(String) })
})

test('one that has no folder, an impossible time or name or too many bytes is told, and the others are written', async () => {
  const cloud = testCloud()
  await cloud.user('alice').quota(20)
  const { status, told } = bulk(cloud, [
    { path: 'none/a', body: 'x' },
    { path: 'b', body: 'x', mtime: '86400' },
    { path: '.htaccess', body: 'x' },
    { path: 'd', body: 'x'.repeat(30) },
    { path: 'e', body: 'x' },
  ])
  expect(status).toBe(200)
  expect(Object.values(told).map((each) => typeof each === 'object' && each !== null && 'error' in each && each.error)).toEqual([
    true,
    true,
    true,
    true,
    false,
  ])
  expect(await paths(cloud)).toEqual(['e'])
})

/** Seen on Nextcloud 32.0.1. */
test('a name that ends with .part ends it with a 500 that tells nothing of what was written before', async () => {
  const cloud = testCloud()
  const { status } = bulk(cloud, [
    { path: 'a', body: 'x' },
    { path: 'b.part', body: 'x' },
    { path: 'c', body: 'x' },
  ])
  expect([status, await paths(cloud)]).toEqual([500, ['a']])
})

test('nothing but multipart/related is taken, and nothing where it is switched off', () => {
  expect(bulk(testCloud(), [{ path: 'a', body: 'x' }], 'multipart/form-data; boundary=b').status).toBe(400)
  expect(bulk(testCloud({ settings: { bulkUpload: 'no' } }), [{ path: 'a', body: 'x' }]).status).toBe(404)
})
