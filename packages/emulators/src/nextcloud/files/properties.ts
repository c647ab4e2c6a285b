import { collectionHref } from '../dav/paths.ts'
import { principalOf } from '../dav/property-xml.ts'
import type { CloudState } from '../serve/state.ts'
import type { CloudUser } from '../users/user.ts'
import { clark, d, nc, oc } from '../xml/names.ts'
import { element, escapeXml, textElement } from '../xml/write.ts'
import { toldRules } from './acl.ts'
import { fileId } from './asked.ts'
import type { Told } from './listing.ts'
import { type FileNode, type FileOrFolder, type FolderNode, sizeOf } from './node.ts'
import { CREATE, DELETE, READ, SHARE, UPDATE } from './share.ts'
import { type AclRule, mayManage, type TeamFolder } from './team.ts'
import { freeIn, type Seen } from './view.ts'

export const OCM_PERMISSIONS = clark('http://open-collaboration-services.org/ns', 'share-permissions')
export const ACL_LIST = nc('acl-list')
export const FAVORITE = oc('favorite')

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

/** How one property of one kind of thing is told. */
type Teller<Node extends FileOrFolder = FileOrFolder> = (at: {
  readonly eyes: Eyes
  readonly seen: Seen
  readonly node: Node
}) => string | undefined

const ownerOf = (eyes: Eyes, { store }: Seen): string => store.owner ?? eyes.viewer.id

const COMMON: ReadonlyMap<string, Teller> = new Map<string, Teller>([
  [d('getlastmodified'), ({ node }) => new Date(node.modified * 1000).toUTCString()],
  [d('getetag'), ({ node }) => `&quot;${node.etag}&quot;`],
  [d('displayname'), ({ eyes, seen }) => escapeXml(seen.segments.at(-1) ?? eyes.viewer.id)],
  [d('creationdate'), ({ node }) => isoOf(node.created ?? 0)],
  [nc('creation_time'), ({ node }) => String(node.created ?? 0)],
  [oc('fileid'), ({ node }) => String(node.id)],
  [oc('id'), ({ node }) => fileId(node)],
  [oc('permissions'), ({ seen }) => permissionLetters(seen)],
  [OCM_PERMISSIONS, ({ seen }) => String(seen.permissions)],
  [oc('owner-id'), ({ eyes, seen }) => escapeXml(ownerOf(eyes, seen))],
  [oc('owner-display-name'), ({ eyes, seen }) => escapeXml(eyes.state.users.get(ownerOf(eyes, seen))?.displayName ?? ownerOf(eyes, seen))],
  [oc('size'), ({ node }) => String(sizeOf(node))],
  [FAVORITE, ({ eyes, node }) => (node.favouriteOf?.has(eyes.viewer.id) ? '1' : '0')],
  [oc('share-types'), ({ eyes, seen }) => shareTypes(eyes, seen)],
  [nc('mount-type'), ({ seen }) => (seen.mount?.team ? 'group' : seen.mount ? 'shared' : '')],
  [d('owner'), ({ eyes, seen }) => textElement(d('href'), collectionHref('principals', 'users', ownerOf(eyes, seen)))],
  [d('current-user-principal'), ({ eyes }) => textElement(d('href'), principalOf(eyes.viewer))],
])

const OF_FILE: ReadonlyMap<string, Teller<FileNode>> = new Map<string, Teller<FileNode>>([
  [d('resourcetype'), () => ''],
  [d('getcontentlength'), ({ node }) => String(node.told)],
  [d('getcontenttype'), ({ node }) => escapeXml(node.type)],
  [nc('upload_time'), ({ node }) => String(node.uploaded)],
  [oc('checksums'), ({ node }) => (node.checksum === undefined ? undefined : textElement(oc('checksum'), node.checksum))],
])

const OF_FOLDER: ReadonlyMap<string, Teller<FolderNode>> = new Map<string, Teller<FolderNode>>([
  [d('resourcetype'), () => element(d('collection'))],
  [
    d('quota-used-bytes'),
    ({ node, seen: { store } }) => String(node.parent ? node.size : node.size + store.versionBytes + store.trashBytes),
  ],
  [d('quota-available-bytes'), ({ eyes, seen }) => bytesOrNone(freeIn(eyes.state, seen.store))],
])

const bytesOrNone = (bytes: number): string => String(bytes === Number.POSITIVE_INFINITY ? -3 : bytes)

type TeamTeller = (team: TeamFolder, eyes: Eyes, seen: Seen) => string | undefined

const OF_TEAM: ReadonlyMap<string, TeamTeller> = new Map<string, TeamTeller>([
  [nc('group-folder-id'), (team) => String(team.id)],
  [nc('acl-enabled'), (team) => (team.acl ? '1' : '0')],
  [nc('acl-can-manage'), (team, eyes) => (mayManage(team, eyes.viewer) ? '1' : '0')],
  [ACL_LIST, (team, eyes, { node }) => aclXml(toldRules(team, node, eyes))],
])

/** What a file or folder says of itself to one who may see it. Nothing is computed that is not asked for. */
export function fileProperties(eyes: Eyes, seen: Seen): Told {
  const { node, mount } = seen
  const told = (name: string): (() => string | undefined) | undefined => {
    const own = node.properties?.get(name)
    if (own !== undefined) return () => own
    const common = COMMON.get(name)
    if (common) return () => common({ eyes, seen, node })
    const team = mount?.team && OF_TEAM.get(name)
    if (team && mount.team) return teamValue(team, mount.team, { eyes, seen })
    if (node.kind === 'file') return ofKind(OF_FILE.get(name), { eyes, seen, node })
    return ofKind(OF_FOLDER.get(name), { eyes, seen, node })
  }
  const kind = node.kind === 'file' ? OF_FILE : OF_FOLDER
  return {
    get: told,
    keys: () => [...(node.properties?.keys() ?? []), ...COMMON.keys(), ...kind.keys(), ...(mount?.team ? OF_TEAM.keys() : [])],
  }
}

const teamValue =
  (tell: TeamTeller, team: TeamFolder, { eyes, seen }: { readonly eyes: Eyes; readonly seen: Seen }) =>
  (): string | undefined =>
    tell(team, eyes, seen)

const ofKind = <Node extends FileOrFolder>(
  tell: Teller<Node> | undefined,
  at: Parameters<Teller<Node>>[0],
): (() => string | undefined) | undefined => tell && (() => tell(at))

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
