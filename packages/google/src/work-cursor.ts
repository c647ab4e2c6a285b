import { createHash } from 'node:crypto'
import { type Cursor, Fault } from '@offramp/core'
import { numberOf, parseObject, textOf } from '@offramp/wire'
import type { Spot } from './work-page.ts'

/** Common to all modes: what else but the items decides their bytes. When that changes, everything is listed anew. */
interface Made extends Spot {
  readonly made: string
  /** Of Google's page that is being worked on. Absent: the first. */
  readonly token?: string
}

/** Everything is named. */
export interface First extends Made {
  readonly mode: 'first'
  /** For listings that are followed by the clock: when this one began, by Google's own. */
  readonly since?: string
}

/** Of a calendar alone, behind `first`: series with their exceptions, which stood on its pages in any order. A shard of them (`Shard`) at a time. */
export interface Series extends Made {
  readonly mode: 'series'
  readonly sync: string
  readonly from: number
  readonly span: number
}

/** What has changed since. */
export interface Delta extends Made {
  readonly mode: 'delta'
  readonly sync: string
  /** For listings that are followed by the clock: when this one began. */
  readonly since?: string
}

export type Position = First | Series | Delta

/** JSON. Holds ids and Google's own tokens of lists, and no secret. */
export const encodePosition = (position: Position): Cursor => JSON.stringify(position)

/** A few letters for whatever decides the bytes besides an item itself. */
export const printOf = (...parts: readonly unknown[]): string =>
  createHash('sha256').update(JSON.stringify(parts)).digest('base64url').slice(0, 8)

/** Throws a `listing` fault for what this connector cannot have written. */
export function decodePosition(cursor: Cursor): Position {
  const read = parseObject(cursor)
  const [made, token, sync, since] = ['made', 'token', 'sync', 'since'].map((name) => textOf(read[name]))
  const [after, part] = [textOf(read['after']), numberOf(read['part'])]
  if (made === undefined) throw unreadable()
  const common = {
    made,
    ...(token === undefined ? {} : { token }),
    ...(after === undefined ? {} : { after }),
    ...(part === undefined ? {} : { part }),
  }
  const began = since === undefined ? {} : { since }
  if (read['mode'] === 'first') return { mode: 'first', ...common, ...began }
  if (sync === undefined) throw unreadable()
  if (read['mode'] === 'delta') return { mode: 'delta', ...common, sync, ...began }
  const [from, span] = [numberOf(read['from']), numberOf(read['span'])]
  if (read['mode'] !== 'series' || from === undefined || span === undefined || span < 1) throw unreadable()
  return { mode: 'series', ...common, sync, from, span }
}

export const unreadable = (): Fault =>
  new Fault({ reach: 'listing', code: 'google-cursor-unreadable', message: 'A stored cursor cannot be read; the listing is walked anew.' })
