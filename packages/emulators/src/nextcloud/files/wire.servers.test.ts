import { execFile } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { request as plainRequest } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { AuthType, createClient } from 'webdav'
import { type EmulatedNextcloud, startNextcloud } from '../nextcloud.ts'

const run = promisify(execFile)
const folder = mkdtempSync(join(tmpdir(), 'offramp-cloud-wire-'))
let cloud: EmulatedNextcloud
let password = ''
let authorization = ''

beforeAll(async () => {
  cloud = await startNextcloud({ seed: 1, scheme: 'http', users: [{ id: 'alice' }], quirks: { chunkedPutsAreEmpty: true, noDelays: true } })
  password = (await cloud.user('alice').credentials()).appPassword
  authorization = `Basic ${Buffer.from(`alice:${password}`).toString('base64')}`
})
afterEach(() => cloud.faults.clear())
afterAll(async () => {
  await cloud.stop()
  rmSync(folder, { recursive: true, force: true })
})

const at = (path: string): URL => new URL(`/remote.php/dav/${path}`, cloud.url)
const ask = (method: string, path: string, more: RequestInit = {}) =>
  fetch(at(path), { ...more, method, headers: { authorization, ...more.headers } })
const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex')
const files = () => cloud.user('alice').files

/** Everything below a folder of this machine: names, bytes, and dates in seconds. */
function treeAt(root: string): readonly (readonly [string, string, number])[] {
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .sort()
    .map((name) => {
      const stat = statSync(join(root, name))
      return stat.isDirectory() ? [name, '', 0] : [name, sha256(readFileSync(join(root, name))), Math.floor(stat.mtimeMs / 1000)]
    })
}

test('rclone copies a tree in and out: names, bytes and dates are equal', async () => {
  const [from, back, config] = [join(folder, 'from'), join(folder, 'back'), join(folder, 'rclone.conf')]
  const bodies: Readonly<Record<string, Buffer>> = {
    'a & b/100% ü#+.txt': randomBytes(30_000),
    'a & b/deep/er/empty': Buffer.alloc(0),
    'large.bin': randomBytes(3_000_000),
    'sparse.bin': Buffer.alloc(2_000_000),
  }
  for (const [name, bytes] of Object.entries(bodies)) {
    mkdirSync(join(from, name, '..'), { recursive: true })
    writeFileSync(join(from, name), bytes)
    utimesSync(join(from, name), 1_500_000_000, 1_500_000_000)
  }
  mkdirSync(join(from, 'nothing'))
  const obscured = (await run('rclone', ['obscure', password])).stdout.trim()
  writeFileSync(config, `[nc]\ntype = webdav\nvendor = nextcloud\nurl = ${at('files/alice')}\nuser = alice\npass = ${obscured}\n`)
  const rclone = (...more: readonly string[]) => run('rclone', [...more, '--config', config, '--create-empty-src-dirs'])
  await rclone('copy', from, 'nc:tree')
  await rclone('copy', 'nc:tree', back)
  expect(treeAt(back)).toEqual(treeAt(from))
  expect(
    (await files().tree('tree'))
      .filter(({ kind }) => kind === 'file')
      .map(({ sha256: hash }) => hash)
      .sort(),
  ).toEqual(Object.values(bodies).map(sha256).sort())
  expect(await cloud.violations()).toEqual([])
})

test('the webdav package lists and reads it', async () => {
  await files().put('read/me ü.txt', 'hello', 1_500_000_000)
  const client = createClient(at('files/alice').href, { authType: AuthType.Password, username: 'alice', password })
  const listed = await client.getDirectoryContents('/read')
  expect(listed).toMatchObject([{ basename: 'me ü.txt', size: 5, type: 'file', lastmod: 'Fri, 14 Jul 2017 02:40:00 GMT' }])
  expect(await client.getFileContents('/read/me ü.txt', { format: 'text' })).toBe('hello')
  expect(await client.exists('/read/none')).toBe(false)
})

test('nothing is stored of a body that was cut off', async () => {
  const headers = { authorization, 'content-length': 1_000_000 }
  const sent = plainRequest(at('files/alice/cut.bin'), { method: 'PUT', headers })
  const broken = new Promise<void>((resolve) => sent.on('error', () => resolve()))
  sent.write(Buffer.alloc(500_000, 1), () => sent.destroy())
  await broken
  expect([(await ask('GET', 'files/alice/cut.bin')).status, await files().tree('cut.bin')]).toEqual([404, []])
})

test('a body without a length ends as nothing where PHP loses it, and is told of', async () => {
  const body = new ReadableStream({
    start(controller) {
      controller.enqueue(Buffer.from('hello'))
      controller.close()
    },
  })
  const init: RequestInit & { readonly duplex: 'half' } = { body, duplex: 'half' }
  expect((await ask('PUT', 'files/alice/chunked', init)).status).toBe(201)
  expect((await files().tree('chunked'))[0]?.size).toBe(0)
  expect(await cloud.violations()).toEqual(['PUT of a file without Content-Length: it may end as 0 bytes behind PHP-FPM'])
})

test('faults on the way: cut in the middle of a body, bytes lost, a wrong ETag, an XML bomb, and half of a file', async () => {
  const put = (name: string, body: string | Buffer) => ask('PUT', `files/alice/${name}`, { body }).catch(() => undefined)
  await cloud.faults.add({ path: '/f1', effect: { kind: 'cut', afterBytes: 100_000 } })
  await cloud.faults.add({ path: '/f2', effect: { kind: 'zero-bytes' } })
  await cloud.faults.add({ path: '/f3', effect: { kind: 'wrong-etag' } })
  await cloud.faults.add({ path: '/f4', effect: { kind: 'xml-bomb' } })
  expect([await put('f1', Buffer.alloc(1_000_000)), await files().tree('f1')]).toEqual([undefined, []])
  expect([(await put('f2', 'hello'))?.status, (await files().tree('f2'))[0]?.size]).toEqual([201, 0])
  const [wrong, [stored]] = [(await put('f3', 'hello'))?.headers.get('etag'), await files().tree('f3')]
  expect(wrong).not.toBe(`"${stored?.etag}"`)
  expect((await (await ask('PROPFIND', 'files/alice/f4')).text()).length).toBeLessThan(3_000)
  const bytes = Buffer.alloc(3_000_000, 7)
  const hashed = await ask('PUT', 'files/alice/f5', { body: bytes, headers: { 'x-hash': 'sha256' } })
  expect([hashed.headers.get('x-hash-sha256'), (await files().tree('f5'))[0]?.sha256]).toEqual([sha256(bytes), sha256(bytes)])
  const head = await ask('HEAD', 'files/alice/f5')
  expect([head.status, head.headers.get('content-length')]).toEqual([200, '3000000'])
  await cloud.faults.add({ path: '/f5', effect: { kind: 'truncate', bytes: 1_000_000 } })
  const half = await ask('GET', 'files/alice/f5')
  expect(half.headers.get('content-length')).toBe('3000000')
  await expect(half.arrayBuffer()).rejects.toThrow()
  await cloud.faults.add({ path: '/f6', effect: { kind: 'late', ms: 0 } })
  expect([(await put('f6', 'hello'))?.status, (await files().tree('f6'))[0]?.size]).toEqual([504, 5])
})

test('wrong passwords slow everybody down, without a test having to wait', async () => {
  for (let time = 0; time < 3; time++) await ask('PROPFIND', 'files/alice', { headers: { authorization: 'Basic YWxpY2U6bm8=' } })
  expect((await ask('PROPFIND', 'files/alice', { headers: { depth: '0' } })).status).toBe(207)
  expect((await cloud.stats()).waitedMs).toBe(200 + 400 + 800)
  await cloud.admin.forget()
})

test('large uploads go through without staying in memory', async () => {
  const piece = randomBytes(1024 * 1024)
  const chunks = 16
  const each = 10
  const target = { destination: at('files/alice/huge.bin').href }
  await ask('MKCOL', 'uploads/alice/huge', { headers: target })
  const before = process.memoryUsage().rss
  const hash = createHash('sha256')
  for (let number = 1; number <= chunks; number++) {
    const isSparse = number % 2 === 0
    const bytes = isSparse ? Buffer.alloc(piece.length) : piece
    for (let part = 0; part < each; part++) hash.update(bytes)
    await putPieces(
      `uploads/alice/huge/${number}`,
      Array.from({ length: each }, () => bytes),
    )
  }
  const total = String(chunks * each * piece.length)
  const done = await fetchMove('uploads/alice/huge/.file', { ...target, 'x-hash': 'sha256', 'oc-total-length': total })
  expect([done.status, done.hash]).toEqual([201, hash.digest('hex')])
  expect((await files().tree('huge.bin'))[0]?.size).toBe(Number(total))
  expect((process.memoryUsage().rss - before) / 1e6).toBeLessThan(100)
})

function putPieces(path: string, pieces: readonly Buffer[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const length = pieces.reduce((sum, piece) => sum + piece.length, 0)
    const sent = plainRequest(at(path), { method: 'PUT', headers: { authorization, 'content-length': length } }, (answer) => {
      answer.resume().on('end', resolve)
    })
    sent.on('error', reject)
    const next = (index: number): void => {
      const piece = pieces[index]
      if (piece) sent.write(piece, () => next(index + 1))
      else sent.end()
    }
    next(0)
  })
}

const fetchMove = async (path: string, headers: Readonly<Record<string, string>>) => {
  const answer = await ask('MOVE', path, { headers })
  return { status: answer.status, hash: answer.headers.get('x-hash-sha256') }
}
