import { ROOT } from '@offramp/conformance'
import { expect, test } from 'vitest'
import { leftToName } from './notes.ts'
import { fileLane } from './testing/file-lane.ts'
import { LANE } from './testing/memory-lane.ts'

/** Two files in a folder in a folder, copied. */
async function nested(pageItems = 50) {
  const lane = fileLane()
  const limits = { ...lane.limits, pageItems }
  const outer = lane.drive.addFolder('Outer')
  const inner = lane.drive.addFolder('Inner', outer)
  lane.add(inner, 'a.txt')
  lane.add(outer, 'b.txt')
  expect(await lane.turn({ limits })).toEqual({ state: 'done' })
  expect(lane.standing()).toEqual(['Outer/Inner/a.txt', 'Outer/b.txt'])
  return { ...lane, outer, inner, limits }
}

test('folders that come on pages are made, the empty ones too', async () => {
  const lane = await nested(1)
  lane.drive.addFolder('Empty', lane.inner)
  await lane.turn({ pass: 2 })
  expect(lane.tree.folder('Outer/Inner/Empty')?.files.size).toBe(0)
})

for (const pageItems of [1, 2, 50]) {
  test(`what is in a renamed folder follows it, however deep, on pages of ${pageItems}`, async () => {
    const lane = await nested(pageItems)
    lane.drive.moveFolder(lane.outer, { name: 'Renamed' })
    expect(await lane.turn({ pass: 2, limits: lane.limits })).toEqual({ state: 'done' })
    expect(lane.standing()).toEqual(['Renamed/Inner/a.txt', 'Renamed/b.txt'])
    expect(lane.listing()).toEqual({ donePass: 2, cursor: expect.any(String) })
  })

  test(`what is in a folder that was moved into another follows it, on pages of ${pageItems}`, async () => {
    const lane = await nested(pageItems)
    const later = lane.drive.addFolder('Later')
    lane.drive.moveFolder(lane.outer, { parent: later })
    expect(await lane.turn({ pass: 2, limits: lane.limits })).toEqual({ state: 'done' })
    expect(lane.standing()).toEqual(['Later/Outer/Inner/a.txt', 'Later/Outer/b.txt'])
  })

  test(`folders that exchange their names exchange what is in them, on pages of ${pageItems}`, async () => {
    const lane = fileLane()
    const limits = { ...lane.limits, pageItems }
    const [one, two] = [lane.drive.addFolder('One'), lane.drive.addFolder('Two')]
    for (const [folder, body] of [[one, 'of one'] as const, [two, 'of two'] as const]) lane.drive.add(folder, 'same.txt', Buffer.from(body))
    await lane.turn({ limits })
    lane.drive.moveFolder(one, { name: 'Two' })
    lane.drive.moveFolder(two, { name: 'One' })
    expect(await lane.turn({ pass: 2, limits })).toEqual({ state: 'done' })
    const texts = lane.tree.folders().flatMap(({ path, files }) => [...files.values()].map(({ body }) => `${path}: ${Buffer.from(body)}`))
    expect(texts.sort()).toEqual(['One: of two', 'Two: of one'])
    // In the third pass nothing is left to do.
    const before = lane.tree.folders().flatMap(({ files }) => [...files.values()].map(({ etag }) => etag))
    await lane.turn({ pass: 3, limits })
    expect(lane.tree.folders().flatMap(({ files }) => [...files.values()].map(({ etag }) => etag))).toEqual(before)
  })
}

test('a folder that is renamed in the middle of the walk takes along what was copied before', async () => {
  const lane = fileLane()
  const limits = { ...lane.limits, pageItems: 2, sliceMs: 0 }
  const folder = lane.drive.addFolder('Before')
  for (let n = 0; n < 8; n++) lane.add(folder, `${n}.txt`)
  for (let turns = 0; turns < 2; turns++) expect(await lane.turn({ limits })).toEqual({ state: 'more' })
  expect(lane.standing().length).toBeGreaterThan(0)
  lane.drive.moveFolder(folder, { name: 'After' })
  let end = await lane.turn({ limits })
  for (let turns = 0; end.state === 'more' && turns < 40; turns++) end = await lane.turn({ limits })
  expect(end).toEqual({ state: 'done' })
  // A file may have been told of as in the new folder before any page named that.
  await lane.turn({ pass: 2 })
  expect(lane.standing()).toEqual(Array.from({ length: 8 }, (_, n) => `After/${n}.txt`))
})

test('a turn may end between the renaming and the walk that follows it', async () => {
  const lane = await nested()
  lane.drive.moveFolder(lane.outer, { name: 'Renamed' })
  const limits = { ...lane.limits, pageItems: 1, sliceMs: 0 }
  const ends: string[] = []
  for (let turns = 0; turns < 40 && ends.at(-1) !== 'done'; turns++) ends.push((await lane.turn({ pass: 2, limits })).state)
  expect(ends.length).toBeGreaterThan(3)
  expect(ends.at(-1)).toBe('done')
  expect(lane.standing()).toEqual(['Renamed/Inner/a.txt', 'Renamed/b.txt'])
})

test('where a folder stands is walked again only when one has moved', async () => {
  const lane = await nested()
  const walks: (string | undefined)[] = []
  const { source } = lane.connect()
  const page: typeof source.page = (listing, after, limit, call) => {
    walks.push(after)
    return source.page(listing, after, limit, call)
  }
  lane.drive.addFolder('New', lane.outer)
  lane.drive.edit(lane.drive.files()[0]?.id ?? '', Buffer.from('new text'))
  await lane.turn({ pass: 2, source: { ...source, page } })
  expect(walks).not.toContain(undefined)
  lane.drive.moveFolder(lane.inner, { name: 'Renamed' })
  await lane.turn({ pass: 3, source: { ...source, page } })
  // Nothing lies in the renamed folder that would have moved with it: one whole walk is enough.
  expect(walks.filter((after) => after === undefined)).toHaveLength(1)
})

test('a file at the top of the drive, and in a folder that its page does not name', async () => {
  const lane = fileLane()
  lane.add(ROOT, 'top.txt')
  await lane.turn()
  const late = lane.drive.addFolder('Late')
  const id = lane.add(late, 'in it.txt')
  const { source } = lane.connect()
  const page: typeof source.page = async (...args) => {
    const { collections: _, ...told } = await source.page(...args)
    return told
  }
  await lane.turn({ pass: 2, source: { ...source, page } })
  expect(lane.standing()).toEqual(['Late/in it.txt', 'top.txt'])
  expect(lane.entries().filter(({ state }) => state === 'arrived')).toHaveLength(2)
  lane.drive.move(id, { parent: ROOT })
  await lane.turn({ pass: 3 })
  expect(lane.standing()).toEqual(['in it.txt', 'top.txt'])
})

const named = ({ store }: ReturnType<typeof fileLane>): readonly (readonly [string, string | undefined])[] => {
  const { notes, homes } = store.books(LANE)
  return leftToName(notes, homes).map(({ place, left }) => [place, left])
}

test('a folder that was left goes when nothing is in it; else it is named, and what lies in it is not named again', async () => {
  const lane = await nested()
  lane.drive.remove(lane.drive.files().find(({ name }) => name === 'a.txt')?.id ?? '')
  lane.drive.moveFolder(lane.outer, { name: 'Renamed' })
  await lane.turn({ pass: 2 })
  expect(lane.standing()).toEqual(['Outer/Inner/a.txt', 'Renamed/b.txt'])
  expect(named(lane)).toEqual([['Outer', 'Something is in it.']])
  lane.tree.remove('Outer/Inner', 'a.txt')
  await lane.turn({ pass: 3 })
  expect([lane.tree.folder('Outer'), named(lane)]).toEqual([undefined, []])
})

test('a folder that stood there before us stays when it is left, and one that somebody has made in its place', async () => {
  const lane = fileLane()
  lane.tree.make('Before')
  const [before, ours] = ['Before', 'Ours'].map((name) => lane.drive.addFolder(name))
  await lane.turn()
  lane.tree.removeFolder('Ours')
  lane.tree.make('Ours')
  lane.drive.moveFolder(before ?? '', { name: 'One' })
  lane.drive.moveFolder(ours ?? '', { name: 'Two' })
  await lane.turn({ pass: 2 })
  expect(
    named(lane)
      .map(([place]) => place)
      .sort(),
  ).toEqual(['Before', 'Ours'])
  // It is used once more: nobody has left it.
  lane.drive.moveFolder(before ?? '', { name: 'Before' })
  await lane.turn({ pass: 3 })
  expect(named(lane).map(([place]) => place)).toEqual(['Ours'])
  expect(lane.tree.folder('One')).toBeUndefined()
})

test('a worker that dies between the making of a folder and its record has made it for nobody: it stays, and is named', async () => {
  const lane = fileLane()
  const folder = lane.drive.addFolder('Early')
  const { destination } = lane.connect()
  const { prepare } = destination
  await lane.turn({ destination: { ...destination, prepare: async (...args) => ({ ...(await prepare(...args)), made: new Map() }) } })
  lane.drive.moveFolder(folder, { name: 'Late' })
  await lane.turn({ pass: 2 })
  expect(named(lane)).toEqual([['Early', 'Somebody else has made it.']])
})
