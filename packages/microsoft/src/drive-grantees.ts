import type { Access, Grantee } from '@offramp/core'
import { isObject, type Json, objectOf, objectsOf, textOf } from '@offramp/wire'
import { given } from './given.ts'

/** What a permission lets somebody do. `as`: in SharePoint's own word, where `access` says less than that. */
export interface Granted {
  readonly access: Access
  readonly as?: string
  readonly noDownload?: true
}

/** From the widest to the least. What is not here is a site's own making, of which only the name is known. */
const ROLES: readonly (readonly [RegExp, Granted])[] = [
  [/^(sp\.full control|sp\.manage hierarchy|sp\.design)$/i, { access: 'manage' }],
  [/^(write|sp\.edit|sp\.contribute)$/i, { access: 'write' }],
  [/^(read|sp\.read)$/i, { access: 'read' }],
  [/^sp\.(view only|restricted view|restricted read)$/i, { access: 'read', noDownload: true }],
]

/** Of a permission without roles that mean anything by themselves (`sp.limited access` only leads through) there is nothing. */
export function grantedBy(permission: Json): Granted | undefined {
  const roles = (Array.isArray(permission['roles']) ? permission['roles'] : []).filter((role): role is string => typeof role === 'string')
  if (roles.includes('owner')) return undefined
  const link = objectOf(permission['link'])
  const noDownload = link['preventsDownload'] === true ? { noDownload: true as const } : {}
  if (link['type'] === 'review') return { access: 'comment', ...noDownload }
  const named = roles.filter((role) => !/^sp\.limited access$/i.test(role))
  if (named.length === 0) return undefined
  for (const [pattern, granted] of ROLES) {
    const role = named.find((each) => pattern.test(each))
    if (role !== undefined) return { ...granted, ...noDownload, ...(/^(read|write)$/.test(role) ? {} : { as: role }) }
  }
  // Nobody knows what it allows, so that it is said by its name and given to nobody.
  return { access: 'free-busy', as: named.join(', '), ...noDownload }
}

/** Domains of the organisation, in small letters. Empty: not known. */
export type Domains = ReadonlySet<string>

/** Whom a permission is for. Applications are nobody. */
export function granteesOf(permission: Json, domains: Domains): readonly Grantee[] {
  const link = objectOf(permission['link'])
  const scope = textOf(link['scope'])
  if (scope === 'anonymous') return [{ kind: 'public', outside: true }]
  if (scope === 'organization') return [{ kind: 'organisation' }]
  if (scope === 'existingAccess') return []
  const many = objectsOf(permission['grantedToIdentitiesV2'])
  const all =
    many.length > 0
      ? many
      : isObject(permission['grantedToV2'])
        ? [permission['grantedToV2']]
        : objectsOf(permission['grantedToIdentities'])
  const invited = textOf(objectOf(permission['invitation'])['email'])
  const found = all.flatMap((identity) => granteeOf(identity, domains) ?? [])
  return found.length > 0 || invited === undefined ? found : [personOf({ address: invited }, domains)]
}

/** Claims by which SharePoint names everybody. */
const EVERYBODY = /spo-grid-all-users|^c:0\(\.s\|true$/i
const GROUP_CLAIM = /^c:0[ot]\.c\||federateddirectoryclaimprovider|^c:0-\.f\|rolemanager/i
const GUEST = /#ext#|urn(:|%3a)spo(:|%3a)guest/i

function granteeOf(identity: Json, domains: Domains): Grantee | undefined {
  const [user, group, siteUser, siteGroup] = ['user', 'group', 'siteUser', 'siteGroup'].map((name) => objectOf(identity[name]))
  const login = textOf(siteUser?.['loginName']) ?? ''
  const name = [user, group, siteUser, siteGroup].map((each) => textOf(each?.['displayName'])).find((each) => each !== undefined)
  const address = [user, group, siteUser].map((each) => textOf(each?.['email'])).find((each) => each !== undefined)
  const called = given('name', name)
  if (EVERYBODY.test(login)) return { kind: 'organisation', ...called }
  if (isObject(identity['group']) || GROUP_CLAIM.test(login)) return { kind: 'group', ...given('address', address), ...called }
  if (isObject(identity['user']) || isObject(identity['siteUser'])) {
    const mail = address ?? /\|([^|@\s]+@[^|@\s]+)$/.exec(login)?.[1]
    return personOf({ ...given('address', mail), ...called, guest: GUEST.test(login) }, domains)
  }
  return isObject(identity['siteGroup']) ? { kind: 'group', ...called } : undefined
}

function personOf(of: { readonly address?: string; readonly name?: string; readonly guest?: boolean }, domains: Domains): Grantee {
  const { address, name, guest } = of
  const domain = address?.split('@').at(-1)?.toLowerCase()
  const foreign = domain !== undefined && domains.size > 0 && !domains.has(domain)
  return { kind: 'user', ...given('address', address), ...given('name', name), ...(guest === true || foreign ? { outside: true } : {}) }
}

/** Everybody in the organisation finds it without its address: SharePoint shows it in searches. A link has to be handed on. */
export const isFindable = (permission: Json): boolean =>
  !isObject(permission['link']) && EVERYBODY.test(textOf(objectOf(objectOf(permission['grantedToV2'])['siteUser'])['loginName']) ?? '')
