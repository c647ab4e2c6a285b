import type { Cursor } from '@offramp/core'
import { parseObject, textOf } from '@offramp/wire'
import { unreadable } from './work-cursor.ts'

/** Where the listing of a drive stands. `made`: what decides items besides the files; when that changes, all is listed anew. */
export type FilePosition =
  /** `own`: everything. `others`: what others have given to us, which is only named. `start`: where changes stood before it began. */
  | { readonly mode: 'own' | 'others'; readonly made: string; readonly start: string; readonly token?: string }
  /** What has changed since. */
  | { readonly mode: 'changes'; readonly made: string; readonly token: string }

/** JSON. Holds Google's own tokens of lists, and no secret. */
export const encodeFiles = (position: FilePosition): Cursor => JSON.stringify(position)

/** Throws a `listing` fault for what this connector cannot have written, or wrote under other choices. */
export function decodeFiles(cursor: Cursor, made: string): FilePosition {
  const read = parseObject(cursor)
  const [mode, start, token] = ['mode', 'start', 'token'].map((name) => textOf(read[name]))
  if (read['made'] !== made) throw unreadable()
  if ((mode === 'own' || mode === 'others') && start !== undefined) return { mode, made, start, ...(token === undefined ? {} : { token }) }
  if (mode !== 'changes' || token === undefined) throw unreadable()
  return { mode, made, token }
}
