import type { CloudState } from '../serve/state.ts'
import { type CloudUser, principalHref } from '../users/user.ts'
import type { Access, DavCollection } from './collection.ts'

/** A collection as it stands in someone's home. */
export interface Shown {
  readonly collection: DavCollection
  /** Whose home. */
  readonly home: CloudUser
  /** Its name there. */
  readonly uri: string
  readonly access: 'own' | Access
}

const principalsOf = (user: CloudUser): readonly string[] => [
  principalHref(user.id),
  ...user.groups.map((group) => `principals/groups/${group}`),
]

/** The access that a share gives to a user, by itself or by a group. */
function accessOf(collection: DavCollection, user: CloudUser): Access | undefined {
  const given = principalsOf(user).flatMap((principal) => collection.shares.get(principal) ?? [])
  if (given.includes('read-write')) return 'read-write'
  return given.length > 0 ? 'read' : undefined
}

/** What stands in a user's home: own collections, and those that others share. Deleted ones are not shown. */
export function shownTo(state: CloudState, home: CloudUser, kind: DavCollection['kind']): readonly Shown[] {
  const list = (user: CloudUser): readonly DavCollection[] => (kind === 'calendar' ? user.calendars : user.books)
  const own = list(home)
    .filter(({ deletedAt }) => deletedAt === undefined)
    .map((collection): Shown => ({ collection, home, uri: collection.uri, access: 'own' }))
  const shared = [...state.users.values()].flatMap((owner) =>
    owner === home
      ? []
      : list(owner).flatMap((collection): readonly Shown[] => {
          const access = collection.deletedAt === undefined ? accessOf(collection, home) : undefined
          return access === undefined ? [] : [{ collection, home, uri: `${collection.uri}_shared_by_${owner.id}`, access }]
        }),
  )
  return [...own, ...shared]
}
