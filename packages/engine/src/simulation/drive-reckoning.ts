import { encodeName, hashOf } from '@offramp/conformance'
import { entryKey, versionKey } from '@offramp/core'
import type { DrivePeople } from './drive-people.ts'
import { bodyText } from './people.ts'
import { LANE } from './workers.ts'
import type { World } from './world.ts'

const count = (map: ReadonlyMap<string, number>, key: string): number => map.get(key) ?? 0
const add = (map: Map<string, number>, key: string): void => void map.set(key, count(map, key) + 1)

/** What is wrong at the end, in sentences. Nothing: every promise was kept. */
export const reckonDrive = (world: World, people: DrivePeople): readonly string[] => [
  ...foreign(world, people),
  ...copies(world, people),
  ...receipts(world, people),
  ...folders(world, people),
  ...leftFolders(world, people),
  ...books(world),
]

function* foreign({ tree }: World, people: DrivePeople): Iterable<string> {
  for (const [body, { path, name }] of people.foreign) {
    const standing = tree.folders().flatMap((folder) => [...folder.files].filter(([, file]) => bodyText(file.body) === body))
    const there = tree.file(path, name)
    if (standing.length !== 1 || !there || bodyText(there.body) !== body) yield `foreign "${body}" was touched`
  }
}

/** Each file has exactly one copy of its last text in the place of its folder. */
function* copies(world: World, people: DrivePeople): Iterable<string> {
  const [wanted, allowed, there] = [new Map<string, number>(), new Map<string, number>(), new Map<string, number>()]
  for (const { path, files } of world.tree.folders())
    for (const { body } of files.values()) if (!people.foreign.has(bodyText(body))) add(there, `${path}|${bodyText(body)}`)
  for (const [id, states] of people.history) {
    const now = world.drive.file(id)
    const untouched = states.every(({ body }) => !people.touched.has(body))
    const at = now && `${people.placeOf(now.parent)}|${bodyText(now.body)}`
    if (at !== undefined && !world.poison.has(id)) add(untouched ? wanted : allowed, at)
    // What is gone at the source stays; what a person touched stays where he put it; a lost ledger leaves former states behind. A file that had another
    // text or name by the time that its doubt was settled is not found under those: what had been written of it stays beside it.
    const excused = world.forgot || !now || !untouched || people.doubtful.has(id) || world.poison.has(id)
    for (const { parent, body } of states)
      for (const path of people.paths.get(parent) ?? []) {
        const key = `${path}|${body}`
        // Each loss of the ledger may leave one under another of its names; and so may the receipt of a file that is gone, which still has a name
        // that was given again, where it makes our own copy look like that one's.
        if (excused && (key !== at || world.forgot))
          for (let n = world.forgot ? 3 : people.doubtful.has(id) ? 2 : 1; n > 0; n--) add(allowed, key)
      }
    // A late write may find free the name that was taken when the doubt was settled.
    const names = new Set(states.map(({ name }) => name)).size + (world.weather.late > 0 ? 1 : 0)
    if (at !== undefined && people.doubtful.has(id)) for (let n = 1; n < names; n++) add(allowed, at)
  }
  for (const [body, times] of people.sorted) for (let n = world.forgot ? 9 : times; n > 0; n--) add(allowed, `Sorted|${body}`)
  for (const body of people.touched) for (const { path } of world.tree.folders()) add(allowed, `${path}|${body}`)
  for (const key of new Set([...wanted.keys(), ...there.keys()])) {
    const [want, have] = [count(wanted, key), count(there, key)]
    if (have < want && !isForgotten(world, people, key)) yield `lost: ${have} of ${want} copies of ${key}`
    if (have > want + count(allowed, key)) yield `doubled: ${have} copies of ${key}, ${want} wanted, ${count(allowed, key)} more allowed`
  }
}

/**
 * A ledger that has forgotten what it last wrote of a file takes that for a person's text, when the source has changed once more: the newer one is
 * then told of and not written. So may a file whose folder has moved stay where it was.
 */
function isForgotten({ forgot, drive, tree }: World, { history }: DrivePeople, key: string): boolean {
  const body = key.slice(key.indexOf('|') + 1)
  const texts = new Set(
    drive
      .files()
      .filter((file) => bodyText(file.body) === body)
      .flatMap(({ id }) => (history.get(id) ?? []).map((was) => was.body)),
  )
  return forgot && tree.folders().some(({ files }) => [...files.values()].some((file) => texts.has(bodyText(file.body))))
}

/** Every entry speaks of what is there, in its last version, under a name that it may have, with its date; no two of the same. */
function* receipts(world: World, people: DrivePeople): Iterable<string> {
  const { entries } = world.store.lane(LANE)
  const owned = new Map<string, number>()
  // A name is given again: what became of a file whose copy we carried on before it left the source is in no receipt.
  for (const { receipt, state } of entries.values()) if (receipt && state === 'arrived') add(owned, `${receipt.place}|${receipt.locator}`)
  for (const [copy, owners] of owned)
    if (owners > 1 && people.touched.size === 0 && !world.forgot) yield `shared: ${owners} entries own ${copy}`
  for (const file of world.drive.files()) {
    if ((people.history.get(file.id) ?? []).some(({ body }) => people.touched.has(body))) continue
    const entry = entries.get(entryKey(file.id))
    const poison = world.poison.get(file.id)
    if (poison) {
      if (entry?.state !== (poison === 'corrupt' ? 'rejected' : 'failed')) yield `${file.id} (${poison}) is ${entry?.state}`
      continue
    }
    if (entry?.state !== 'arrived' || entry.version !== versionKey(String(file.version))) yield `${file.id} is ${entry?.state}, not arrived`
    if (world.forgot) continue
    const { place = '', locator = '' } = entry?.receipt ?? {}
    const copy = world.tree.file(place, locator)
    const home = people.placeOf(file.parent)
    if (place !== home || !copy || hashOf(copy.body) !== hashOf(file.body)) yield `${file.id} is at ${place}|${locator}, and not in ${home}`
    else if (!mayBeCalled(locator, file.name)) yield `${file.id} is called ${locator}, not ${file.name}`
    else if (copy.modifiedAt !== file.modifiedAt) yield `${file.id} has the date ${copy.modifiedAt}, not ${file.modifiedAt}`
  }
}

function mayBeCalled(locator: string, name: string): boolean {
  const plain = encodeName(name)
  const dot = plain.lastIndexOf('.')
  const [stem, ending] = dot > 0 ? [plain.slice(0, dot), plain.slice(dot)] : [plain, '']
  return locator === plain || (locator.startsWith(`${stem} (`) && locator.endsWith(`)${ending}`))
}

/** Every folder stands, and bears its date unless somebody has done something in it. */
function* folders(world: World, people: DrivePeople): Iterable<string> {
  const dates = new Map<string, Set<number>>()
  for (const { id, modifiedAt } of world.drive.folders())
    dates.set(people.placeOf(id), (dates.get(people.placeOf(id)) ?? new Set()).add(modifiedAt))
  for (const [path, wanted] of dates) {
    const folder = world.tree.folder(path)
    if (!folder) yield `the folder ${path} is not there`
    else if (!world.forgot && !people.disturbed.has(path) && !wanted.has(folder.modifiedAt)) yield `the folder ${path} has another date`
  }
}

/** What people have made stands. Of ours, an empty folder in which nothing is at home any more is gone, or told of. */
function* leftFolders(world: World, people: DrivePeople): Iterable<string> {
  const { tree, drive, store, weather, forgot } = world
  for (const [path, id] of people.folders) if (tree.folder(path)?.id !== id) yield `the folder ${path} was somebody's, and is gone`
  const { notes } = store.books(LANE)
  const homes = drive.folders().map(({ id }) => people.placeOf(id))
  // Whoever dies, or hears no answer, between the making of a folder and its first record has made it for nobody.
  const isUnsure = forgot || weather.crash + weather.fault + weather.stop > 0
  for (const { path, id } of tree.folders()) {
    const stands = homes.some((home) => home === path || path === '' || home.startsWith(`${path}/`))
    if (stands || !tree.isEmpty(path) || people.folders.get(path) === id) continue
    if (!isUnsure && !notes.get(path)?.left) yield `the folder ${path} was left, and nobody says so`
    else if (!isUnsure) yield `the folder ${path} was left, and stands: ${notes.get(path)?.left}`
  }
}

function* books(world: World): Iterable<string> {
  const { entries, suspects, listings } = world.store.lane(LANE)
  for (const { key, state } of entries.values()) if (state === 'intended') yield `entry ${key} is still intended`
  if ([...entries.values()].some(({ state }) => state === 'failed')) return
  if (suspects.size > 0) yield `doubt is left about ${[...suspects.keys()].join(', ')}`
  for (const [id, { left, due }] of listings) if (left || due) yield `${id} has yet to be walked again`
  const { undated } = world.store.books(LANE)
  if (undated.size > 0) yield `${[...undated.keys()].join(', ')} have no dates yet`
}
