import type { Collection, Home, Item, Listing } from '@offramp/core'
import type { KnownPlace } from './places.ts'
import type { TurnState } from './turn-state.ts'
import { checkStop } from './turn-state.ts'

/** How many folders of one depth are made at once. */
const AT_ONCE = 8

/**
 * The folders that a page names: each is made, also where it is empty, and it is put on record where it stands and from when it is. One that stands
 * elsewhere than it did takes along what is in it, which no page names: that is looked for in one more whole walk, when this one has ended, since
 * it may have been passed by already. Which folders lie in a moved one, that walk tells.
 */
export async function takeFolders(state: TurnState, listing: Listing, named: readonly Collection[]): Promise<void> {
  // The later one holds.
  const folders = [...new Map(named.map((folder) => [folder.id, folder])).values()]
  if (folders.length === 0) return
  // A stop in between does not make them somebody else's.
  await prepareAll(state, folders).finally(() => state.places.notes.write())
  const homes: Home[] = []
  for (const folder of folders) {
    const { place } = await state.places.prepareAnew(folder)
    homes.push({ collection: folder.id, place: place.id, ...dateOf(state, folder) })
  }
  await standAt(state, listing.id, homes)
}

/** Where an item is to stand. Its folder may be newer than what pages have named so far, or stand elsewhere than they have said. */
export async function homeOf(state: TurnState, listing: string, item: Item): Promise<KnownPlace> {
  const at = await state.places.home(item)
  const home = { collection: item.home.id, place: at.place.id }
  if (state.guards.bringHome && state.places.homeOf(item.home) !== at.place.id) await standAt(state, listing, [home])
  return at
}

async function standAt(state: TurnState, listing: string, all: readonly Home[]): Promise<void> {
  const left = new Set(state.left.get(listing))
  const moved: Home[] = []
  const homes = all.filter((home) => {
    const was = state.places.homeOf({ id: home.collection })
    if (was !== home.place) moved.push(home)
    if (was !== undefined && was !== home.place && state.guards.bringHome) left.add(was)
    return was !== home.place || home.modifiedAt !== undefined
  })
  // What was made for it and is in it changed the dates above, which no place tells any more once it is left; a twin that stays bears its date.
  const were = moved.map(({ collection }) => state.places.homeOf({ id: collection }) ?? '')
  await state.dates.leave(were)
  const follows = moved.some(({ collection }) => state.places.homeOf({ id: collection }) !== undefined) && state.guards.bringHome
  await state.places.house(homes, follows ? [{ listing, left: [...left], later: true }] : [])
  state.dates.fresh(moved)
  if (!follows) return
  state.left.set(listing, left)
  state.due.add(listing)
}

const dateOf = ({ request }: TurnState, { modifiedAt }: Collection): Pick<Home, 'modifiedAt'> =>
  request.destination.date && modifiedAt !== undefined ? { modifiedAt } : {}

/** Parents before what lies in them. */
async function prepareAll(state: TurnState, folders: readonly Collection[]): Promise<void> {
  const sorted = folders.toSorted((a, b) => a.path.length - b.path.length)
  for (let at = 0; at < sorted.length; ) {
    checkStop(state)
    const depth = sorted[at]?.path.length
    const some = sorted.slice(at, at + AT_ONCE).filter(({ path }) => path.length === depth)
    await Promise.all(some.map((folder) => state.places.prepareAnew(folder)))
    at += some.length
  }
}

/** At the end of a walk: what has yet to follow its folder is looked for from the beginning. True where that is so. */
export async function walkOnceMore(state: TurnState, { id, again }: Listing): Promise<boolean> {
  if (!state.due.has(id) || !state.guards.walkAgain) return false
  const left = [...(state.left.get(id) ?? [])]
  await state.places.house([], [{ listing: id, left, ...(again === undefined ? {} : { cursor: again }) }])
  state.due.delete(id)
  return true
}
