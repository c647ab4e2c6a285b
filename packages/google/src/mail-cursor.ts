import { type Cursor, Fault } from '@offramp/core'
import { isObject, parseObject, textOf, textsOf } from '@offramp/wire'
import type { Policy } from './mail-homes.ts'

/** Common to all modes: by what the versions of this walk were made. With others, the walk starts anew by labels. */
interface Made {
  /** `folder`, `copies`, `archive`; with `-` where spam and trash are left out. */
  readonly policy: string
  /** Prints of the owner's labels when the walk began. */
  readonly labels: string
}

/** Of a message whose copies did not all fit on a page: which, and how many have been given. */
export interface Part {
  readonly id: string
  readonly given: number
}

/** Every message is read once, newest first. */
export interface First extends Made {
  readonly mode: 'first'
  /** The mailbox's history when the listing began: what changes meanwhile is told by it. */
  readonly history: string
  /** Of the page of ids that is being worked on. Absent: the first. */
  readonly token?: string
  /** Last id of that page which is done with; and ids after it that are done as well. */
  readonly after?: string
  readonly done?: readonly string[]
  readonly part?: Part
}

/** What has changed since. */
export interface Delta extends Made {
  readonly mode: 'delta'
  readonly history: string
  /** Changes after `history` that are done with: `<message>@<record>`. */
  readonly done?: readonly string[]
  readonly part?: Part
}

/** Every message is named by the labels that list it, and read only where that is news. */
export interface Relist extends Made {
  readonly mode: 'relist'
  /** Absent before the first page. */
  readonly history?: string
  /** Ids in their order; the last that is done with. */
  readonly after?: string
  readonly part?: Part
}

export type Position = First | Delta | Relist

/** Above this many labels a walk keeps one print of all, so that a new label looks like a renamed one: it costs a listing, and nothing is lost. */
const MOST_PRINTS = 400

export const madeBy = (policy: Policy, prints: readonly string[]): Made => ({
  policy: policy.labels + (policy.spamAndTrash ? '' : '-'),
  labels: prints.length > MOST_PRINTS ? `=${prints.length}${prints.join('').slice(0, 5 * MOST_PRINTS)}` : prints.join(''),
})

/** Whether versions that were made so are still what they would be now: no label of then was renamed or deleted. New ones do not matter. */
export function stillMade(then: Made, now: Made): boolean {
  if (then.policy !== now.policy) return false
  if (then.labels.startsWith('=') || now.labels.startsWith('=')) return then.labels === now.labels
  const prints = new Set(inFives(now.labels))
  return inFives(then.labels).every((print) => prints.has(print))
}

const inFives = (text: string): readonly string[] => text.match(/.{5}/gs) ?? []

/** JSON with the mode first. Holds ids, and no secret. */
export const encodePosition = (position: Position): Cursor => JSON.stringify(position)

/** Throws a `listing` fault for what this connector cannot have written. */
export function decodePosition(cursor: Cursor): Position {
  const read = parseObject(cursor)
  const { mode } = read
  const history = textOf(read['history'])
  const policy = textOf(read['policy'])
  const after = textOf(read['after'])
  const token = textOf(read['token'])
  const done = textsOf(read['done'])
  const labels = typeof read['labels'] === 'string' ? read['labels'] : undefined
  if (policy === undefined || labels === undefined || (history !== undefined && !/^\d{1,30}$/.test(history))) throw unreadable()
  const made = { policy, labels, ...partIn(read['part']) }
  const place = { ...(after === undefined ? {} : { after }) }
  const rest = { ...(done.length === 0 ? {} : { done }) }
  if (mode === 'relist') return { mode, ...made, ...(history === undefined ? {} : { history }), ...place }
  if (history === undefined) throw unreadable()
  if (mode === 'first') return { mode, ...made, history, ...(token === undefined ? {} : { token }), ...place, ...rest }
  if (mode === 'delta') return { mode, ...made, history, ...rest }
  throw unreadable()
}

function partIn(value: unknown): { readonly part?: Part } {
  if (!isObject(value)) return {}
  const { id, given } = value
  return typeof id === 'string' && typeof given === 'number' ? { part: { id, given } } : {}
}

const unreadable = (): Fault =>
  new Fault({ reach: 'listing', code: 'google-cursor-unreadable', message: 'A stored cursor cannot be read; the mailbox is listed anew.' })
