import { DavError } from '../serve/errors.ts'
import type { CloudState } from '../serve/state.ts'
import { type CloudUser, userMeant } from '../users/user.ts'
import type { DavCollection, Trashed } from './collection.ts'
import { collectionHref, memberHref } from './paths.ts'
import type { Stored } from './shelf.ts'
import { type Shown, shownTo } from './shown.ts'

/** What stands at an address. */
export type Place =
  | { readonly kind: 'static'; readonly href: string; readonly members: readonly string[] }
  | { readonly kind: 'principal'; readonly href: string; readonly user: CloudUser }
  | { readonly kind: 'home'; readonly href: string; readonly of: DavCollection['kind']; readonly user: CloudUser }
  | { readonly kind: 'collection'; readonly href: string; readonly shown: Shown }
  | { readonly kind: 'object'; readonly href: string; readonly shown: Shown; readonly stored: Stored }
  | { readonly kind: 'inbox'; readonly href: string; readonly user: CloudUser }
  | { readonly kind: 'outbox'; readonly href: string; readonly user: CloudUser }
  | { readonly kind: 'delivered'; readonly href: string; readonly user: CloudUser; readonly stored: Stored }
  | { readonly kind: 'trashbin' | 'trash-objects' | 'trash-restore'; readonly href: string; readonly user: CloudUser }
  | {
      readonly kind: 'trashed'
      readonly href: string
      readonly user: CloudUser
      readonly calendar: DavCollection
      readonly trashed: Trashed
    }
  | { readonly kind: 'trashed-calendar'; readonly href: string; readonly user: CloudUser; readonly calendar: DavCollection }

const STATICS: Readonly<Record<string, readonly string[]>> = {
  '': ['principals', 'calendars', 'addressbooks', 'files'],
  principals: ['users', 'groups'],
  'principals/users': [],
  'principals/groups': [],
  calendars: [],
  addressbooks: ['users'],
  'addressbooks/users': [],
  files: [],
}

/** Looks an address up as a user sees it: what is another's is not there at all (facts 4.7). */
export function placeAt(state: CloudState, viewer: CloudUser, segments: readonly string[]): Place | undefined {
  const members = STATICS[segments.join('/')]
  // What is in there is answered elsewhere: here it is only seen from above.
  if (segments[0] === 'files' && segments.length === 2 && segments[1] === viewer.id)
    return { kind: 'static', href: collectionHref(...segments), members: [] }
  if (members) {
    const own = members.length === 0 && !segments.includes('groups') ? [viewer.id] : members
    return { kind: 'static', href: collectionHref(...segments), members: own }
  }
  const [root, second = '', third, ...rest] = segments
  if (root === 'principals' && second === 'users' && rest.length === 0) {
    const user = userMeant(state.users, third ?? '')
    return user && { kind: 'principal', href: collectionHref('principals', 'users', third ?? ''), user }
  }
  if (root === 'calendars' && second === viewer.id) return inCalendars(state, viewer, segments.slice(2))
  if (root === 'addressbooks' && second === 'users' && third === viewer.id) return inBooks(state, viewer, rest)
  return undefined
}

function inCalendars(state: CloudState, user: CloudUser, segments: readonly string[]): Place | undefined {
  const [name, object, more] = segments
  const href = collectionHref('calendars', user.id, ...segments)
  if (name === undefined) return { kind: 'home', href, of: 'calendar', user }
  if (name === 'inbox' && more === undefined) {
    if (object === undefined) return { kind: 'inbox', href, user }
    const stored = user.inbox.get(object)
    return stored && { kind: 'delivered', href: memberHref(collectionHref('calendars', user.id, 'inbox'), object), user, stored }
  }
  if (name === 'outbox' && object === undefined) return { kind: 'outbox', href, user }
  if (name === 'trashbin') return inTrash(user, segments)
  return inCollections(shownTo(state, user, 'calendar'), segments, href) ?? trashedCalendar(user, segments)
}

function trashedCalendar(user: CloudUser, [name, object]: readonly string[]): Place | undefined {
  const calendar = user.calendars.find(({ uri, deletedAt }) => uri === name && deletedAt !== undefined)
  if (!calendar) return undefined
  const href = collectionHref('calendars', user.id, calendar.uri)
  if (object === undefined) return { kind: 'trashed-calendar', href, user, calendar }
  const stored = calendar.shelf.get(object)
  return stored && { kind: 'object', href: memberHref(href, object), shown: shownInBin(user, calendar), stored }
}

const shownInBin = (home: CloudUser, collection: DavCollection): Shown => ({ collection, home, uri: collection.uri, access: 'own' })

/** A deleted calendar still serves what is in it, and takes what is written into it, as if nothing had happened (seen with 32.0.1). */
export const asCollection = (place: Place): Place =>
  place.kind === 'trashed-calendar' ? { kind: 'collection', href: place.href, shown: shownInBin(place.user, place.calendar) } : place

function inTrash(user: CloudUser, [, part, name]: readonly string[]): Place | undefined {
  const at = (...more: readonly string[]): string => collectionHref('calendars', user.id, 'trashbin', ...more)
  if (part === undefined) return { kind: 'trashbin', href: at(), user }
  if (part === 'restore') return { kind: 'trash-restore', href: at('restore'), user }
  if (part !== 'objects') return undefined
  if (name === undefined) return { kind: 'trash-objects', href: at('objects'), user }
  for (const calendar of user.calendars)
    for (const trashed of calendar.trash.values())
      if (trashName(trashed) === name) return { kind: 'trashed', href: memberHref(at('objects'), name), user, calendar, trashed }
  return undefined
}

/** A name of its own in the bin, whichever calendar it was in. */
export const trashName = ({ id }: Trashed): string => `${id}.ics`

function inBooks(state: CloudState, user: CloudUser, segments: readonly string[]): Place | undefined {
  const href = collectionHref('addressbooks', 'users', user.id, ...segments)
  if (segments.length === 0) return { kind: 'home', href, of: 'book', user }
  return inCollections(shownTo(state, user, 'book'), segments, href)
}

function inCollections(all: readonly Shown[], [name, object, more]: readonly string[], href: string): Place | undefined {
  const shown = all.find(({ uri }) => uri === name)
  if (!shown || more !== undefined) return undefined
  if (object === undefined) return { kind: 'collection', href, shown }
  const stored = shown.collection.shelf.get(object)
  return stored && { kind: 'object', href: href.replace(/\/$/, ''), shown, stored }
}

/** What a place holds, one level down. */
export function membersOf(state: CloudState, viewer: CloudUser, place: Place): readonly Place[] {
  const below = (names: readonly string[], base: string): readonly Place[] =>
    names.flatMap((name) => placeAt(state, viewer, [...segmentsBelow(base), name]) ?? [])
  switch (place.kind) {
    case 'static':
      return below(place.members, place.href)
    case 'home':
      return homeMembers(state, place)
    case 'collection':
      return place.shown.collection.shelf.all().map((stored) => objectIn(place, stored))
    case 'inbox':
      return place.user.inbox.all().map((stored) => ({ ...place, kind: 'delivered', href: memberHref(place.href, stored.name), stored }))
    case 'trashbin':
      return below(['objects', 'restore'], place.href)
    case 'trash-objects':
      // DeletedCalendarObjectsCollection.php, 24.0.5 and 32: a calendar-query alone lists them (seen with 24.0.5).
      throw new DavError(501, { message: '', exception: 'Sabre\\DAV\\Exception\\NotImplemented' })
    default:
      return []
  }
}

const segmentsBelow = (href: string): readonly string[] => href.split('/').slice(3, -1).map(decodeURIComponent)

export const objectIn = (
  place: Extract<Place, { readonly kind: 'collection' }>,
  stored: Stored,
): Extract<Place, { readonly kind: 'object' }> => ({
  kind: 'object',
  href: memberHref(place.href, stored.name),
  shown: place.shown,
  stored,
})

function homeMembers(state: CloudState, place: Extract<Place, { readonly kind: 'home' }>): readonly Place[] {
  const collections = shownTo(state, place.user, place.of).map(
    (shown): Place => ({ kind: 'collection', href: `${memberHref(place.href, shown.uri)}/`, shown }),
  )
  if (place.of === 'book') return collections
  const at = (name: string): string => `${place.href}${name}/`
  const { user } = place
  const deleted = user.calendars
    .filter(({ deletedAt }) => deletedAt !== undefined)
    .map((calendar): Place => ({ kind: 'trashed-calendar', href: at(calendar.uri), user, calendar }))
  return [
    ...collections,
    { kind: 'inbox', href: at('inbox'), user },
    { kind: 'outbox', href: at('outbox'), user },
    { kind: 'trashbin', href: at('trashbin'), user },
    ...deleted,
  ]
}
