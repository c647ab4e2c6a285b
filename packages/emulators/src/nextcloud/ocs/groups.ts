import { OcsError } from './reply.ts'
import type { OcsCall } from './route.ts'
import { onlyAdmins } from './users.ts'

export function listGroups(call: OcsCall): object {
  onlyAdmins(call)
  const { state, given } = call
  const search = (given.text('search') ?? '').toLowerCase()
  const all = [...state.groups.keys()].filter((id) => id.toLowerCase().includes(search))
  const from = given.number('offset') ?? 0
  return { groups: all.slice(from, from + (given.number('limit') ?? all.length)) }
}

export function makeGroup(call: OcsCall): readonly [] {
  onlyAdmins(call)
  const { state, given } = call
  const id = given.text('groupid') ?? ''
  if (id === '') throw new OcsError(101, 'Invalid group name')
  if (state.groups.has(id)) throw new OcsError(102, 'group exists')
  state.groups.set(id, given.text('displayname') || id)
  return []
}

export function listMembers(call: OcsCall): object {
  onlyAdmins(call)
  const { state, at } = call
  const [id = ''] = at
  if (!state.groups.has(id)) throw new OcsError(404, 'The requested group could not be found')
  return { users: [...state.users.values()].filter(({ groups }) => groups.includes(id)).map((user) => user.id) }
}

/** PUT of a display name, and DELETE. */
export function changeGroup(call: OcsCall): readonly [] {
  onlyAdmins(call)
  const { state, at, method, given } = call
  const [id = ''] = at
  if (!state.groups.has(id)) throw new OcsError(101, 'Group does not exist')
  if (method === 'PUT') {
    state.groups.set(id, given.text('value') ?? id)
    return []
  }
  if (method !== 'DELETE' || id === 'admin') throw new OcsError(102, 'Not possible')
  state.groups.delete(id)
  for (const user of state.users.values()) leave(user.groups, id)
  for (const share of state.shares.values()) if (share.kind === 'group' && share.to === id) state.shares.delete(share.id)
  for (const team of state.teams.values()) team.groups.delete(id)
  return []
}

function leave(groups: string[], id: string): void {
  const index = groups.indexOf(id)
  if (index >= 0) groups.splice(index, 1)
}

/** GET, POST and DELETE of `users/<id>/groups`. */
export function changeMembership(call: OcsCall): unknown {
  const { state, at, method, given, viewer } = call
  const user = state.users.get(at[0] ?? '')
  if (method === 'GET') {
    if (!user || (!viewer.admin && viewer !== user)) throw new OcsError(998, 'User does not exist')
    return { groups: user.groups }
  }
  onlyAdmins(call)
  const id = given.text('groupid') ?? ''
  if (id === '') throw new OcsError(101, 'No group given')
  if (!state.groups.has(id)) throw new OcsError(102, '')
  if (!user) throw new OcsError(103, '')
  leave(user.groups, id)
  if (method === 'POST') user.groups.push(id)
  return []
}
