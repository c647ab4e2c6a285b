import type { Asked } from '../serve/asked.ts'
import { pageOf, tokenOf } from '../serve/pages.ts'
import type { Kept, KeptEntry, KeptPlace } from './kept.ts'

/** One page of a walk over what is kept. */
export interface WalkPage<T> {
  readonly entries: readonly KeptEntry<T>[]
  readonly nextPageToken?: string
  /** Number of the newest change when the walk began: on the last page alone. */
  readonly began?: number
}

export interface WalkWish<T> {
  readonly kept: Kept<T>
  /** Only what has changed since. 0: everything. */
  readonly since: number
  readonly size: number
  readonly shows: (value: T) => boolean
}

/** The page that is asked for. Every nth is empty but has a token, and all may be shorter than was asked (facts 2.2). */
export function walkPage<T>(asked: Asked, { kept, since, size, shows }: WalkWish<T>): WalkPage<T> {
  const state = pageOf(asked)
  const [rank, id, begun] = state?.at ?? []
  const began = typeof begun === 'number' ? begun : kept.now
  const place: KeptPlace | undefined = typeof rank === 'number' && typeof id === 'string' ? { rank, id } : undefined
  const page = (state?.page ?? 0) + 1
  const { emptyPageEvery, pageItems } = asked.state.quirks
  if (emptyPageEvery > 0 && page % emptyPageEvery === 0)
    return { entries: [], nextPageToken: tokenOf(asked, page, [place?.rank ?? -1, place?.id ?? '', began]) }
  const entries: KeptEntry<T>[] = []
  const most = pageItems > 0 ? Math.min(size, pageItems) : size
  let more = false
  for (const entry of kept.behind(place, since)) {
    if (!shows(entry.value)) continue
    if (entries.length === most) {
      more = true
      break
    }
    entries.push(entry)
  }
  const last = entries.at(-1)
  if (!more || last === undefined) return { entries, began }
  const behind = kept.placeOf(last.id)
  return { entries, nextPageToken: tokenOf(asked, page, [behind.rank, behind.id, began]) }
}
