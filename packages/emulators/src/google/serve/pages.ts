import { createHash } from 'node:crypto'
import type { Asked } from './asked.ts'
import { invalidArgument } from './errors.ts'

/** What a page token stands for. */
export interface PageState {
  /** The method and its parameters: a token is good for the same question only. */
  readonly of: string
  /** How many pages have gone before. */
  readonly page: number
  /** Where it goes on, as the method understands it. */
  readonly at: readonly (string | number)[]
}

/** May differ from page to page. */
const FREE = new Set(['pageToken', 'fields', 'quotaUser', 'prettyPrint', 'key', 'alt', 'maxResults', 'access_token'])

function questionOf(asked: Asked): string {
  // Drive lets the size of a page differ.
  const isFree = (name: string): boolean => FREE.has(name) || (name === 'pageSize' && asked.path.startsWith('/drive/'))
  const parameters = [...asked.query].filter(([name]) => !isFree(name)).map(([name, value]) => `${name}=${value}`)
  return createHash('sha256')
    .update([asked.path, ...parameters.sort()].join('\n'))
    .digest('base64url')
    .slice(0, 12)
}

/** The state of the page that is asked for; undefined for the first. A token of another question, or one that was changed, is refused. */
export function pageOf(asked: Asked): PageState | undefined {
  const token = asked.query.get('pageToken')
  if (token === null || token === '') return undefined
  const state = asked.state.pages.open(token)
  if (state?.of === questionOf(asked)) return state
  asked.state.violations.note(`${asked.method}: a page token was made up, changed, or used with other parameters`)
  throw invalidArgument('Invalid pageToken')
}

/** The token of the page behind this one. */
export const tokenOf = (asked: Asked, page: number, at: PageState['at']): string =>
  asked.state.pages.seal({ of: questionOf(asked), page, at })

/** `maxResults`, and what it may be. Gmail takes more than the most for the most; the client has misread the page all the same. */
export function sizeOf(asked: Asked, usual: number, most: number): number {
  const text = asked.query.get('maxResults')
  if (text === null) {
    if (usual < most) asked.state.violations.note(`${asked.method} without maxResults: pages of ${usual} where ${most} cost the same`)
    return usual
  }
  const size = Number(text)
  if (!/^\d+$/.test(text) || size < 1) throw invalidArgument(`Invalid value at 'max_results' (TYPE_UINT32), "${text}"`)
  if (size > most) asked.state.violations.note(`${asked.method} with maxResults=${text}: at most ${most}`)
  return Math.min(size, most)
}
