import { fastClock } from '@offramp/conformance'
import type { Item, Receipt, Version } from '@offramp/core'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { faultOf, receiptOf } from '../../../../test/servers/dav-desk.ts'
import { type FilesDesk, fileItem, openFilesDesk, soonPut } from '../../../../test/servers/files-desk.ts'

/** The server's patience of half a minute is two seconds of the test's. */
const clock = fastClock(15)

let desk: FilesDesk
let authorization = ''
beforeAll(async () => {
  desk = await openFilesDesk({ timeScale: 15, version: '32.0.1' }, clock)
  authorization = `Basic ${Buffer.from(`anna:${(await desk.cloud.user('anna').credentials()).appPassword}`).toString('base64')}`
})
afterEach(() => desk.cloud.faults.clear())
afterAll(async () => {
  await desk.close()
})

const DATE = Date.UTC(2020, 1, 2)
const text = (sign: string, size: number): Uint8Array => Buffer.alloc(size, sign)
const written = (name: string, body: Uint8Array, more: Partial<Item> = {}): Item => {
  const item = fileItem(1, name, { body })
  return { ...item, id: name, version: String(body), traits: { ...item.traits, modifiedAt: DATE }, ...more }
}
const put = (item: Item, over?: Receipt) => desk.destination.put(desk.place, item, over, soonPut())
const at = (name: string): URL => new URL(`/remote.php/dav/files/anna/Folder/${name}`, desk.cloud.url)
const read = async (name: string): Promise<string> => (await fetch(at(name), { headers: { authorization } })).text()
const byHand = async (name: string, body: Uint8Array): Promise<number> =>
  (await fetch(at(name), { method: 'PUT', headers: { authorization, 'x-oc-mtime': String(DATE / 1000) }, body: Buffer.from(body) })).status
const uploads = async (): Promise<number> => (await desk.cloud.user('anna').files.uploads()).length
const namesOf = async (stem: string) => (await desk.names()).filter((path) => path.includes(stem))

/** Nextcloud 32.0.1 overwrites in place. */
test('a write over an earlier copy that breaks off leaves that one whole, and the next try ends it', async () => {
  const proof = receiptOf(await put(written('over.txt', text('a', 9_000))))
  await desk.fault({ kind: 'cut', afterBytes: 4_000 }, { method: 'PUT' })
  const changed = written('over.txt', text('b', 10_000))
  expect(await faultOf(put(changed, proof))).toMatchObject({ reach: 'call' })
  expect(await read('over.txt')).toBe('a'.repeat(9_000))
  const now = receiptOf(await put(changed, proof))
  expect([await read('over.txt'), now.size]).toEqual(['b'.repeat(10_000), 10_000])
  expect([await uploads(), await desk.cloud.violations()]).toEqual([0, []])
})

test('an earlier state whose write breaks off is gone on with, and nothing stands beside it', async () => {
  let broken = 0
  const state = (sign: string, n: number): Version => ({
    id: sign,
    size: 5_000,
    modifiedAt: DATE - n * 86_400_000,
    async *body() {
      if (sign === 'b' && broken++ === 0) await desk.fault({ kind: 'cut', afterBytes: 2_000 }, { method: 'PUT' })
      yield text(sign, 5_000)
    },
  })
  const item = written('states.txt', text('c', 6_000), {
    async *versions() {
      yield* [state('a', 2), state('b', 1)]
    },
  })
  expect(await faultOf(put(item))).toMatchObject({ reach: 'call' })
  const proof = receiptOf(await put(item))
  expect([proof.locator, proof.losses, await namesOf('states')]).toEqual(['states.txt', undefined, ['Folder/states.txt']])
  const [file] = (await desk.cloud.user('anna').files.tree()).filter(({ path }) => path === 'Folder/states.txt')
  expect(file?.versions.map(({ size }) => size)).toEqual([5_000, 5_000])
  expect([await read('states.txt'), await uploads()]).toEqual(['c'.repeat(6_000), 0])
})

/** Nextcloud 32.0.1 makes ETags of date, inode and size. */
test('what a person has saved over it stays, also where it has the same size, date and ETag', async () => {
  const proof = receiptOf(await put(written('same.txt', text('a', 700))))
  expect(await byHand('same.txt', text('p', 700))).toBe(204)
  expect(await put(written('same.txt', text('b', 700)), proof)).toMatchObject({ kept: 'changed' })
  expect(await read('same.txt')).toBe('p'.repeat(700))
})

test('our own next text of the same size and date, whose answer was lost, is known again', async () => {
  const proof = receiptOf(await put(written('lost.txt', text('a', 800))))
  await desk.fault({ kind: 'late', ms: 10, status: 500 }, { method: 'MOVE' })
  const changed = written('lost.txt', text('b', 800))
  await faultOf(put(changed, proof))
  expect(await read('lost.txt')).toBe('b'.repeat(800))
  expect(receiptOf(await put(changed, proof))).toMatchObject({ locator: 'lost.txt', size: 800 })
  expect([await read('lost.txt'), await uploads()]).toEqual(['b'.repeat(800), 0])
})

test('half of what the server was putting together when it died is no edit of a person', async () => {
  const proof = receiptOf(await put(written('half.txt', text('a', 900))))
  const changed = written('half.txt', text('b', 3_000))
  await desk.fault({ kind: 'status', status: 500, body: 'html' }, { method: 'MOVE' })
  await faultOf(put(changed, proof))
  expect(await uploads()).toBe(1)
  expect(await byHand('half.txt', text('b', 1_200))).toBe(204)
  expect(receiptOf(await put(changed, proof))).toMatchObject({ size: 3_000 })
  expect([await read('half.txt'), await uploads()]).toEqual(['b'.repeat(3_000), 0])
})

test('what a killed worker has left in doubt is looked for by one listing of its folder, and not relied on where it has gone since', async () => {
  const items = Array.from({ length: 20 }, (_, n) => written(`doubt ${n}.txt`, text(String.fromCharCode(65 + n), 50 + n)))
  for (const item of items) await put(item)
  const later = await desk.again()
  const asked = async () => (await desk.cloud.stats()).requests['PROPFIND files'] ?? 0
  const before = await asked()
  const find = (item: Item) => later.find(item, [{ place: desk.place.id }], soonPut())
  for (const item of items.slice(0, -1)) expect(await find(item)).toMatchObject([{ size: item.size, locator: item.naturalKey }])
  expect((await asked()) - before).toBeLessThanOrEqual(10)
  await fetch(at('doubt%2019.txt'), { method: 'DELETE', headers: { authorization } })
  expect(await find(items[19] ?? written('', text('', 0)))).toEqual([])
})
