import type { Collection, Destination, Place } from '@offramp/core'
import { expect, test } from 'vitest'
import { memoryLane } from './testing/memory-lane.ts'

/**
 * As IMAP names places: one name for any case of letters and either normal form of Unicode. Who comes first in this process has it; the
 * other is marked, and known again by its mark.
 */
function folding({ destination, mailbox }: ReturnType<typeof memoryLane>): Destination {
  const owners = new Map<string, string>()
  const fold = (path: readonly string[]): string => path.join('/').normalize('NFC').toLowerCase()
  const nameOf = ({ id, path }: Collection): readonly string[] => {
    const marked = [...path.slice(0, -1), `${path.at(-1)} (${id})`]
    const owner = owners.get(fold(path))
    if (mailbox.folder(marked) || (owner !== undefined && owner !== id)) return marked
    owners.set(fold(path), id)
    return mailbox.folders().find((folder) => fold(folder.path) === fold(path))?.path ?? path
  }
  return {
    ...destination,
    prepare: async (collection, call): Promise<Place> => destination.prepare({ ...collection, path: nameOf(collection) }, call),
  }
}

const counts = (lane: ReturnType<typeof memoryLane>) => lane.mailbox.folders().map(({ path, copies }) => [path.join('/'), copies.size])

test.each([
  ['case', 'Reports', 'reports'],
  ['normal form', 'M\u00e4rz', 'Ma\u0308rz'],
])('folders that differ by %s stay two, also in a turn that has only the second left to walk', async (_name, one, other) => {
  const lane = memoryLane()
  const first = lane.account.addCollection(one)
  const second = lane.account.addCollection(other)
  lane.add(second, 1)
  // An earlier turn has walked the first to its end, and the slice was over before anybody met the second.
  const held = await lane.lease()
  await lane.destination.prepare({ id: first, path: [one] }, { signal: held.signal })
  await held.advance(first, 'end', 1)
  await held.rewind(first)
  await held.release()
  expect(await lane.turn({ destination: folding(lane) })).toEqual({ state: 'done' })
  expect(counts(lane)).toEqual([
    [one, 0],
    [`${other} (${second})`, 1],
  ])
  // Another process, another pass, and something new in each.
  lane.add(second, 2)
  lane.add(first, 3)
  expect(await lane.turn({ destination: folding(lane), pass: 2 })).toEqual({ state: 'done' })
  expect(counts(lane).map(([, count]) => count)).toEqual([1, 2])
})
