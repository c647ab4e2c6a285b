import { hash32 } from '../../generate/random.ts'
import type { Asked } from '../serve/asked.ts'
import { type Mask, parseFields, wants } from '../serve/fields.ts'
import { holdingsOf, roleOf } from './access.ts'
import { hashesOf } from './content.ts'
import { type DriveFile, type FileJson, FOLDER, isBlob, type PermissionJson, SHORTCUT } from './file.ts'
import { exportsOf } from './native/formats.ts'
import { callerOf } from './who.ts'

export type Wanted = (name: string) => boolean

/** Which fields of a file the question picks: hashes and rights are only worked out where they are wanted. */
export function wantedIn(asked: Asked, under: readonly string[]): Wanted {
  const fields = asked.query.get('fields')
  if (fields === null) return (name) => USUAL.has(name)
  let mask: Mask | 'all' = parseFields(fields)
  for (const name of under) {
    if (mask === 'all') break
    const inner: Mask | 'all' | undefined = mask.get(name)
    if (inner === undefined) return () => false
    mask = inner
  }
  const picked = mask
  return (name) => wants(picked, name)
}

const USUAL = new Set(['kind', 'id', 'name', 'mimeType', 'resourceKey'])

const iso = (ms: number): string => new Date(ms).toISOString()

const userJson = (address: string, me: string) => ({
  kind: 'drive#user',
  displayName: address.split('@')[0] ?? address,
  me: address === me,
  permissionId: permissionId(address),
  emailAddress: address,
})

export const permissionId = (address: string): string => String(hash32('permission', address)).padStart(20, '0')

/** A file as Drive tells it to whoever asks. */
export function fileJson(asked: Asked, file: DriveFile, wanted: Wanted): FileJson {
  return { ...identity(file), ...dates(asked, file), ...ownership(asked, file, wanted), ...bytes(asked, file, wanted) }
}

function identity(file: DriveFile): FileJson {
  return {
    kind: 'drive#file',
    id: file.id,
    name: file.name,
    mimeType: file.mimeType,
    ...(file.resourceKey !== undefined && { resourceKey: file.resourceKey }),
    ...(file.parents.length > 0 && { parents: [...file.parents] }),
    ...(file.driveId !== undefined && { driveId: file.driveId, teamDriveId: file.driveId }),
    ...(file.description !== undefined && { description: file.description }),
    starred: file.starred ?? false,
    ...(file.target !== undefined && {
      shortcutDetails: { targetId: file.target, targetMimeType: file.text === '' ? 'application/octet-stream' : file.text },
    }),
    spaces: ['drive'],
    webViewLink: viewLink(file),
  }
}

function viewLink({ id, mimeType, resourceKey }: DriveFile): string {
  const key = resourceKey === undefined ? '' : `&resourcekey=${resourceKey}`
  if (mimeType === FOLDER) return `https://drive.google.com/drive/folders/${id}`
  const type = /^application\/vnd\.google-apps\.(document|spreadsheet|presentation|form|drawing)$/.exec(mimeType)?.[1]
  if (type === undefined) return `https://drive.google.com/file/d/${id}/view?usp=drivesdk${key}`
  const path = { document: 'document', spreadsheet: 'spreadsheets', presentation: 'presentation', form: 'forms', drawing: 'drawings' }[type]
  return `https://docs.google.com/${path}/d/${id}/edit?usp=drivesdk${key}`
}

function dates(asked: Asked, file: DriveFile): FileJson {
  const trashed = asked.state.drive.store.isTrashed(file)
  return {
    createdTime: iso(file.createdAt),
    modifiedTime: iso(file.modifiedAt),
    version: String(file.version),
    trashed,
    explicitlyTrashed: file.trashed,
    ...(file.trashed && { trashedTime: iso(file.modifiedAt) }),
  }
}

/** Of what is in a shared drive, owners, permissions and whether it is shared are not told here (facts 8.1). */
function ownership(asked: Asked, file: DriveFile, wanted: Wanted): FileJson {
  const { store } = asked.state.drive
  const me = asked.account.address
  const limited = file.limited ? { inheritedPermissionsDisabled: true } : {}
  if (file.owner === undefined)
    return { ...limited, ownedByMe: false, hasAugmentedPermissions: file.permissions.length > 0 || file.limited }
  const holdings = wanted('permissions') || wanted('permissionIds') || wanted('shared') ? holdingsOf(store, file) : []
  const mayShare = ['owner', 'writer'].includes(roleOf(store, file, callerOf(asked)) ?? '')
  const permissions = [ownerJson(file.owner), ...holdings.map(({ permission }) => permission)]
  return {
    ...limited,
    owners: [userJson(file.owner, me)],
    lastModifyingUser: userJson(file.owner, me),
    ownedByMe: file.owner === me,
    shared: holdings.length > 0,
    ...(file.owner !== me && { sharedWithMeTime: iso(file.modifiedAt), sharingUser: userJson(file.owner, me) }),
    ...(mayShare && wanted('permissions') && { permissions }),
    ...(mayShare && wanted('permissionIds') && { permissionIds: permissions.flatMap(({ id }) => id ?? []) }),
  }
}

export const ownerJson = (address: string): PermissionJson => ({
  kind: 'drive#permission',
  id: permissionId(address),
  type: 'user',
  role: 'owner',
  emailAddress: address,
  displayName: address.split('@')[0] ?? address,
  deleted: false,
  pendingOwner: false,
})

function bytes(asked: Asked, file: DriveFile, wanted: Wanted): FileJson {
  const head = file.revisions.at(-1)
  const download = file.undownloadable !== true
  const common: FileJson = {
    capabilities: {
      canDownload: download,
      canCopy: download,
      canReadRevisions: file.mimeType !== FOLDER && file.mimeType !== SHORTCUT,
      canListChildren: file.mimeType === FOLDER,
    },
    copyRequiresWriterPermission: false,
    ...(file.encrypted === true && { clientEncryptionDetails: { encryptionState: 'encrypted' } }),
  }
  if (file.mimeType === FOLDER || file.mimeType === SHORTCUT) return common
  // Also of documents, of which it says nothing that an export would have (facts 8.1). A form has none.
  if (!isBlob(file)) return { ...common, size: String(1_024 + file.text.length), ...(wanted('exportLinks') && exportLinks(asked, file)) }
  if (head === undefined) return common
  const hashed = ['md5Checksum', 'sha1Checksum', 'sha256Checksum'].some(wanted)
  const { md5, sha1, sha256 } = hashed ? hashesOf(head.content) : { md5: '', sha1: '', sha256: '' }
  return {
    ...common,
    size: String(head.content.size),
    quotaBytesUsed: String(head.content.size),
    originalFilename: file.name,
    headRevisionId: head.id,
    ...(hashed && { md5Checksum: md5 }),
    // Uploads of before 2018 may have MD5 alone (facts 8.3).
    ...(hashed && file.old !== true && { sha1Checksum: sha1, sha256Checksum: sha256 }),
  }
}

function exportLinks(asked: Asked, file: DriveFile): FileJson {
  const formats = exportsOf(file)
  if (file.unlinked === true || formats.length === 0) return {}
  const link = (ending: string): string =>
    asked.state.linkUrl(`https://docs.google.com/feeds/download/documents/export/Export?id=${file.id}&exportFormat=${ending}`)
  return { exportLinks: Object.fromEntries(formats.map(([mimeType, ending]) => [mimeType, link(ending)])) }
}
