import type { FileOrFolder } from './node.ts'

export const READ = 1
export const UPDATE = 2
export const CREATE = 4
export const DELETE = 8
export const SHARE = 16
export const ALL = 31

export type ShareKind = 'user' | 'group' | 'link' | 'mail'

/** What somebody has given to others. */
export interface FileShare {
  readonly id: string
  readonly kind: ShareKind
  readonly node: FileOrFolder
  /** Who has shared it. */
  readonly by: string
  /** Whose files it is in; undefined for a team's. */
  readonly owner: string | undefined
  /** User, group or mail address; empty for a link. */
  readonly to: string
  permissions: number
  /** `2027-01-31`: its last day. */
  expires: string | undefined
  password: string | undefined
  note: string
  label: string
  /** Of a link or mail. */
  readonly token: string | undefined
  hideDownload: boolean
  /** `[{"scope":"permissions","key":"download","value":false}]` or empty. */
  attributes: string
  /** Seconds since the Unix epoch. */
  readonly made: number
  /** Where it stands at each who has it: a name in the root of their files. */
  readonly targets: Map<string, string>
}

/** Whether its last day is over. */
export const isExpired = ({ expires }: Pick<FileShare, 'expires'>, now: number): boolean =>
  expires !== undefined && now >= Date.parse(`${expires}T00:00:00Z`)

/** Whether whoever has it may take the bytes away. */
export const mayDownload = ({ attributes, hideDownload }: Pick<FileShare, 'attributes' | 'hideDownload'>): boolean =>
  !hideDownload && !/"key":"download","(?:value|enabled)":false/.test(attributes.replaceAll(' ', ''))
