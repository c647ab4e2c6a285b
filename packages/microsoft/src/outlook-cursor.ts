import { type Cursor, Fault } from '@offramp/core'

/** How a folder, calendar or list is being listed: with changes or without, in full or by ids alone. */
export type Mode = 'delta' | 'ids' | 'list' | 'list-ids'

export interface Position {
  readonly mode: Mode
  /** Path and query of the next page, without the host. Absent at the start. */
  readonly link?: string
  /** Page size to go on with, where a page failed and shrank. */
  readonly size?: number
}

const LETTERS: Readonly<Record<Mode, string>> = { delta: 'd', ids: 'i', list: 'l', 'list-ids': 'j' }

/** `d` or `d25` or `d25 /v1.0/users/...`: a letter for the mode, a size, a link. Holds no host and no secret. */
export const encodePosition = ({ mode, size, link }: Position): Cursor =>
  `${LETTERS[mode]}${size ?? ''}${link === undefined ? '' : ` ${link}`}`

/** `begins`: how a listing is walked for the first time. Throws a `listing` fault for what this connector cannot have written. */
export function decodePosition(cursor: Cursor | undefined, begins: Mode = 'delta'): Position {
  if (cursor === undefined) return { mode: begins }
  const [, letter, size, link] = /^([dilj])(\d*)(?: (\/v1\.0\/.+))?$/s.exec(cursor) ?? []
  const mode = (['delta', 'ids', 'list', 'list-ids'] as const).find((each) => LETTERS[each] === letter)
  if (mode === undefined) {
    throw new Fault({
      reach: 'listing',
      code: 'graph-cursor-unreadable',
      message: 'A stored cursor cannot be read; the folder is listed anew.',
    })
  }
  return { mode, ...(link === undefined ? {} : { link }), ...(size ? { size: Number(size) } : {}) }
}
