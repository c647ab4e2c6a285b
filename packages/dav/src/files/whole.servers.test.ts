import { type Item, type PutCall, type Receipt, systemClock } from '@offramp/core'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { faultOf, receiptOf } from '../../../../test/servers/dav-desk.ts'
import { CHUNK_BYTES, type FilesDesk, fileItem, openFilesDesk, soonPut } from '../../../../test/servers/files-desk.ts'

const WHOLE = { wholeBytes: 64 * 1024 * 1024 }

let desk: FilesDesk
let used = 0
beforeAll(async () => {
  desk = await openFilesDesk({}, systemClock)
})
afterEach(() => desk.cloud.faults.clear())
afterAll(async () => {
  expect(await desk.cloud.violations()).toEqual([])
  await desk.close()
})

const fresh = (): string => `whole ${used++}.bin`
const bytesOf = (fill: number): Uint8Array => new Uint8Array(CHUNK_BYTES * 2 + 1_000).fill(fill)
const AT = Date.UTC(2019, 4, 5, 6, 7, 8)

const large = (name: string, more: Partial<Item> = {}): Item => {
  const item = fileItem(used, name, { body: bytesOf(7) })
  return { ...item, id: name, traits: { ...item.traits, modifiedAt: AT }, ...more }
}

type Connected = Awaited<ReturnType<FilesDesk['again']>>

const put = async (to: Connected, item: Item, over?: Receipt): Promise<Receipt> =>
  receiptOf(await to.put(desk.place, item, over, soonPut()))

/** Orders to put chunks together, and files that went whole. */
async function counted(work: () => Promise<unknown>): Promise<readonly number[]> {
  const seen = async () => {
    const { requests } = await desk.cloud.stats()
    return [requests['MOVE uploads'] ?? 0, requests['PUT files'] ?? 0]
  }
  const before = await seen()
  await work()
  return (await seen()).map((count, n) => count - (before[n] ?? 0))
}

const IN_CHUNKS = [1, 0]
const AS_A_WHOLE = [0, 1]

/** A process that has written a large file before, so that it knows how fast that goes. */
async function measured(): Promise<Connected> {
  const to = await desk.again(WHOLE)
  expect(await counted(() => put(to, large(fresh())))).toEqual(IN_CHUNKS)
  return to
}

const standing = async (name: string) => (await desk.cloud.user('anna').files.tree()).find(({ path }) => path === `Folder/${name}`)

/** Nothing but files under their own names, no chunks, and no trash of ours. */
async function clean(): Promise<void> {
  const anna = desk.cloud.user('anna').files
  expect((await desk.names()).filter((path) => path.includes('.offramp'))).toEqual([])
  expect(await anna.uploads()).toEqual([])
  expect(await anna.trash()).toEqual([])
}

test('the first large file goes in chunks, and the next ones whole: proved, dated, and nothing beside them', async () => {
  const to = await measured()
  const name = fresh()
  expect(await counted(() => put(to, large(name)))).toEqual(AS_A_WHOLE)
  const receipt = receiptOf(await to.put(desk.place, large(fresh()), undefined, soonPut()))
  expect(receipt.size).toBe(bytesOf(7).length)
  expect(receipt.losses).toBeUndefined()
  const there = await standing(name)
  expect(there).toMatchObject({ size: bytesOf(7).length, modified: AT / 1000 })
  expect(there?.sha256.slice(0, 16)).toBe(receipt.hash)
  await clean()
})

test('what stands is written over in chunks alone', async () => {
  const to = await measured()
  const name = fresh()
  const over = await put(to, large(name))
  const changed = large(name, { version: 'later', body: fileItem(0, name, { body: bytesOf(8) }).body })
  expect(await counted(() => put(to, changed, over))).toEqual(IN_CHUNKS)
})

test('a name that a person has taken stays the person\u2019s', async () => {
  const to = await measured()
  const name = fresh()
  await desk.cloud.user('anna').files.put(`Folder/${name}`, 'mine')
  const receipt = await put(to, large(name))
  expect(receipt.locator).not.toBe(name)
  expect((await standing(name))?.size).toBe(4)
  await clean()
})

test('one that breaks off leaves nothing, and the next files go in chunks until it is known anew how fast that is', async () => {
  const to = await measured()
  const name = fresh()
  await desk.fault({ kind: 'cut', afterBytes: 6_000_000 }, { method: 'PUT', path: '\\.offramp-' })
  const broken = await faultOf(to.put(desk.place, large(name), undefined, soonPut()))
  expect(broken).toMatchObject({ reach: 'call', connection: true })
  await clean()
  expect(await counted(() => put(to, large(name)))).toEqual(IN_CHUNKS)
  expect(await counted(() => put(to, large(fresh())))).toEqual(IN_CHUNKS)
  expect(await counted(() => put(to, large(fresh())))).toEqual(AS_A_WHOLE)
  await clean()
})

test('a server that takes no body of this size gets it in chunks at once, and is not asked again', async () => {
  const to = await measured()
  await desk.fault({ kind: 'status', status: 413 }, { method: 'PUT', path: '\\.offramp-' })
  const name = fresh()
  expect(await counted(() => put(to, large(name)))).toEqual([1, 1])
  expect((await standing(name))?.size).toBe(bytesOf(7).length)
  expect(await counted(() => put(to, large(fresh())))).toEqual(IN_CHUNKS)
  await clean()
})

test('bytes that were damaged on the way are not taken for the file', async () => {
  const to = await measured()
  await desk.fault({ kind: 'zero-bytes' }, { method: 'PUT', path: '\\.offramp-' })
  expect(await faultOf(to.put(desk.place, large(fresh()), undefined, soonPut()))).toMatchObject({ code: 'dav-damaged' })
  await clean()
})

/** All of it is stored, and has not its name: what is tidied up by whoever only fails stays, as it does where a process dies. */
async function dieBeforeItsName(to: Connected, item: Item): Promise<void> {
  for (const method of ['MOVE', 'DELETE']) await desk.fault({ kind: 'status', status: 500 }, { method, path: '\\.offramp-', times: 100 })
  expect(await faultOf(to.put(desk.place, item, undefined, soonPut()))).toMatchObject({ reach: 'call' })
  await desk.cloud.faults.clear()
}

test('what a process has left that died before the last step is removed for good by the next', async () => {
  const item = large(fresh())
  await dieBeforeItsName(await measured(), item)
  expect((await desk.names()).filter((path) => path.includes('.offramp'))).toHaveLength(1)
  expect(await counted(async () => put(await desk.again(WHOLE), item))).toEqual(IN_CHUNKS)
  expect((await standing(item.naturalKey))?.size).toBe(bytesOf(7).length)
  await clean()
})

test('chunks that an earlier process has sent are gone on with', async () => {
  const to = await measured()
  const item = large(fresh())
  const dying = await desk.again({ ...WHOLE, connectionsPerAccount: 1 })
  await desk.fault({ kind: 'cut' }, { method: 'MOVE', path: '/\\.file' })
  const stop = new AbortController()
  let sent = 0
  const call: PutCall = { ...soonPut(), signal: stop.signal, progress: () => void (++sent === 2 && stop.abort(new Error('killed'))) }
  await dying.put(desk.place, item, undefined, call).catch(() => undefined)
  await desk.cloud.faults.clear()
  expect(await desk.cloud.user('anna').files.uploads()).not.toEqual([])
  expect(await counted(() => put(to, item))).toEqual(IN_CHUNKS)
  await clean()
})
