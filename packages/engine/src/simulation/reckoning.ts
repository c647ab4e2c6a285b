import { type Copy, type Folder, hashOf } from '@offramp/conformance'
import { entryKey, versionKey } from '@offramp/core'
import { bodyText, type People, type Was } from './people.ts'
import { LANE } from './workers.ts'
import type { World } from './world.ts'

interface Standing {
  readonly folder: Folder
  readonly copy: Copy
  readonly body: string
  readonly path: string
}

const count = (map: ReadonlyMap<string, number>, key: string): number => map.get(key) ?? 0
const add = (map: Map<string, number>, key: string): void => void map.set(key, count(map, key) + 1)

/** What is wrong at the end, in sentences. Nothing: every promise was kept. */
export function reckon(world: World, people: People): readonly string[] {
  const copies = world.mailbox
    .folders()
    .flatMap((folder): Standing[] =>
      [...folder.copies.values()].map((copy) => ({ folder, copy, body: bodyText(copy.body), path: folder.path.join('/') })),
    )
  const ours = copies.filter(({ body }) => !people.foreign.has(body))
  return [...foreign(people, copies), ...copiesOfItems(world, people, ours), ...traits(world, people, ours), ...books(world, people)]
}

function* foreign(people: People, copies: readonly Standing[]): Iterable<string> {
  for (const [body, { path, traits }] of people.foreign) {
    // Under a name that an entry still knows, somebody took it for one of ours, and touched it himself.
    if (people.touched.has(body)) continue
    const standing = copies.filter((copy) => copy.body === body)
    const [only] = standing
    if (standing.length !== 1 || only?.path !== path || JSON.stringify(only.copy.traits) !== traits) yield `foreign "${body}" was touched`
  }
}

/** Each item has exactly one copy of its last body in its last home. */
function* copiesOfItems(world: World, people: People, copies: readonly Standing[]): Iterable<string> {
  const pathOf = (home: string): string => world.account.collection(home)?.path.join('/') ?? '?'
  const pathsOf = (home: string): readonly string[] => people.paths.get(home) ?? []
  const [wanted, allowed, there] = [new Map<string, number>(), new Map<string, number>(), new Map<string, number>()]
  for (const { body, path } of copies) add(there, `${path}|${body}`)
  for (const [id, states] of people.history) {
    const now = world.account.item(id)
    const untouched = states.every(({ body }) => !people.touched.has(body))
    const at = now && `${pathOf(now.home)}|${bodyText(now.body)}`
    if (at !== undefined && isExcused(world, id)) add(allowed, at)
    else if (at !== undefined && untouched && !world.poison.has(id)) add(wanted, at)
    else if (at !== undefined && !world.poison.has(id)) add(allowed, at)
    // What is gone at the source stays; what a person touched stays where he put it; a lost ledger leaves former states behind. A text
    // that was changed while its copy was in doubt leaves that copy behind: it is no longer the item, so no search may take it.
    for (const [nth, place] of stays(states, pathsOf).entries()) {
      const older = now && !place.endsWith(`|${bodyText(now.body)}`)
      const former = nth > 0 || !now || place !== at
      if ((former && world.forgot) || (place !== at && (!now || !untouched || older))) add(allowed, place)
      // Once for every time that a lost ledger had it copied again.
      if (!untouched) for (let n = world.forgot ? 9 : 1; n > 0; n--) add(allowed, `Sorted|${place.slice(place.indexOf('|') + 1)}`)
    }
  }
  // A lost ledger may give one item's copy to its twin, and write that one's anew; the next loss leaves both behind where the two have been.
  if (world.forgot) {
    const bearers = bearersOf(people)
    for (const place of [...people.history.values()].flatMap((states) => [...new Set(stays(states, pathsOf))])) {
      if (count(bearers, place.slice(place.indexOf('|') + 1)) > 1) add(allowed, place)
    }
  }
  // Whose copy was moved away while its own change was in doubt gets it anew; moved away again, both stand there. Had it been written anew
  // without doubt, the copy would show in its home.
  for (const [body, times] of people.sorted) allowed.set(`Sorted|${body}`, Math.max(times, count(allowed, `Sorted|${body}`)))
  // A double that came late is told by its keeper: when a person has deleted that, or the item left the source while it was in doubt so
  // that there never was one, the double stays.
  const ofLiving = new Set(world.account.items().map(({ body }) => bodyText(body)))
  const keeperless = (body: string): boolean => world.weather.late > 0 && (people.touched.has(body) || !ofLiving.has(body))
  for (const key of new Set([...wanted.keys(), ...there.keys()])) {
    const [want, have] = [count(wanted, key), count(there, key)]
    // A lost ledger may have lost a move as well: the copy then stands where it was, and the entry says so.
    const body = key.slice(key.indexOf('|') + 1)
    if (world.forgot && have < want && copies.some((copy) => copy.body === body || formerTexts(world, people, body).has(copy.body)))
      continue
    if (have < want) yield `lost: ${have} of ${want} copies of ${key}`
    if (have > want + count(allowed, key) && !keeperless(body))
      yield `doubled: ${have} copies of ${key}, ${want} wanted, ${count(allowed, key)} more allowed`
  }
}

/** Skipped because of what stands under its name; `books` asks whether that is so. */
const isExcused = (world: World, id: string): boolean => {
  const reason = world.store.lane(LANE).entries.get(entryKey(id))?.reason
  return reason === 'double-at-source' || reason === 'stands-already'
}

/** Why the name of an item that was skipped for it may be taken. */
function isTaken(
  world: World,
  people: People,
  item: { readonly id: string; readonly naturalKey: string; readonly body: Uint8Array },
): boolean {
  const { entries } = world.store.lane(LANE)
  if (entries.get(entryKey(item.id))?.reason === 'stands-already') return people.foreign.size > 0 || people.touched.size > 0
  // Its double must be there as it is now.
  const text = bodyText(item.body)
  return world.mailbox.folders().some(({ copies }) => [...copies.values()].some(({ body }) => bodyText(body) === text))
}

/** How many items have ever had a text. */
function bearersOf({ history }: People): ReadonlyMap<string, number> {
  const bearers = new Map<string, number>()
  for (const states of history.values()) for (const body of new Set(states.map(({ body }) => body))) add(bearers, body)
  return bearers
}

/**
 * Earlier texts of an item whose folder had several names. A ledger that has forgotten one of these knows nothing of what stands there; the copy
 * is then taken for one that a person has deleted, and a new text does not bring it back. `verify` tells of it.
 */
function formerTexts({ account }: World, { history, paths }: People, body: string): ReadonlySet<string> {
  const renamed = account.items().filter((held) => bodyText(held.body) === body && (paths.get(held.home)?.length ?? 0) > 1)
  return new Set(renamed.flatMap(({ id }) => (history.get(id) ?? []).map((was) => was.body)))
}

/** Where an item has been in which text, each stay once, the last first. Its home may have had several names meanwhile. */
const stays = (states: readonly Was[], pathsOf: (home: string) => readonly string[]): readonly string[] =>
  states
    .flatMap(({ home, body }) => pathsOf(home).map((path) => `${path}|${body}`))
    .filter((place, at, all) => place !== all[at - 1])
    .reverse()

/** The copy of an item that has no twin shows the last traits; after a lost ledger, those of some time. */
function* traits(world: World, people: People, copies: readonly Standing[]): Iterable<string> {
  if (world.weather.named) return
  const bearers = bearersOf(people)
  for (const { copy, body, path } of copies) {
    const item = world.account.items().find((held) => bodyText(held.body) === body)
    if (!item || count(bearers, body) !== 1 || people.touched.has(body)) continue
    const states = people.history.get(item.id) ?? []
    const fine = world.forgot ? states.map(({ traits }) => traits) : [JSON.stringify(item.traits)]
    if (!fine.includes(JSON.stringify(copy.traits)))
      yield `altered: ${path}|${body} has ${JSON.stringify(copy.traits)}, not ${fine.join(' or ')}`
  }
}

/** Every entry speaks of what is there, no two of the same, and nothing is left open. */
function* books(world: World, people: People): Iterable<string> {
  const { entries, suspects, floors } = world.store.lane(LANE)
  const owned = new Map<string, number>()
  for (const { receipt } of entries.values()) if (receipt) add(owned, `${receipt.place} ${receipt.locator}`)
  for (const { receipt } of entries.values()) {
    const copy = receipt && `${receipt.place} ${receipt.locator}`
    // Where names are given again, the entry of a copy that a person has removed may name the one that came after it.
    if (!copy || count(owned, copy) < 2 || (world.weather.named && people.touched.size > 0)) continue
    yield `shared: ${count(owned, copy)} entries own ${copy}`
  }
  for (const item of world.account.items()) {
    const states = people.history.get(item.id) ?? []
    if (states.some(({ body }) => people.touched.has(body))) continue
    const entry = entries.get(entryKey(item.id))
    const poison = world.poison.get(item.id)
    if (poison) {
      if (entry?.state !== (poison === 'corrupt' ? 'rejected' : 'failed')) yield `${item.id} (${poison}) is ${entry?.state}`
      continue
    }
    if (isExcused(world, item.id)) {
      if (!isTaken(world, people, item)) yield `${item.id} was skipped (${entry?.reason}), and its name is free`
      continue
    }
    if (entry?.state !== 'arrived' || entry.version !== versionKey(String(item.version))) yield `${item.id} is ${entry?.state}, not arrived`
    const home = world.mailbox.folder(world.account.collection(item.home)?.path ?? [])
    const copy = home?.copies.get(Number(entry?.receipt?.locator))
    // A lost ledger may have lost the receipt of a move, and the item may have moved on before it was listed again, past a floor that
    // has risen since: the copy then stands in a former home and the receipt leads nowhere. `verify` finds it there by its content.
    if (
      world.forgot &&
      world.mailbox
        .folders()
        .some(({ copies }) =>
          [...copies.values()].some(
            ({ body }) => bodyText(body) === bodyText(item.body) || formerTexts(world, people, bodyText(item.body)).has(bodyText(body)),
          ),
        )
    ) {
      continue
    }
    const right =
      entry?.receipt?.place === `${home?.generation}/${JSON.stringify(home?.path)}` && copy && hashOf(copy.body) === hashOf(item.body)
    if (!right) yield `the receipt of ${item.id} names ${entry?.receipt?.place} ${entry?.receipt?.locator}, where it is not`
  }
  for (const { key, state } of entries.values()) if (state === 'intended') yield `entry ${key} is still intended`
  if ([...entries.values()].some(({ state }) => state === 'failed')) return
  if (suspects.size > 0) yield `doubt is left about ${[...suspects.keys()].join(', ')}`
  if (world.weather.markless || world.weather.whole) return
  const homes = new Set(world.account.collections().map(({ path }) => path.join('/')))
  for (const { path, generation, next } of world.mailbox.folders()) {
    // A place that no collection has any more is not looked at again.
    if (!homes.has(path.join('/'))) continue
    const floor = floors.get(`${generation}/${JSON.stringify(path)}`)
    if (floor !== undefined && Number(floor) > next) yield `the floor of ${path.join('/')} is ${floor}, above ${next}`
    if (floor !== String(next)) yield `the floor of ${path.join('/')} is ${floor}, not ${next}`
  }
}
