import type { FolderRef } from '@offramp/core'

/** Whose script it is, and how its destination names things. */
export interface SieveNames {
  /** All addresses of the account, the main one first. */
  readonly addresses: readonly string[]
  /** The full path of a folder in the server's own notation; undefined where nothing of it is moved. */
  folder(ref: FolderRef): string | undefined
  /** The flag of a category; undefined where the server keeps none. */
  flag(category: string): string | undefined
}
