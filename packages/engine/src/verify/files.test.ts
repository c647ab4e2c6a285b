import { expect, test } from 'vitest'
import { fileLane } from '../testing/file-lane.ts'
import { forever, LANE } from '../testing/memory-lane.ts'
import { verify } from './verify.ts'

async function moved() {
  const lane = fileLane()
  const folder = lane.drive.addFolder('Folder')
  const ids = [lane.add(folder, 'a.txt'), lane.add(folder, 'b.txt', 30)]
  expect(await lane.turn()).toEqual({ state: 'done' })
  const check = (sample = 0) => {
    const { source, destination } = lane.connect()
    const asked: string[] = []
    const placeOf: typeof destination.placeOf = async (home, call) => {
      asked.push(home.id)
      return lane.tree.folder(home.path.join('/')) ? destination.prepare(home, call) : undefined
    }
    const request = { source, destination: { ...destination, placeOf }, ledger: lane.ledger, lane: LANE, sample, report: () => undefined }
    return verify(request, undefined, forever).then((balance) => ({ ...balance, asked }))
  }
  return { ...lane, folder, ids, check }
}

test('files balance folder by folder, and nobody is asked where a folder is that is where it was', async () => {
  const lane = await moved()
  const { collections, exceptions, asked } = await lane.check(1)
  expect(collections).toMatchObject([{ name: 'Folder', source: 2, verified: 2, remainder: 0, bytes: 50 }])
  expect([exceptions, asked]).toEqual([[], []])
})

test('a copy with another date is verified, and told of', async () => {
  const lane = await moved()
  lane.tree.date('Folder', 'a.txt', Date.UTC(2001, 0, 1))
  const { collections, exceptions } = await lane.check()
  expect(collections[0]?.remainder).toBe(0)
  expect(exceptions).toMatchObject([{ kind: 'altered', message: expect.stringContaining('2001-01-01') }])
})

test('what a person has changed since is seen without any sample, also where it is as long as before', async () => {
  const lane = await moved()
  lane.tree.write('Folder', 'a.txt', Buffer.alloc(20, 'mine'))
  const { collections, exceptions } = await lane.check()
  expect(collections[0]).toMatchObject({ verified: 2, remainder: 0 })
  expect(exceptions).toMatchObject([{ kind: 'altered', message: expect.stringContaining('Somebody has changed it') }])
})

test('what lies in a folder that was renamed since waits for the next pass', async () => {
  const lane = await moved()
  lane.drive.moveFolder(lane.folder, { name: 'Renamed' })
  const { collections, exceptions, asked } = await lane.check()
  expect(collections).toMatchObject([{ name: 'Renamed', source: 2, verified: 0, remainder: 2 }])
  expect(exceptions.map(({ kind }) => kind)).toEqual(['waiting', 'waiting'])
  expect(asked).toEqual([lane.folder])
})

test('an answer that broke off in the middle is read once more before a copy is called altered', async () => {
  const lane = await moved()
  const { source, destination } = lane.connect()
  let readings = 0
  const cut = (times: number): typeof destination.read =>
    async function* (receipt, call) {
      const isCut = readings++ < times
      for await (const part of destination.read(receipt, call)) yield isCut ? part.subarray(0, 5) : part
    }
  const check = (times: number) => {
    readings = 0
    const request = {
      source,
      destination: { ...destination, read: cut(times) },
      ledger: lane.ledger,
      lane: LANE,
      sample: 1,
      report: () => undefined,
    }
    return verify(request, undefined, forever)
  }
  expect((await check(1)).exceptions).toEqual([])
  expect((await check(100)).exceptions).toMatchObject([{ kind: 'altered' }, { kind: 'altered' }])
})
