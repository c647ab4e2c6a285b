import type { drive_v3 } from '@googleapis/drive'
import type { DriveContent } from './content.ts'

export type PermissionJson = drive_v3.Schema$Permission
export type FileJson = drive_v3.Schema$File

export const FOLDER = 'application/vnd.google-apps.folder'
export const SHORTCUT = 'application/vnd.google-apps.shortcut'
const NATIVE = 'application/vnd.google-apps.'

/** Has bytes of its own. */
export const isBlob = ({ mimeType }: Pick<DriveFile, 'mimeType'>): boolean => !mimeType.startsWith(NATIVE)

/** An earlier or the present state of a file. */
export interface Revision {
  readonly id: string
  readonly content: DriveContent
  readonly modifiedAt: number
  keepForever: boolean
}

/** Whatever is unusual about a file. */
export interface FileOddities {
  /** Google takes it for malware or spam: `cannotDownloadAbusiveFile` without its owner's word. */
  readonly abusive?: boolean
  /** `cannotDownloadFile`, `capabilities.canDownload: false`. */
  readonly undownloadable?: boolean
  /** `downloadQuotaExceeded`. */
  readonly worn?: boolean
  /** Encrypted by the client (CSE). */
  readonly encrypted?: boolean
  /** Of before 2018: `md5Checksum` alone. */
  readonly old?: boolean
  /** What an export of it comes to is so large, in bytes. */
  readonly exportBytes?: number
  /** It has no `exportLinks`. */
  readonly unlinked?: boolean
  readonly resourceKey?: string
  readonly description?: string
  readonly starred?: boolean
}

/** One thing in a drive: a file, a document of Google's, a folder, a shortcut. */
export interface DriveFile extends FileOddities {
  readonly id: string
  name: string
  readonly mimeType: string
  /** One, since 2020; older ones may stand in several. Empty: an orphan. */
  parents: readonly string[]
  /** An address; undefined in a shared drive. */
  owner: string | undefined
  readonly driveId: string | undefined
  createdAt: number
  modifiedAt: number
  /** By itself, and not by a folder above it. */
  trashed: boolean
  version: number
  /** The present one is the last. Empty: it has no bytes of its own. */
  readonly revisions: Revision[]
  /** Given on this very file, the owner's left out. */
  permissions: PermissionJson[]
  /** What is given on folders above does not hold here. */
  limited: boolean
  /** What a document says. */
  text: string
  readonly target?: string
}

export interface SharedDrive {
  readonly id: string
  name: string
  readonly createdAt: number
  readonly permissions: PermissionJson[]
}
