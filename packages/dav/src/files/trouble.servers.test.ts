import { createHash } from 'node:crypto'
import { fastClock, readAll } from '@offramp/conformance'
import { Fault, type Item, type Receipt } from '@offramp/core'
import { quickXor } from '@offramp/formats'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { faultOf, receiptOf } from '../../../../test/servers/dav-desk.ts'
import { CHUNK_BYTES, type FilesDesk, fileItem, openFilesDesk, soonPut } from '../../../../test/servers/files-desk.ts'
import { BULK_FOLDER } from './limits.ts'

/** A minute of the server's patience is four seconds of the test's: fast enough, and slow enough that a busy machine does not run into time limits. */
const clock = fastClock(15)

let desk: FilesDesk
let used = 0
beforeAll(async () => {
  desk = await openFilesDesk({ timeScale: 15 }, clock)
})
afterEach(() => desk.cloud.faults.clear())
afterAll(async () => {
  await desk.close()
})

const fresh = (): string => `file ${used++}.bin`

/** Three chunks. */
const LARGE = new Uint8Array(CHUNK_BYTES * 2 + 1_000).fill(7)

const large = (name: string, more: Partial<Item> = {}): Item => ({ ...fileItem(used, name, { body: LARGE }), id: name, ...more })

const put = async (item: Item): Promise<Receipt> => receiptOf(await desk.destination.put(desk.place, item, undefined, soonPut()))

const standing = async (name: string) => (await desk.cloud.user('anna').files.tree()).find(({ path }) => path === `Folder/${name}`)

const uploads = async (): Promise<number> => (await desk.cloud.user('anna').files.uploads()).length

const behaved = async () => expect(await desk.cloud.violations()).toEqual([])

test('504 on the last step, while the server goes on: it is looked for, and not asked for again', async () => {
  await desk.fault({ kind: 'late', ms: 30_000 }, { method: 'MOVE' })
  const name = fresh()
  const proof = await put(large(name))
  expect((await standing(name))?.sha256.slice(0, 16)).toBe(proof.hash)
  expect(await uploads()).toBe(0)
  await behaved()
})

test('whoever looks for it says all the while that it gets on, or the write would be given up for silence', async () => {
  await desk.fault({ kind: 'late', ms: 30_000 }, { method: 'MOVE' })
  let signs = 0
  receiptOf(await desk.destination.put(desk.place, large(fresh()), undefined, { ...soonPut(), progress: () => void signs++ }))
  // Three are those of the chunks. The first look alone is five seconds later, and an operator may give up after two.
  expect(signs).toBeGreaterThanOrEqual(3 + 5 + 5)
  await behaved()
})

/** A process that has asked for it to be put together, and dies while the server is at it. */
const dieWhileAssembled = (name: string, ms: number): Promise<void> => dieAt(large(name), undefined, ms)

async function dieAt(item: Item, over: Receipt | undefined, ms: number): Promise<void> {
  await desk.fault({ kind: 'late', ms }, { method: 'MOVE', path: '/\\.file' })
  const stop = new AbortController()
  const first = desk.destination.put(desk.place, item, over, {
    ...soonPut(),
    signal: stop.signal,
    // The third is the last chunk; what comes later is the looking.
    progress: () => void (++told > 3 && stop.abort(new Error('killed'))),
  })
  let told = 0
  await expect(first).rejects.toThrow('killed')
}

test('a process that comes after one which had asked looks as well', async () => {
  const name = fresh()
  await dieWhileAssembled(name, 25_000)
  const proof = receiptOf(await (await desk.again()).put(desk.place, large(name), undefined, soonPut()))
  expect((await standing(name))?.sha256.slice(0, 16)).toBe(proof.hash)
  expect(await uploads()).toBe(0)
  await behaved()
})

/** Chunks sent, and orders to put some together. */
const sent = async (): Promise<readonly (number | undefined)[]> => {
  const { requests } = await desk.cloud.stats()
  return [requests['PUT uploads'], requests['MOVE uploads']]
}

/** The same file with as many other bytes. */
const OTHER = new Uint8Array(LARGE).fill(8)
const changedOf = (name: string): Item =>
  large(name, {
    version: 'later',
    body: fileItem(0, name, { body: OTHER }).body,
    checksum: { algorithm: 'md5', value: createHash('md5').update(OTHER).digest('hex') },
  })

test.each(['find', 'put'])('a copy that is locked because chunks are put together over it is waited for (%s)', async (first) => {
  const name = fresh()
  const over = await put(large(name))
  await dieAt(changedOf(name), over, 25_000)
  const [later, before] = [await desk.again(), await sent()]
  if (first === 'find') expect(await later.find(changedOf(name), [{ place: desk.place.id }], soonPut())).toMatchObject([{ locator: name }])
  const proof = receiptOf(await later.put(desk.place, changedOf(name), over, soonPut()))
  expect((await standing(name))?.sha256.slice(0, 16)).toBe(proof.hash)
  expect(proof.hash).not.toBe(over.hash)
  expect([await sent(), await uploads()]).toEqual([before, 0])
  await behaved()
})

test('another state of a file is sent once the server has put the earlier one together', async () => {
  const name = fresh()
  const over = await put(large(name))
  await dieAt(changedOf(name), over, 25_000)
  const [latest, begun] = [
    large(name, { version: 'latest', body: fileItem(0, name, { body: new Uint8Array(LARGE).fill(9) }).body }),
    clock.now(),
  ]
  const proof = await (await desk.again()).put(desk.place, latest, over, soonPut())
  // The earlier one stands there now, and nobody knows that it is ours: whose it is, the engine judges.
  expect(proof).toMatchObject({ kept: 'changed' })
  expect(clock.now() - begun).toBeLessThan(600_000)
  expect(await uploads()).toBe(0)
})

// An hour is what a server is given to put a file together.
test('a lock of somebody else is said at once of a large file as well', async () => {
  const name = fresh()
  const over = await put(large(name))
  await desk.cloud.user('anna').files.lock(`Folder/${name}`, true)
  const [later, begun] = [desk.destination.put(desk.place, changedOf(name), over, soonPut()), clock.now()]
  expect(await faultOf(later)).toMatchObject({ reach: 'call', code: 'dav-locked' })
  expect(clock.now() - begun).toBeLessThan(600_000)
  await desk.cloud.user('anna').files.lock(`Folder/${name}`, false)
  const proof = receiptOf(await desk.destination.put(desk.place, changedOf(name), over, soonPut()))
  expect((await standing(name))?.sha256.slice(0, 16)).toBe(proof.hash)
  expect(await uploads()).toBe(0)
})

test('what was moved home and written anew, and of which nobody heard, is not sent once more', async () => {
  const name = fresh()
  const over = await put(large(name))
  const elsewhere = await desk.destination.prepare({ id: 'other', path: ['Other'] }, soonPut())
  const proof = receiptOf(await desk.destination.put(elsewhere, changedOf(name), over, soonPut()))
  const before = await sent()
  expect(await (await desk.again()).put(elsewhere, changedOf(name), over, soonPut())).toEqual(proof)
  expect(await sent()).toEqual(before)
})

test('where the one before had died before it asked, it is asked within a minute', async () => {
  const name = fresh()
  // The mark is made, and nothing else is done.
  await desk.fault({ kind: 'late', ms: 0 }, { method: 'PUT', path: '/uploads/.*/\\d{20}[1-9]\\d{9}$' })
  expect(await faultOf(put(large(name)))).toMatchObject({ code: 'http-504' })
  expect(await uploads()).toBe(2)
  const begun = clock.now()
  const proof = receiptOf(await (await desk.again()).put(desk.place, large(name), undefined, soonPut()))
  expect(clock.now() - begun).toBeLessThan(60_000)
  expect((await standing(name))?.sha256.slice(0, 16)).toBe(proof.hash)
  expect(await uploads()).toBe(0)
  await behaved()
})

test('a server that is slower than it is taken to be says so when it is asked again, and nothing is doubled', async () => {
  const name = fresh()
  await dieWhileAssembled(name, 45_000)
  const proof = receiptOf(await (await desk.again()).put(desk.place, large(name), undefined, soonPut()))
  expect((await standing(name))?.sha256.slice(0, 16)).toBe(proof.hash)
  expect((await standing(name))?.versions).toEqual([])
  expect((await desk.names()).filter((path) => path.startsWith(`Folder/${name.split('.')[0]}`))).toEqual([`Folder/${name}`])
  expect(await uploads()).toBe(0)
  expect(await desk.cloud.violations()).toEqual([expect.stringContaining('MOVE of an upload again')])
})

test('a chunk that got lost although it was confirmed is noticed, and the whole is sent anew', async () => {
  const name = fresh()
  await desk.fault({ kind: 'pretend' }, { method: 'PUT', path: '/uploads/.*/00002' })
  expect(await faultOf(put(large(name)))).toMatchObject({ reach: 'call' })
  expect(await standing(name)).toBeUndefined()
  await put(large(name))
  expect((await standing(name))?.size).toBe(LARGE.length)
  expect(await uploads()).toBe(0)
})

test('what was sent before a break is proved by the checksum of the source', async () => {
  const xor = quickXor()
  xor.update(LARGE)
  const broken = async (item: Item): Promise<void> => {
    await desk.fault({ kind: 'status', status: 500 }, { method: 'PUT', path: '/uploads/.*/00003' })
    await faultOf(put(item))
  }
  const good = large(fresh(), { checksum: { algorithm: 'quick-xor', value: xor.digest() } })
  await broken(good)
  let read = 0
  const counted: Item = {
    ...good,
    bodyFrom(offset, call) {
      read += LARGE.length - offset
      return good.bodyFrom?.(offset, call) ?? good.body(call)
    },
    body: () => {
      throw new Error('It was read from its beginning.')
    },
  }
  const proof = await put(counted)
  expect(read).toBe(1_000)
  expect(proof.hash).toBe((await standing(good.naturalKey))?.sha256.slice(0, 16))
  for (const algorithm of ['md5', 'quick-xor'] as const) {
    const liar = large(fresh(), { checksum: { algorithm, value: '00'.repeat(algorithm === 'md5' ? 16 : 20) } })
    await broken(liar)
    expect(await faultOf(put(liar))).toMatchObject({ reach: 'call', code: 'dav-damaged' })
  }
})

test('a page with 200, and bytes that got lost, are no arrival', async () => {
  const name = fresh()
  await desk.fault({ kind: 'sign-in-page' }, { method: 'PUT' })
  expect(await faultOf(put(fileItem(used, name)))).toMatchObject({ reach: 'call', code: 'dav-not-stored' })
  await desk.fault({ kind: 'zero-bytes' }, { method: 'PUT' })
  expect(await faultOf(put(fileItem(used, name)))).toMatchObject({ reach: 'call', code: 'dav-damaged' })
  expect(await standing(name)).toBeUndefined()
})

test('an ETag that is not true costs a look, and no change', async () => {
  const name = fresh()
  await desk.fault({ kind: 'wrong-etag' }, { method: 'PUT' })
  const item = fileItem(used, name)
  const proof = await put(item)
  const changed = { ...fileItem(used, name, { fill: 77 }), id: item.id }
  const now = receiptOf(await desk.destination.put(desk.place, changed, proof, soonPut()))
  expect((await standing(name))?.size).toBe(now.size)
})

test('a full account stops with its remedy, whole file or chunks', async () => {
  const user = desk.cloud.user('anna')
  const taken = (await user.files.tree()).reduce((sum, { kind, size }) => sum + (kind === 'file' ? size : 0), 0)
  await user.quota(taken + 1_000)
  for (const item of [fileItem(used, fresh(), { fill: 5_000 }), large(fresh())])
    expect(await faultOf(put(item))).toMatchObject({ reach: 'account', code: 'dav-over-quota' })
  await user.quota(-1)
})

test('a lock is a matter of this call', async () => {
  const name = fresh()
  const item = fileItem(used, name)
  const proof = await put(item)
  await desk.cloud.user('anna').files.lock(`Folder/${name}`, true)
  const changed = { ...fileItem(used, name, { fill: 9 }), id: item.id }
  expect(await faultOf(desk.destination.put(desk.place, changed, proof, soonPut()))).toMatchObject({ reach: 'call', code: 'dav-locked' })
  await desk.cloud.user('anna').files.lock(`Folder/${name}`, false)
  await desk.destination.put(desk.place, changed, proof, soonPut())
  expect((await standing(name))?.size).toBe(changed.size)
})

test('names to which nobody could write again, or of which no version would be kept, are shortened', async () => {
  const stem = `${used++}${'n'.repeat(240)}`
  for (const item of [fileItem(used, `${stem}a.txt`), large(`${stem}b.txt`)]) {
    const proof = await put(item)
    expect(proof.locator).toMatch(/^\d+n+ \([0-9a-f]{8}\)\.txt$/)
    expect(Buffer.byteLength(proof.locator)).toBe(238)
    expect((await standing(proof.locator))?.size).toBe(item.size)
    const later = { ...fileItem(used, item.naturalKey, { body: Buffer.from('later') }), id: item.id, version: 'later' }
    expect(await desk.destination.put(desk.place, later, proof, soonPut())).toMatchObject({ locator: proof.locator, size: 5 })
  }
  expect((await desk.names()).filter((path) => path.includes('.tmp'))).toEqual([])
})

test('of a bulk upload whose answer was lost nothing is written twice', async () => {
  const items = Array.from({ length: 5 }, () => fileItem(used, fresh(), { fill: used }))
  const toldApart = async () => (await desk.names()).filter((path) => path.includes(' ('))
  const apart = await toldApart()
  await desk.fault({ kind: 'reset' }, { method: 'POST', path: '/bulk' })
  const answers = await desk.destination.putMany?.(desk.place, items, soonPut()).catch((thrown: unknown) => thrown)
  expect(answers).toMatchObject({ reach: 'call' })
  const before = (await desk.names()).length
  for (const item of items) {
    const [found] = await desk.destination.find(item, [{ place: desk.place.id }], soonPut())
    const { locator } = found ?? (await put(item))
    expect(locator).toBe(item.naturalKey)
  }
  expect((await desk.names()).length).toBe(Math.max(before, (await desk.names()).length))
  expect(await toldApart()).toEqual(apart)
})

test('what a bulk upload refuses is written alone, and an empty file never goes in bulk', async () => {
  await desk.fault({ kind: 'status', status: 400 }, { method: 'POST', path: '/bulk' })
  const items = [3, 0, 5].map((bytes) => fileItem(used, fresh(), { body: new Uint8Array(bytes).fill(65) }))
  const answers = (await desk.destination.putMany?.(desk.place, items, soonPut())) ?? []
  expect(answers.map((answer) => (answer instanceof Fault ? answer.code : answer.size))).toEqual([3, 0, 5])
})

test('a bulk upload never writes over what stands there, or what comes twice', async () => {
  const [taken, twice, free] = [fresh(), fresh(), fresh()]
  await desk.cloud.user('anna').files.put(`Folder/${taken}`, 'mine')
  const named = [taken, twice, twice, free, fresh()]
  const items = named.map((name, n) => ({ ...fileItem(n, name, { fill: n }), id: `bulk ${used}.${n}` }))
  const answers = (await desk.destination.putMany?.(desk.place, items, soonPut())) ?? []
  expect(answers.map((answer) => (answer instanceof Fault ? answer.code : 'arrived'))).toEqual([
    'dav-alone',
    'arrived',
    'dav-alone',
    'arrived',
    'arrived',
  ])
  expect((await standing(taken))?.size).toBe(4)
})

test('a folder in which very much stands is listed for a bulk upload once, and not to its end', async () => {
  const place = await desk.destination.prepare({ id: 'crowd', path: ['Crowd'] }, soonPut())
  for (let nth = 0; nth <= BULK_FOLDER; nth++) await desk.cloud.user('anna').files.put(`Crowd/there ${nth}`, 'x')
  const asked = async () => (await desk.cloud.stats()).requests
  const some = () => Array.from({ length: 3 }, () => fileItem(used, fresh(), { fill: used }))
  const before = await asked()
  for (const items of [some(), some()])
    expect(((await desk.destination.putMany?.(place, items, soonPut())) ?? []).filter((answer) => answer instanceof Fault)).toEqual([])
  const after = await asked()
  const more = Object.keys(after).map((sort) => [sort, (after[sort] ?? 0) - (before[sort] ?? 0)] as const)
  expect(Object.fromEntries(more.filter(([, count]) => count > 0))).toEqual({ 'PROPFIND files': 1, 'PUT files': 6 })
})

test('a history that was broken off is gone on with where it was', async () => {
  const plain = fileItem(9, fresh())
  const versions = [1, 2, 3].map((n) => ({
    id: `v${n}`,
    modifiedAt: Date.UTC(2020, n),
    size: n,
    async *body() {
      yield new Uint8Array(n).fill(64 + n)
    },
  }))
  const item: Item = {
    ...plain,
    async *versions() {
      yield* versions
    },
  }
  await desk.cloud.faults.add({ method: 'PUT', when: { nth: 3 }, times: 1, effect: { kind: 'status', status: 500 } })
  expect(await faultOf(put(item))).toMatchObject({ reach: 'call' })
  await desk.cloud.faults.clear()
  await put(item)
  expect((await standing(plain.naturalKey))?.versions.map(({ size }) => size)).toEqual([1, 2, 3])
})

test('a bomb of XML is refused, and quickly', async () => {
  await desk.fault({ kind: 'xml-bomb' }, { method: 'PROPFIND' })
  const begun = Date.now()
  const walking = readNames()
  expect(await faultOf(walking)).toMatchObject({ reach: 'call', code: 'dav-bad-xml' })
  expect(Date.now() - begun).toBeLessThan(5_000)
})

async function readNames(): Promise<number> {
  let count = 0
  for await (const { receipt } of desk.destination.walk({ place: '/Many' }, soonPut())) count += receipt.locator === '' ? 0 : 1
  return count
}

test('a folder of very many files is walked', async () => {
  const count = Number(process.env['OFFRAMP_FOLDER_FILES'] ?? 5_000)
  await desk.cloud.user('anna').files.plant('Many', count)
  expect(await readNames()).toBe(count)
})

test('a body that is shorter or longer than was said writes nothing', async () => {
  for (const by of [-1, 1]) {
    const item = fileItem(used, fresh(), { fill: 100 })
    const lying = { ...item, size: (item.size ?? 0) + by }
    expect(await faultOf(put(lying))).toMatchObject({ reach: 'call', code: 'dav-body-length' })
    expect(await standing(item.naturalKey)).toBeUndefined()
    const whole = large(fresh())
    expect(await faultOf(put({ ...whole, size: LARGE.length + by }))).toMatchObject({ reach: 'call', code: 'dav-body-length' })
    expect(await standing(whole.naturalKey)).toBeUndefined()
  }
})

test('maintenance is a wait for everybody, and a refused login stops the account at once', async () => {
  await desk.cloud.admin.set({ maintenance: true })
  expect(await faultOf(desk.destination.put(desk.place, fileItem(used, fresh()), undefined, soonPut()))).toMatchObject({ reach: 'gate' })
  await desk.cloud.admin.set({ maintenance: false })
  const later = await desk.again()
  await desk.cloud.user('anna').revoke()
  const item = fileItem(used, fresh())
  expect(await faultOf(later.put(desk.place, item, undefined, soonPut()))).toMatchObject({ reach: 'account', code: 'dav-login-refused' })
  const before = await desk.cloud.stats()
  expect(await faultOf(later.put(desk.place, item, undefined, soonPut()))).toMatchObject({ code: 'dav-login-refused' })
  expect((await desk.cloud.stats()).requests).toEqual(before.requests)
  expect(await readAll(empty())).toHaveLength(0)
})

async function* empty(): AsyncGenerator<Uint8Array> {}
