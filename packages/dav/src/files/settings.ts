import type { DavAuth, HostSettings } from '../settings.ts'

/** Accounts and Team folders that are made by the server's admin, on Nextcloud. */
export interface ProvisionSettings {
  /** Login of an admin; for accounts alone, one of an admin of the group that new ones are put into will do. */
  readonly admin: string
  readonly secret: () => Promise<string>
  /** Whether accounts are made that are not there. Default true; false: Team folders alone. */
  readonly accounts?: boolean
  /** `20 GB`, `none`. Absent: the server's own. */
  readonly quota?: string
  /** `de`, `en_GB`. */
  readonly language?: string
  readonly groups?: readonly string[]
}

/** Files on Nextcloud, ownCloud or any WebDAV server. */
export interface FilesSettings extends HostSettings {
  /** A Nextcloud's address, or the folder of a plain WebDAV server in which the account's files stand. `{account}` in it stands for the login. */
  readonly url: string
  readonly auth: Exclude<DavAuth, { readonly kind: 'proxy' }>
  /** Folder in the account below which everything is put: `From Microsoft 365`. Default: its root. */
  readonly root?: string
  /**
   * Whether small files go many at a time where Nextcloud takes them so (`dav/bulk`). That is several times as fast, and such files do not keep when
   * they were created, only when they were changed. Default true.
   */
  readonly bulk?: boolean
  /** Bytes of one chunk of a large file, from 5 MiB to 5 GB; smaller files go whole in any case. Default 16 MiB. */
  readonly chunkBytes?: number
  /**
   * Bytes of the largest file that goes whole to a server that takes chunks too, where that is a matter of seconds as measured; larger ones, the first ones,
   * changed ones, and all on slow lines go in chunks. 0: whatever is larger than a chunk goes in chunks. Default 512 MiB.
   */
  readonly wholeBytes?: number
  /** Bytes of one file, where the server has a limit that it does not tell. */
  readonly sizeLimit?: number
  /** Names are written so that Windows can hold them as well, also where the server does not ask for that. Default false. */
  readonly windowsNames?: boolean
  readonly provision?: ProvisionSettings
}
