import type { IdSpace } from '../mail/ids.ts'

export interface Preferences {
  readonly ids: IdSpace
  readonly maxPageSize: number | undefined
  /** In which zone times are wanted, as the client calls it. */
  readonly timeZone?: string
  readonly bodyType?: 'text' | 'html'
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
  const timeZone = /outlook\.timezone\s*=\s*"?([^",;]+)"?/i.exec(text)?.[1]?.trim()
  const bodyType = /outlook\.body-content-type\s*=\s*"?(text|html)"?/i.exec(text)?.[1]?.toLowerCase() === 'text' ? 'text' : undefined
  const wantsHtml = /outlook\.body-content-type\s*=\s*"?html"?/i.test(text)
  if (timeZone !== undefined) applied.push(`outlook.timezone="${timeZone}"`)
  if (bodyType !== undefined || wantsHtml) applied.push(`outlook.body-content-type="${bodyType ?? 'html'}"`)
  return {
    ...(timeZone !== undefined && { timeZone }),
    ...(bodyType !== undefined ? { bodyType } : wantsHtml ? { bodyType: 'html' as const } : {}),
    ids: immutable ? 'immutable' : 'default',
    maxPageSize,
    applied: applied.length === 0 ? undefined : applied.join(', '),
  }
}
