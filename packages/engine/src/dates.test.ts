import { Fault } from '@offramp/core'
import { expect, test } from 'vitest'
import { above } from './dates.ts'
import { fileLane } from './testing/file-lane.ts'

/** What each folder says, and what it should. */
const dates = ({ drive, tree }: ReturnType<typeof fileLane>) => {
  const place = (id: string): string => drive.pathOf(id).join('/')
  return {
    said: drive.folders().map(({ id }) => [place(id), tree.folder(place(id))?.modifiedAt]),
    wanted: drive.folders().map(({ id, modifiedAt }) => [place(id), modifiedAt]),
  }
}

function threeDeep() {
  const lane = fileLane()
  const outer = lane.drive.addFolder('Outer')
  const inner = lane.drive.addFolder('Inner', outer)
  const other = lane.drive.addFolder('Other')
  const ids = [lane.add(inner, 'a.txt'), lane.add(inner, 'b.txt'), lane.add(other, 'c.txt')]
  return { ...lane, outer, inner, other, ids }
}

const given = (lane: ReturnType<typeof fileLane>) => {
  const { destination } = lane.connect()
  const asked: string[][] = []
  const date: NonNullable<typeof destination.date> = async (some, call) => {
    asked.push(some.map(({ place }) => place))
    await destination.date?.(some, call)
  }
  return { asked, destination: { ...destination, date } }
}

test('places above, with and without a slash at the beginning', () => {
  expect([above('a/b/c'), above('a'), above('')]).toEqual([['a/b', 'a', ''], [''], []])
  expect([above('/a/b'), above('/a'), above('/')]).toEqual([['/a', '/'], ['/'], []])
})

test('folders get their dates when everything is in them, the deepest first, and once', async () => {
  const lane = threeDeep()
  const { asked, destination } = given(lane)
  await lane.turn({ destination })
  expect(dates(lane).said).toEqual(dates(lane).wanted)
  expect(asked.flat()).toEqual(['Outer/Inner', 'Outer', 'Other', ''])
  await lane.turn({ pass: 2, destination })
  expect(asked).toHaveLength(1)
})

test('what is written into a folder takes its date, and those of the folders above: they are given again, and no others', async () => {
  const lane = threeDeep()
  await lane.turn()
  const { asked, destination } = given(lane)
  lane.drive.edit(lane.ids[0] ?? '', Buffer.from('new text'))
  await lane.turn({ pass: 2, destination })
  expect(dates(lane).said).toEqual(dates(lane).wanted)
  expect(asked.flat().sort()).toEqual(['', 'Outer', 'Outer/Inner'])
})

test('so does what is taken out of a folder', async () => {
  const lane = threeDeep()
  await lane.turn()
  lane.drive.move(lane.ids[0] ?? '', { parent: lane.other })
  await lane.turn({ pass: 2 })
  expect(dates(lane).said).toEqual(dates(lane).wanted)
})

test('a turn that dies between a write and the dates leaves them to the next', async () => {
  const lane = threeDeep()
  await lane.turn()
  lane.drive.edit(lane.ids[0] ?? '', Buffer.from('new text'))
  const { destination } = lane.connect()
  const full = new Fault({ reach: 'account', code: 'full', message: 'It is full.' })
  const date = () => Promise.reject(full)
  expect(await lane.turn({ pass: 2, destination: { ...destination, date } })).toMatchObject({ state: 'halted' })
  expect(dates(lane).said).not.toEqual(dates(lane).wanted)
  expect(await lane.turn({ pass: 2 })).toEqual({ state: 'done' })
  expect(dates(lane).said).toEqual(dates(lane).wanted)
})

test('a server that takes no date for a folder holds up the lane for some turns, and not for ever', async () => {
  const lane = threeDeep()
  const { destination } = lane.connect()
  const date = () => Promise.reject(new Fault({ reach: 'call', code: 'refused', message: 'It answers 500.' }))
  const refusing = { ...destination, date }
  expect(await lane.turn({ destination: refusing })).toMatchObject({ state: 'wait', trouble: true })
  expect(await lane.turn({ destination: refusing, troubles: 3 })).toEqual({ state: 'done' })
  expect(await lane.turn({ pass: 2 })).toEqual({ state: 'done' })
  expect(dates(lane).said).toEqual(dates(lane).wanted)
})

test('where folders have no dates, nothing is put on record about them', async () => {
  const lane = fileLane({ destination: { undated: true } })
  lane.add(lane.drive.addFolder('Some'), 'a.txt')
  await lane.turn()
  expect(lane.store.books('anna-mail').undated.size).toBe(0)
})
