import type { OcsCall } from '../route.ts'
import { TYPES } from './show.ts'

/** `GET sharees`: who can be shared with, by name or address. */
export function findSharees({ state, given }: OcsCall): object {
  const search = (given.text('search') ?? '').toLowerCase()
  const most = given.number('perPage') ?? 200
  const users = [...state.users.values()].filter(({ id, displayName, email = '' }) =>
    [id, displayName, email].some((text) => text.toLowerCase().includes(search)),
  )
  const user = ({ id, displayName }: (typeof users)[number]): object => ({
    label: displayName,
    value: { shareType: TYPES.user, shareWith: id },
    shareWithDisplayNameUnique: id,
  })
  const isExact = ({ id, email = '' }: (typeof users)[number]): boolean => id.toLowerCase() === search || email.toLowerCase() === search
  const groups = [...state.groups].filter(([id]) => id.toLowerCase().includes(search))
  const group = ([id, label]: readonly [string, string]): object => ({ label, value: { shareType: TYPES.group, shareWith: id } })
  const emails = /^[^@\s]+@[^@\s]+$/.test(search) ? [{ label: search, value: { shareType: TYPES.mail, shareWith: search } }] : []
  return {
    exact: {
      users: users.filter(isExact).slice(0, most).map(user),
      groups: groups.filter(([id]) => id.toLowerCase() === search).map(group),
      remotes: [],
      remote_groups: [],
      emails,
      circles: [],
      rooms: [],
    },
    users: users
      .filter((each) => !isExact(each))
      .slice(0, most)
      .map(user),
    groups: groups
      .filter(([id]) => id.toLowerCase() !== search)
      .slice(0, most)
      .map(group),
    remotes: [],
    remote_groups: [],
    emails: [],
    lookup: [],
    circles: [],
    rooms: [],
    lookupEnabled: false,
  }
}
