import type { Access, Grant, Share } from '@offramp/core'

/** How much a grant gives, without saying to whom. */
export interface Shape {
  readonly access: Grant['access']
  readonly noDownload: boolean
  /** Of `write` alone. */
  readonly noDelete: boolean
  /** Milliseconds since the Unix epoch. */
  readonly expires?: number
}

const LEVELS: readonly Grant['access'][] = ['read', 'comment', 'write']

/** What a destination can give of an access. Nothing where the source gives less than reading. */
export const givable = (access: Access): Grant['access'] | undefined =>
  access === 'manage' ? 'write' : access === 'free-busy' ? undefined : access

export function shapeOf({ access, noDownload, noDelete, expires }: Share): Shape | undefined {
  const level = givable(access)
  if (level === undefined) return undefined
  return {
    access: level,
    noDownload: noDownload === true,
    noDelete: level === 'write' && noDelete === true,
    ...(expires === undefined ? {} : { expires }),
  }
}

/** Whether who has `a` can do all that `b` would let them do, for as long. */
export const includes = (a: Shape, b: Shape): boolean =>
  LEVELS.indexOf(a.access) >= LEVELS.indexOf(b.access) &&
  (!a.noDownload || b.noDownload) &&
  (b.access !== 'write' || !a.noDelete || b.noDelete) &&
  (a.expires === undefined || (b.expires !== undefined && b.expires <= a.expires))

/** The shape itself, and what is less of it, the most first. */
export const lessened = (shape: Shape): readonly Shape[] =>
  LEVELS.slice(0, LEVELS.indexOf(shape.access) + 1)
    .toReversed()
    .map((access) => ({ ...shape, access, noDelete: access === 'write' && shape.noDelete }))
