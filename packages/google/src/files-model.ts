import { createHash } from 'node:crypto'
import { type Json, numberOf, objectOf, objectsOf, textOf, textsOf } from '@offramp/wire'

/** A file, folder or shortcut as Drive tells it. */
export interface RemoteFile {
  readonly id: string
  readonly name: string
  readonly mimeType: string
  /** Sorted. One, but for files of before 2020; none where nobody shows it to us. */
  readonly parents: readonly string[]
  /** Bytes of a blob. */
  readonly size: number | undefined
  readonly md5: string | undefined
  /** Of the bytes. */
  readonly head: string | undefined
  /** Counts everything that happens to it. */
  readonly version: string
  readonly createdAt: number | undefined
  readonly modifiedAt: number | undefined
  readonly trashed: boolean
  readonly driveId: string | undefined
  readonly ownedByMe: boolean
  /** Somebody gave it to us, by itself. */
  readonly given: boolean
  readonly target: string | undefined
  readonly resourceKey: string | undefined
  readonly downloads: boolean
  readonly encrypted: boolean
  readonly described: boolean
  readonly link: string | undefined
  readonly exportLinks: Json
  /** What is given on folders above does not hold here. */
  readonly limited: boolean
  /** Of a shared drive: it has rights of its own. */
  readonly augmented: boolean
  readonly permissions: readonly Json[]
}

const APPS = 'application/vnd.google-apps.'
export const FOLDER = `${APPS}folder`
export const SHORTCUT = `${APPS}shortcut`

export const isFolder = ({ mimeType }: Pick<RemoteFile, 'mimeType'>): boolean => mimeType === FOLDER

/** `size` tells nothing: documents have one as well, which is not that of an export. */
export const isBlob = ({ mimeType }: Pick<RemoteFile, 'mimeType'>): boolean => !mimeType.startsWith(APPS)

/** `document` of `application/vnd.google-apps.document`. */
export const appOf = ({ mimeType }: Pick<RemoteFile, 'mimeType'>): string => mimeType.slice(APPS.length)

export const FOLDER_FIELDS = 'id,name,mimeType,parents,createdTime,modifiedTime,trashed,driveId,ownedByMe,inheritedPermissionsDisabled'

/** Without `fields` Drive tells an id and a name. */
export const FILE_FIELDS = `${FOLDER_FIELDS},size,md5Checksum,headRevisionId,version,sharedWithMeTime,shortcutDetails(targetId),resourceKey,capabilities(canDownload),clientEncryptionDetails(encryptionState),description,starred,webViewLink,exportLinks`

export const SHARE_FIELDS = `${FOLDER_FIELDS},hasAugmentedPermissions,permissions(id,type,role,emailAddress,domain,displayName,allowFileDiscovery,expirationTime,deleted,pendingOwner,view,permissionDetails(inherited,role))`

const timeOf = (value: unknown): number | undefined => {
  const ms = Date.parse(textOf(value) ?? '')
  return Number.isNaN(ms) ? undefined : ms
}

/** Undefined for what has no id. */
export function readFile(json: Json): RemoteFile | undefined {
  const id = textOf(json['id'])
  if (id === undefined) return undefined
  const mimeType = textOf(json['mimeType']) ?? 'application/octet-stream'
  const parents = [...textsOf(json['parents'])].sort()
  return {
    id,
    name: typeof json['name'] === 'string' ? json['name'] : id,
    mimeType,
    parents,
    size: isBlob({ mimeType }) ? numberOf(json['size']) : undefined,
    md5: textOf(json['md5Checksum'])?.toLowerCase(),
    head: textOf(json['headRevisionId']),
    version: textOf(json['version']) ?? '',
    createdAt: timeOf(json['createdTime']),
    modifiedAt: timeOf(json['modifiedTime']),
    trashed: json['trashed'] === true,
    driveId: textOf(json['driveId']),
    ownedByMe: json['ownedByMe'] === true,
    given: textOf(json['sharedWithMeTime']) !== undefined,
    target: textOf(objectOf(json['shortcutDetails'])['targetId']),
    resourceKey: textOf(json['resourceKey']),
    downloads: objectOf(json['capabilities'])['canDownload'] !== false,
    encrypted: textOf(objectOf(json['clientEncryptionDetails'])['encryptionState']) === 'encrypted',
    described: textOf(json['description']) !== undefined || json['starred'] === true,
    link: textOf(json['webViewLink']),
    exportLinks: objectOf(json['exportLinks']),
    limited: json['inheritedPermissionsDisabled'] === true,
    augmented: json['hasAugmentedPermissions'] === true,
    permissions: objectsOf(json['permissions']),
  }
}

export const filesIn = (json: Json, name = 'files'): readonly RemoteFile[] => objectsOf(json[name]).flatMap((each) => readFile(each) ?? [])

/** Where people open it. A resource key is left out, which an address needs to be of use to whoever merely has it. */
export function addressOf({ link }: RemoteFile): string | undefined {
  const url = link === undefined ? null : URL.parse(link)
  return url === null ? undefined : url.origin + url.pathname
}

/** For those who do not own a file that is shared by its address. */
export const keyHeaders = ({ id, resourceKey }: RemoteFile): Readonly<Record<string, string>> =>
  resourceKey === undefined ? {} : { 'x-goog-drive-resource-keys': `${id}/${resourceKey}` }

export const print = (...parts: readonly unknown[]): string =>
  createHash('sha256').update(JSON.stringify(parts)).digest('base64url').slice(0, 16)
