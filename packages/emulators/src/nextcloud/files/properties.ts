import type { Properties } from '../dav/property-xml.ts'
import type { CloudState } from '../serve/state.ts'
import type { CloudUser } from '../users/user.ts'
import { clark, d, NEXTCLOUD, oc } from '../xml/names.ts'
import { element, escapeXml, textElement } from '../xml/write.ts'
import { fileId } from './asked.ts'
import type { FileNode } from './node.ts'
import { sizeOf } from './node.ts'
import { CREATE, DELETE, READ, SHARE, UPDATE } from './share.ts'
import { type AclRule, mayManage, type TeamFolder } from './team.ts'
import { freeIn, type Seen } from './view.ts'

export const nc = (name: string): string => clark(NEXTCLOUD, name)
export const OCM_PERMISSIONS = clark('http://open-collaboration-services.org/ns', 'share-permissions')
export const ACL_LIST = nc('acl-list')
export const FAVORITE = oc('favorite')

type Value = () => string | undefined
type Eyes = { readonly state: CloudState; readonly viewer: CloudUser }

const isoOf = (seconds: number): string => new Date(seconds * 1000).toISOString().replace('.000Z', '+00:00')

/** Letters for what may be done: `RGDNVW`, `SRMGDNVCK` ... */
export function permissionLetters({ node, permissions, mount }: Seen): string {
  const has = (bit: number, letters: string): string => ((permissions & bit) === 0 ? '' : letters)
  return [
    mount && mount.shares.length > 0 ? 'S' : '',
    has(SHARE, 'R'),
    mount?.team ? 'M' : '',
    has(READ, 'G'),
    has(DELETE, 'D'),
    has(UPDATE, 'NV'),
    node.kind === 'file' ? has(UPDATE, 'W') : has(CREATE, 'CK'),
  ].join('')
}

/** What a file or folder says of itself to one who may see it. */
export function fileProperties(eyes: Eyes, seen: Seen): Properties {
  const { node } = seen
  const own: [string, Value][] = [...node.properties].map(([name, value]) => [name, () => value])
  const owner = seen.store.owner ?? eyes.viewer.id
  return new Map<string, Value>([
    ...own,
    [d('getlastmodified'), () => new Date(node.modified * 1000).toUTCString()],
    [d('getetag'), () => `&quot;${node.etag}&quot;`],
    [d('displayname'), () => escapeXml(seen.segments.at(-1) ?? eyes.viewer.id)],
    [d('creationdate'), () => isoOf(node.created ?? 0)],
    [nc('creation_time'), () => String(node.created ?? 0)],
    [oc('fileid'), () => String(node.id)],
    [oc('id'), () => fileId(node)],
    [oc('permissions'), () => permissionLetters(seen)],
    [OCM_PERMISSIONS, () => String(seen.permissions)],
    [oc('owner-id'), () => escapeXml(owner)],
    [oc('owner-display-name'), () => escapeXml(eyes.state.users.get(owner)?.displayName ?? owner)],
    [oc('size'), () => String(sizeOf(node))],
    [FAVORITE, () => (node.favouriteOf.has(eyes.viewer.id) ? '1' : '0')],
    [oc('share-types'), () => shareTypes(eyes, seen)],
    [nc('mount-type'), () => (seen.mount?.team ? 'group' : seen.mount ? 'shared' : '')],
    ...(node.kind === 'file' ? ofFile(node) : ofFolder(eyes, seen)),
    ...(seen.mount?.team ? ofTeam(eyes, seen, seen.mount.team) : []),
  ])
}

const ofFile = (node: FileNode): readonly [string, Value][] => [
  [d('resourcetype'), () => ''],
  [d('getcontentlength'), () => String(node.blob.size)],
  [d('getcontenttype'), () => escapeXml(node.type)],
  [nc('upload_time'), () => String(node.uploaded)],
  [oc('checksums'), () => (node.checksum === undefined ? undefined : textElement(oc('checksum'), node.checksum))],
]

function ofFolder(eyes: Eyes, { store, node }: Seen): readonly [string, Value][] {
  const free = freeIn(eyes.state, store)
  return [
    [d('resourcetype'), () => element(d('collection'))],
    [d('quota-used-bytes'), () => String(node.parent ? sizeOf(node) : sizeOf(node) + store.versionBytes + store.trashBytes)],
    [d('quota-available-bytes'), () => String(free === Number.POSITIVE_INFINITY ? -3 : free)],
  ]
}

const ofTeam = (eyes: Eyes, { node }: Seen, team: TeamFolder): readonly [string, Value][] => [
  [nc('group-folder-id'), () => String(team.id)],
  [nc('acl-enabled'), () => (team.acl ? '1' : '0')],
  [nc('acl-can-manage'), () => (mayManage(team, eyes.viewer) ? '1' : '0')],
  [ACL_LIST, () => (team.acl ? aclXml(team.rules.get(node.id) ?? []) : undefined)],
]

const aclXml = (rules: readonly AclRule[]): string =>
  rules
    .map(({ type, id, mask, permissions }) =>
      element(
        nc('acl'),
        textElement(nc('acl-mapping-type'), type) +
          textElement(nc('acl-mapping-id'), id) +
          textElement(nc('acl-mapping-display-name'), id) +
          textElement(nc('acl-mask'), String(mask)) +
          textElement(nc('acl-permissions'), String(permissions)),
      ),
    )
    .join('')

const TYPES = { user: 0, group: 1, link: 3, mail: 4 } as const

function shareTypes({ state, viewer }: Eyes, { node }: Seen): string {
  const kinds = new Set<number>()
  for (const share of state.shares.values()) if (share.node === node && share.by === viewer.id) kinds.add(TYPES[share.kind])
  return [...kinds].map((kind) => textElement(oc('share-type'), String(kind))).join('')
}
