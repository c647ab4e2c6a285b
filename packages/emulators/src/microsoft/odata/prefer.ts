import type { IdSpace } from '../mail/ids.ts'

export interface Preferences {
  readonly ids: IdSpace
  readonly maxPageSize: number | undefined
  /** For the answer's `Preference-Applied`; undefined where nothing was applied. */
  readonly applied: string | undefined
}

/** Reads `Prefer`. It holds for this one request: no link remembers it. */
export function parsePrefer(header: string | undefined): Preferences {
  const text = header ?? ''
  const immutable = /(?:^|[,;\s])IdType\s*=\s*"?ImmutableId"?/i.test(text)
  const size = /odata\.maxpagesize\s*=\s*(\d+)/i.exec(text)?.[1]
  const maxPageSize = size === undefined ? undefined : Math.max(1, Math.min(1000, Number(size)))
  const applied: string[] = []
  if (immutable) applied.push('IdType="ImmutableId"')
  if (maxPageSize !== undefined) applied.push(`odata.maxpagesize=${maxPageSize}`)
  return { ids: immutable ? 'immutable' : 'default', maxPageSize, applied: applied.length === 0 ? undefined : applied.join(', ') }
}
