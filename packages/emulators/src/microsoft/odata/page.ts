import type { Asked } from '../serve/asked.ts'
import { badRequest } from '../serve/errors.ts'

export interface PageRules {
  /** Items when the request does not say. */
  readonly usual: number
  readonly most: number
}

export interface Paged<T> {
  readonly items: readonly T[]
  readonly nextLink: string | undefined
}

/** Cuts out the page that a plain list shows. Its nextLink counts with `$skip`, as Outlook's does: what moves meanwhile is missed. */
export function pageOf<T>(all: readonly T[], asked: Asked, rules: PageRules): Paged<T> {
  const { query, prefer } = asked
  if (query.top !== undefined && (query.top > rules.most || query.top === 0)) {
    throw badRequest(
      `Invalid page size specified: '${query.top}'. Must be between 1 and ${rules.most} inclusive.`,
      'Request_UnsupportedQuery',
    )
  }
  const size = query.top ?? Math.min(rules.most, prefer.maxPageSize ?? rules.usual)
  const from = query.skip ?? 0
  const items = all.slice(from, from + size)
  return { items, nextLink: from + size < all.length ? skipLink(asked, from + size) : undefined }
}

function skipLink(asked: Asked, skip: number): string {
  const kept = asked.query.raw.split('&').filter((pair) => pair !== '' && !/^(?:\$|%24)?skip=/i.test(pair))
  return `${linkPath(asked)}?${[...kept, `%24skip=${skip}`].join('&')}`
}

/** The address of what was asked, without its query. */
export const linkPath = (asked: Asked): string => `${asked.root}${asked.path}`

/** A collection's envelope. */
export function collection(
  context: string,
  asked: Asked,
  content: { readonly value: readonly unknown[]; readonly count?: number; readonly nextLink?: string | undefined },
): Record<string, unknown> {
  return {
    '@odata.context': `${asked.root}/$metadata#${context}`,
    ...(asked.query.count && content.count !== undefined && { '@odata.count': content.count }),
    ...(content.nextLink !== undefined && { '@odata.nextLink': content.nextLink }),
    value: content.value,
  }
}

/** `(id,subject)` behind a context, where properties were selected. */
export const selectSuffix = (asked: Asked): string => (asked.query.select === undefined ? '' : `(${asked.query.select.join(',')})`)
