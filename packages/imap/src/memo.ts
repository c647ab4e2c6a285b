import { hash } from 'node:crypto'

/** What a receipt remembers beside the address: the revision that was written, and the flags as we left them. */
export interface Memo {
  readonly revision: string
  readonly flags: string
}

const REVISION = 6

const revisionPrint = (revision: string): string => hash('sha256', revision, 'base64url').slice(0, REVISION)

/** At most 11 characters. `flags` is a `flagsPrint`. */
export const memoOf = (revision: string, flags: string): string => revisionPrint(revision) + flags

/** Undefined for a receipt that does not come from `put`, `putMany` or `find`. */
export const readMemo = (memo: string | undefined): Memo | undefined =>
  memo === undefined || memo.length <= REVISION ? undefined : { revision: memo.slice(0, REVISION), flags: memo.slice(REVISION) }

export const isRevision = (memo: Memo, revision: string): boolean => memo.revision === revisionPrint(revision)
