import type { Asked } from '../dav/asked.ts'
import { DavError } from '../serve/errors.ts'
import { userNamed } from '../users/user.ts'
import { isSince } from '../version.ts'
import { nc } from '../xml/names.ts'
import { childOf, childrenOf, type XmlElement } from '../xml/read.ts'
import { ALL, READ } from './share.ts'
import { type AclRule, aclPermissions, mayManage, type TeamFolder } from './team.ts'
import type { Seen } from './view.ts'

/**
 * `nc:acl-list`: what each user or group may do from here on down. From whoever does not manage the team folder it is taken like any property that
 * nobody knows, and without effect (32.0.1 answers 500); nobody looks whether the users and groups exist, or whether access lists are on at all. A list that shuts out who
 * sets it is refused (groupfolders 20, `ACLPlugin`).
 */
export function setAcl({ state, viewer }: Asked, { mount, node, segments }: Seen, value: XmlElement | undefined): void {
  const team = mount?.team
  const path = segments.join('/')
  if (team && !mayManage(team, viewer) && isSince(state.version, '32'))
    throw new DavError(500, 'Property "{http://nextcloud.org/ns}acl-list" has an invalid value of array containing object')
  if (!team || !mayManage(team, viewer)) {
    state.violations.note(`an access list for ${path}, which ${viewer.id} does not manage: it has no effect`)
    return
  }
  if (!team.acl) state.violations.note(`an access list for ${path}, where they are off: it has no effect yet`)
  const rules = childrenOf(value, nc('acl')).flatMap(ruleIn)
  for (const { type, id } of rules)
    if (!(type === 'user' ? state.users.has(id) : state.groups.has(id)))
      state.violations.note(`an access list names the ${type} "${id}", who is not there`)
  const before = team.rules.get(node.id)
  team.rules.set(node.id, rules)
  if ((aclPermissions(team, node, viewer) & READ) !== 0) return
  if (before) team.rules.set(node.id, before)
  else team.rules.delete(node.id)
  throw new DavError(400, 'You cannot remove your own read permission.')
}

function ruleIn(each: XmlElement): readonly AclRule[] {
  const text = (name: string): string => childOf(each, nc(name))?.text.trim() ?? ''
  const bits = (name: string): number => (Number.parseInt(text(name), 10) || 0) & ALL
  const type = text('acl-mapping-type')
  const mask = bits('acl-mask')
  // Circles and whatever else there is are for nobody here.
  return type === 'user' || type === 'group'
    ? [{ type, id: text('acl-mapping-id'), mask, permissions: bits('acl-permissions') & mask }]
    : []
}

/** The rules of a node that a viewer is told of: all for who manages it, else those that are about them; none of who is not there (any more). */
export const toldRules = (team: TeamFolder, node: Seen['node'], { state, viewer }: Pick<Asked, 'state' | 'viewer'>): readonly AclRule[] =>
  (team.rules.get(node.id) ?? []).filter(
    ({ type, id }) =>
      (type === 'user' ? userNamed(state.users, id) !== undefined : state.groups.has(id)) &&
      (mayManage(team, viewer) || (type === 'user' ? id === viewer.id : viewer.groups.includes(id))),
  )
