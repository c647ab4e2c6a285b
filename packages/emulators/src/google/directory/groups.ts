import type { Asked, Shown } from '../serve/asked.ts'
import { pageOf, sizeOf, tokenOf } from '../serve/pages.ts'
import { accountId, findAccount } from './account.ts'
import { resourceNotFound } from './users.ts'

type Group = Asked['state']['groups'][number]

/** Stands for everyone in the organisation among the members of a group: it has no address. */
const EVERYONE = '*'

function groupJson({ state }: Asked, group: Group): Record<string, unknown> {
  const address = group.address.toLowerCase()
  const [local = ''] = address.split('@')
  return {
    kind: 'admin#directory#group',
    id: `0${accountId(state.seed, address).slice(0, 14)}`,
    etag: `"${address}"`,
    email: address,
    name: local,
    directMembersCount: String(group.members?.length ?? 0),
    description: '',
    adminCreated: true,
    nonEditableAliases: [`${local}@${state.domain}.test-google-a.com`],
  }
}

function memberJson({ state }: Asked, member: string, at: number): Record<string, unknown> {
  const role = at === 0 ? 'OWNER' : 'MEMBER'
  if (member === EVERYONE)
    return { kind: 'admin#directory#member', id: state.customerId, role: 'MEMBER', type: 'CUSTOMER', status: 'ACTIVE' }
  const email = member.toLowerCase()
  const account = findAccount(state, email)
  const isGroup = state.groups.some((group) => group.address.toLowerCase() === email)
  const type = account ? 'USER' : isGroup ? 'GROUP' : 'EXTERNAL'
  const status = account?.suspended === true ? 'SUSPENDED' : 'ACTIVE'
  return { kind: 'admin#directory#member', id: accountId(state.seed, email), email, role, type, ...(type !== 'EXTERNAL' && { status }) }
}

function groupOf(asked: Asked): Group {
  const key = asked.names['group'] ?? ''
  const found = asked.state.groups.find(
    (group) => group.address.toLowerCase() === key.toLowerCase() || groupJson(asked, group)['id'] === key,
  )
  if (!found) throw resourceNotFound('groupKey')
  return found
}

/** A page of a list that does not change. */
function paged(asked: Asked, all: readonly object[], key: string): Record<string, unknown> {
  const most = sizeOf(asked, 200, 200)
  const page = pageOf(asked)
  const from = Number(page?.at[0] ?? 0)
  const shown = all.slice(from, from + most)
  return {
    ...(shown.length > 0 && { [key]: shown }),
    ...(from + most < all.length && { nextPageToken: tokenOf(asked, (page?.page ?? 0) + 1, [from + most]) }),
  }
}

export function listGroups(asked: Asked): Shown {
  const user = asked.query.get('userKey')?.toLowerCase()
  const groups = asked.state.groups.filter((group) => user === undefined || group.members?.some((member) => member.toLowerCase() === user))
  return {
    json: {
      kind: 'admin#directory#groups',
      ...paged(
        asked,
        groups.map((group) => groupJson(asked, group)),
        'groups',
      ),
    },
  }
}

export const getGroup = (asked: Asked): Shown => ({ json: groupJson(asked, groupOf(asked)) })

export function listMembers(asked: Asked): Shown {
  const members = (groupOf(asked).members ?? []).map((member, at) => memberJson(asked, member, at))
  return { json: { kind: 'admin#directory#members', ...paged(asked, members, 'members') } }
}
