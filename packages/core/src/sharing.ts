import type { Collection } from './item.ts'

/** What somebody else may do with a collection or file. `free-busy`: see when its owner is busy, and nothing more. `comment`: read, and remark. */
export type Access = 'free-busy' | 'read' | 'comment' | 'write' | 'manage'

/** Whom a grant is for. `organisation`: everybody in it who has the address. `public`: anybody who has it. */
export interface Grantee {
  readonly kind: 'user' | 'group' | 'organisation' | 'public'
  readonly address?: string
  readonly name?: string
  /** Not of this organisation. */
  readonly outside?: true
}

/** A grant at the source. */
export interface Share {
  readonly collection: Collection
  /** The file that is granted. Absent: the collection itself, with everything in it. */
  readonly item?: { readonly id: string; readonly name: string }
  readonly to: Grantee
  readonly access: Access
  /** In the provider's words, where `access` says less than that. */
  readonly as?: string
  /** It is the folder above that was granted; listed only where a folder breaks with what it inherits. */
  readonly inherited?: true
  /**
   * The folder or file takes nothing over from the folders above it: only what is listed of it holds there. Set on every grant of such a place; where
   * nobody else may enter at all, on a grant to its owner. A source that leaves it out makes everybody who was let in above be let in here.
   */
  readonly alone?: true
  /** Milliseconds since the Unix epoch. */
  readonly expires?: number
  /** It asks for a password, which no interface tells. */
  readonly password?: true
  readonly noDownload?: true
  /** With `write`: what stands there may be changed and added to, and not deleted (a contributor of a shared drive). */
  readonly noDelete?: true
  /** Everybody in `to` finds it without having been given its address. */
  readonly findable?: true
}
