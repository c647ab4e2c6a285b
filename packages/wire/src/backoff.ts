/**
 * Milliseconds to wait before try number `again` (1 is the first repetition): doubling, and spread over its upper half so that callers
 * which failed together do not come back together.
 */
export function backoff(again: number, bounds: { readonly first: number; readonly most: number }): number {
  const full = Math.min(bounds.first * 2 ** (again - 1), bounds.most)
  return Math.round(full / 2 + (Math.random() * full) / 2)
}
