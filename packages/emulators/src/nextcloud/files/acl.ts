import type { Asked } from '../dav/asked.ts'
import { DavError } from '../serve/errors.ts'
import { childOf, childrenOf, type XmlElement } from '../xml/read.ts'
import { nc } from './properties.ts'
import { ALL } from './share.ts'
import { type AclRule, mayManage } from './team.ts'
import type { Seen } from './view.ts'

/** `nc:acl-list`: what each user or group may do from here on down. Only who manages the team folder may say so. */
export function setAcl({ state, viewer }: Asked, { mount, node }: Seen, value: XmlElement | undefined): void {
  const team = mount?.team
  if (!team?.acl || !mayManage(team, viewer)) throw new DavError(403, 'Access lists are not on here, or are not yours to change')
  const rules = childrenOf(value, nc('acl')).map((each): AclRule => {
    const text = (name: string): string => childOf(each, nc(name))?.text.trim() ?? ''
    const type = text('acl-mapping-type')
    const [mask, permissions] = [Number(text('acl-mask')), Number(text('acl-permissions'))]
    if (type !== 'user' && type !== 'group') throw new DavError(400, `"${type}" is no kind of access list mapping`)
    if (![mask, permissions].every((bits) => Number.isInteger(bits) && bits >= 0 && bits <= ALL))
      throw new DavError(400, 'Permissions of an access list are numbers from 0 to 31')
    return { type, id: text('acl-mapping-id'), mask, permissions }
  })
  const unknown = rules.find(({ type, id }) => (type === 'user' ? !state.users.has(id) : !state.groups.has(id)))
  if (unknown) throw new DavError(400, `There is no ${unknown.type} "${unknown.id}"`)
  team.rules.set(node.id, rules)
}
