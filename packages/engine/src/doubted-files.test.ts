import { ROOT } from '@offramp/conformance'
import { type Destination, Fault } from '@offramp/core'
import { expect, test } from 'vitest'
import { fileLane } from './testing/file-lane.ts'

/** Three files have arrived; then a person changes one, moves one and removes one, and the source writes all three anew. */
async function afterPerson() {
  const lane = fileLane()
  const folder = lane.drive.addFolder('Folder')
  const ids = ['a.txt', 'b.txt', 'c.txt'].map((name) => lane.add(folder, name))
  expect(await lane.turn()).toEqual({ state: 'done' })
  lane.tree.make('Mine')
  lane.tree.write('Folder', 'a.txt', Buffer.from('by hand'))
  lane.tree.move(['Folder', 'b.txt'], ['Mine', 'b.txt'])
  lane.tree.remove('Folder', 'c.txt')
  for (const id of ids) lane.drive.edit(id, Buffer.from(`new text of ${id}`))
  const text = (path: string, name: string): string | undefined => lane.tree.file(path, name)?.body.toString()
  return { ...lane, ids, text }
}

/** No write is answered, and nothing of it arrives. */
const breaking = (destination: Destination): Destination => ({
  ...destination,
  put: () => Promise.reject(new Fault({ reach: 'call', code: 'broken-off', message: 'No answer.' })),
})

test('what a person has made of a file stays, and nothing is written beside it', async () => {
  const lane = await afterPerson()
  expect(await lane.turn({ pass: 2 })).toEqual({ state: 'done' })
  expect(lane.standing()).toEqual(['Folder/a.txt', 'Mine/b.txt'])
  expect(lane.text('Folder', 'a.txt')).toBe('by hand')
})

test('where a write was broken off, it stays as well, and each is written once more: nothing tells it from our own half of a change', async () => {
  const lane = await afterPerson()
  expect(await lane.turn({ pass: 2, destination: breaking(lane.connect().destination) })).toMatchObject({ state: 'wait' })
  expect(await lane.turn({ pass: 2 })).toEqual({ state: 'done' })
  const beside = expect.stringMatching(/^Folder\/a \([0-9a-f]{8}\)\.txt$/)
  expect(lane.standing()).toEqual([beside, 'Folder/a.txt', 'Folder/b.txt', 'Folder/c.txt', 'Mine/b.txt'])
  expect(lane.text('Folder', 'a.txt')).toBe('by hand')
  expect(lane.text('Folder', 'b.txt')).toBe(`new text of ${lane.ids[1]}`)
  expect(lane.text('Mine', 'b.txt')).toContain('b.txt')
  // From here on there is no doubt.
  const before = lane.standing()
  expect(await lane.turn({ pass: 3 })).toEqual({ state: 'done' })
  expect(lane.standing()).toEqual(before)
})

/** Everything arrives, and no answer does. */
const unheard = (destination: Destination): Destination => ({
  ...destination,
  put: async (...asked) => {
    await destination.put(...asked)
    throw new Fault({ reach: 'call', code: 'unheard', message: 'No answer.' })
  },
})

test('a copy that arrived unheard is found by its bytes, and stays where it is once the file has others and its folder another name', async () => {
  for (const edited of [false, true]) {
    const lane = fileLane()
    const folder = lane.drive.addFolder('Folder')
    const id = lane.add(folder, 'a.txt')
    await lane.turn({ destination: unheard(lane.connect().destination) })
    expect(lane.standing()).toEqual(['Folder/a.txt'])
    lane.drive.moveFolder(folder, { name: 'Renamed' })
    if (edited) lane.drive.edit(id, Buffer.from('new text'))
    await lane.turn()
    expect(await lane.turn({ pass: 2 })).toEqual({ state: 'done' })
    expect(lane.standing()).toEqual(edited ? ['Folder/a.txt', 'Renamed/a.txt'] : ['Renamed/a.txt'])
  }
})

test('a copy that was carried on unheard is not looked for under its old name, where a twin of the same bytes has come since', async () => {
  const lane = fileLane()
  const folder = lane.drive.addFolder('Folder')
  const first = lane.add(ROOT, 'a.txt')
  await lane.turn()
  lane.drive.move(first, { parent: folder })
  await lane.turn({ pass: 2, destination: unheard(lane.connect().destination) })
  expect(lane.standing()).toEqual(['Folder/a.txt'])
  lane.add(ROOT, 'a.txt')
  expect(await lane.turn({ pass: 3 })).toEqual({ state: 'done' })
  expect(lane.standing()).toEqual(['Folder/a.txt', 'a.txt'])
  expect(new Set(lane.entries().map(({ receipt }) => `${receipt?.place}/${receipt?.locator}`))).toEqual(new Set(['Folder/a.txt', '/a.txt']))
})
