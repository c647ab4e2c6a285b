import type { IdFacts, IdSpace } from '../mail/ids.ts'
import type { Mailbox } from '../mail/mailbox.ts'
import { newestFirst } from '../mail/order.ts'
import type { Change, Folder, Message } from '../mail/state.ts'
import type { DeltaOptions, DeltaState } from './token.ts'

/** One value of a delta page. */
type DeltaValue = { readonly message: Message } | { readonly gone: IdFacts; readonly reason: 'deleted' | 'changed' }

export interface DeltaPage {
  readonly values: readonly DeltaValue[]
  readonly state: DeltaState
  /** The round is over: `state` belongs into a deltaLink, not into a nextLink. */
  readonly last: boolean
}

export interface DeltaManners {
  readonly limit: number
  readonly ids: IdSpace
  readonly lostMoves: boolean
  readonly emptyPageEvery: number
  readonly repeatEvery: number
}

/** With `$filter` no more than this many messages are ever shown (concepts/delta-query-messages). */
const FILTERED_LIMIT = 5_000

/** The state in which a first call finds itself. */
export function beginWalk(folder: Folder, options: DeltaOptions, top: number | undefined): DeltaState {
  const left = top ?? (options.since ? FILTERED_LIMIT : undefined)
  folder.generation += 1
  return {
    folder: folder.serial,
    generation: folder.generation,
    mode: 'walk',
    at: 0,
    end: folder.arrivals.length,
    next: folder.changes.length,
    pages: 0,
    ...(left !== undefined && { left }),
    options,
  }
}

/** The page that `state` asks for. Asking again gives it again, as far as the mailbox has not changed. */
export function deltaPage(mailbox: Mailbox, folder: Folder, asked: DeltaState, manners: DeltaManners): DeltaPage {
  const state = asked.end === undefined ? beginChanges(folder, asked) : asked
  const every = manners.emptyPageEvery === 1 ? 2 : manners.emptyPageEvery
  if (every > 0 && state.pages % every === every - 1 && state.mode === 'walk')
    return { values: [], state: { ...state, pages: state.pages + 1 }, last: false }
  if (state.left === 0) return finish(state, [])
  if (state.mode === 'changes') return changesPage(mailbox, folder, state, manners)
  const byDate = state.options.newestFirst === true || state.options.since !== undefined
  return byDate ? datedPage(folder, state, manners) : walkPage(folder, state, manners)
}

function beginChanges(folder: Folder, asked: DeltaState): DeltaState {
  folder.generation += 1
  const end = folder.changes.length
  return { ...asked, generation: folder.generation, end, next: end, pages: 0 }
}

function finish(state: DeltaState, values: readonly DeltaValue[]): DeltaPage {
  const { folder, generation, next, options } = state
  return { values, state: { folder, generation, mode: 'changes', at: next, next, pages: 0, options }, last: true }
}

function carryOn(state: DeltaState, values: readonly DeltaValue[], step: Partial<DeltaState>): DeltaPage {
  const left = state.left === undefined ? {} : { left: Math.max(0, state.left - values.length) }
  return { values, state: { ...state, ...step, ...left, pages: state.pages + 1 }, last: false }
}

const wants = (options: DeltaOptions, what: 'created' | 'updated' | 'deleted'): boolean =>
  options.changeType === undefined || options.changeType === what

function walkPage(folder: Folder, state: DeltaState, manners: DeltaManners): DeltaPage {
  const values: DeltaValue[] = []
  const limit = Math.min(manners.limit, state.left ?? manners.limit)
  const before = folder.arrivals[state.at - 1]
  // "Items may repeat" (facts 3.3): clients must take the later one.
  const repeats = manners.repeatEvery > 0 && state.pages % manners.repeatEvery === manners.repeatEvery - 1
  if (repeats && before && limit > 1) values.push({ message: before })
  let at = state.at
  const end = state.end ?? at
  while (at < end && values.length < limit) {
    const message = folder.arrivals[at++]
    if (message && wants(state.options, 'created')) values.push({ message })
  }
  // A limit of the whole ends the round one page later, and empty (microsoft-graph-docs issue 2232).
  if (at >= end && (state.left === undefined || values.length < state.left)) return finish(state, values)
  return carryOn(state, values, { at })
}

const passes = (message: Message, options: DeltaOptions): boolean => {
  const { since } = options
  return since === undefined || message.receivedAt > since.at || (since.inclusive && message.receivedAt === since.at)
}

function datedPage(folder: Folder, state: DeltaState, manners: DeltaManners): DeltaPage {
  const limit = Math.min(manners.limit, state.left ?? manners.limit)
  const [afterTime, afterSerial] = state.after ?? [Number.POSITIVE_INFINITY, 0]
  const values: { readonly message: Message }[] = []
  let more = false
  for (const message of newestFirst(folder)) {
    const isBehind = message.receivedAt < afterTime || (message.receivedAt === afterTime && message.serial < afterSerial)
    if (!isBehind || !passes(message, state.options)) continue
    if (values.length === limit) {
      more = true
      break
    }
    values.push({ message })
  }
  const last = values.at(-1)?.message
  if (!more || last === undefined) return finish(state, values)
  return carryOn(state, values, { after: [last.receivedAt, last.serial] })
}

function changesPage(mailbox: Mailbox, folder: Folder, state: DeltaState, manners: DeltaManners): DeltaPage {
  const values = new Map<string, DeltaValue>()
  let at = state.at
  const end = state.end ?? at
  while (at < end && values.size < manners.limit) {
    const change = folder.changes[at++]
    if (!change || (manners.lostMoves && manners.ids === 'immutable' && change.what === 'arrived')) continue
    const value = deltaValue(mailbox, folder, change, { ids: manners.ids, options: state.options })
    if (value === undefined) continue
    const key = manners.ids === 'immutable' ? `${change.message.serial}` : `${change.message.serial}.${change.moves}`
    values.delete(key)
    values.set(key, value)
  }
  const shown = [...values.values()]
  return at >= end ? finish(state, shown) : carryOn(state, shown, { at })
}

function deltaValue(
  mailbox: Mailbox,
  folder: Folder,
  change: Change,
  how: { readonly ids: IdSpace; readonly options: DeltaOptions },
): DeltaValue | undefined {
  const { message, moves, what } = change
  const sort = what === 'updated' ? 'updated' : what === 'created' || what === 'arrived' ? 'created' : 'deleted'
  if (!wants(how.options, sort)) return undefined
  const here =
    mailbox.messages.get(message.serial) === message && message.folder === folder && (how.ids === 'immutable' || message.moves === moves)
  if (!here) return { gone: { serial: message.serial, moves }, reason: 'deleted' }
  return passes(message, how.options) ? { message } : { gone: { serial: message.serial, moves }, reason: 'changed' }
}
