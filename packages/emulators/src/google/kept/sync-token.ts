import { createHash } from 'node:crypto'
import type { Asked } from '../serve/asked.ts'

/** What a sync token stands for. */
export interface SyncState {
  /** The method and its parameters: they stay the same from the first listing on. */
  readonly of: string
  /** Number of the newest change that it has seen. */
  readonly since: number
  /** When the full listing was made from which it descends. Milliseconds since the Unix epoch. */
  readonly fullAt: number
}

/** May differ between a listing and the next. */
const FREE = new Set(['pageToken', 'syncToken', 'fields', 'quotaUser', 'prettyPrint', 'key', 'alt', 'access_token', 'maxResults'])

function questionOf(asked: Asked): string {
  const parameters = [...asked.query].filter(([name]) => !FREE.has(name)).map(([name, value]) => `${name}=${value}`)
  return createHash('sha256')
    .update([asked.account.address, asked.path, ...parameters.sort()].join('\n'))
    .digest('base64url')
    .slice(0, 12)
}

/** The token for whoever has seen everything up to `since`. */
export const syncTokenOf = (asked: Asked, since: number, fullAt: number): string =>
  asked.state.syncs.seal({ of: questionOf(asked), since, fullAt })

/** Undefined where none was sent; `strange` where it is none of ours; `other` where it was got with other parameters. */
export function syncOf(asked: Asked): SyncState | 'strange' | 'other' | undefined {
  const token = asked.query.get('syncToken')
  if (token === null || token === '') return undefined
  const state = asked.state.syncs.open(token)
  if (state === undefined) return 'strange'
  return state.of === questionOf(asked) ? state : 'other'
}

/** Whoever comes again with a token that is dead has not understood that it is. */
export function noteDead(asked: Asked): void {
  const { habits, violations } = asked.state
  const key = `dead ${asked.query.get('syncToken') ?? ''}`
  const times = (habits.get(key) ?? 0) + 1
  habits.set(key, times)
  if (times > 1) violations.note(`${asked.method} again with a sync token that had expired, of ${asked.account.address}`)
}
