import {
  type Clock,
  type Entry,
  type EntryState,
  entryKey,
  type Home,
  type Intent,
  isAsLeft,
  type LaneId,
  type Lease,
  LeaseLost,
  type Ledger,
  type ListingState,
  type Outcome,
  type Receipt,
  type Tally,
  versionKey,
} from '@offramp/core'
import type { LaneStore, LedgerStore } from './ledger-store.ts'
import { directWire, type Wire } from './wire.ts'

export interface MemoryLedgerOptions {
  readonly clock: Clock
  readonly wire?: Wire
  /** Wrong on purpose, for a test that shows what it breaks: writes are taken from whoever has held the lease. */
  readonly acceptsLapsed?: boolean
  /** Wrong on purpose as well: a holder is not told that the store has forgotten what was written under its lease. */
  readonly ignoresForgetting?: boolean
}

const DECIMAL = /^\d+$/

/** Marks are opaque; where both are decimal they are numbers of any length. */
const isLower = (a: string, b: string): boolean => DECIMAL.test(a) && DECIMAL.test(b) && BigInt(a) < BigInt(b)

/** Of two marks of doubt. Where they cannot be compared the first holds: there was doubt since then in any case. */
const lowest = (known: string, since: string): string => (known === '' || since === '' ? '' : isLower(since, known) ? since : known)

const bare = (entry: Entry | undefined) => ({
  tries: entry?.tries ?? 0,
  gone: false,
  ...(entry?.receipt ? { receipt: entry.receipt } : {}),
})

const lossesOf = ({ losses, label }: Extract<Outcome, { state: 'arrived' }>): Pick<Entry, 'losses' | 'label'> =>
  losses === undefined || losses.length === 0 ? {} : { losses, ...(label === undefined ? {} : { label }) }

function settled(before: Entry | undefined, outcome: Outcome): Entry {
  const { id, listing } = outcome
  const common = { ...bare(before), key: entryKey(id), listing, version: versionKey(outcome.version) }
  if (outcome.state === 'arrived') return { ...common, state: 'arrived', tries: 0, receipt: outcome.receipt, ...lossesOf(outcome) }
  const said = { id, message: outcome.message, ...(outcome.label === undefined ? {} : { label: outcome.label }) }
  if (outcome.state === 'rejected') return { ...common, ...said, state: 'rejected', tries: 0, reason: outcome.reason }
  return { ...common, ...said, state: 'failed' }
}

/** One process's view of a `LedgerStore`. */
export function memoryLedger(store: LedgerStore, options: MemoryLedgerOptions): Ledger {
  const { clock } = options
  const wire = options.wire ?? directWire

  return {
    async lease(lane, holder, ttlMs) {
      const asked = clock.now()
      const granted = await wire('ledger.lease', () => grant(store, lane, { holder, until: clock.now() + ttlMs, now: clock.now() }))
      // Made only once the answer is here: a grant that nobody hears of must lapse.
      return granted && memoryLease({ store, lane, ttlMs, asked, wire, ...options, ...granted })
    },
    books: (lane) => wire('ledger.books', () => store.books(lane)),
    entries: (lane, ids) => wire('ledger.entries', () => ids.map((id) => store.lane(lane).entries.get(entryKey(id)))),
    async *scan(lane, states?: readonly EntryState[]) {
      const all = await wire('ledger.scan', () => [...store.lane(lane).entries.values()])
      for (const entry of all) if (!states || states.includes(entry.state)) yield entry
    },
    owners: (lane, receipts, { but, asLeft = false } = {}) =>
      wire('ledger.owners', () => {
        const owners = new Map<string, Entry[]>()
        const at = ({ place, locator }: Receipt): string => `${place}\n${locator}`
        for (const entry of store.lane(lane).entries.values()) {
          const { key, receipt } = entry
          if (receipt && key !== but) owners.set(at(receipt), [...(owners.get(at(receipt)) ?? []), entry])
        }
        const isWriting = ({ state, place }: Entry, now: Receipt): boolean =>
          state === 'intended' && (place === undefined || place === now.place)
        const owns = (entry: Entry, now: Receipt): boolean =>
          !asLeft || isWriting(entry, now) || (entry.receipt !== undefined && isAsLeft(entry.receipt, now))
        return receipts.map((now) => owners.get(at(now))?.findLast((entry) => owns(entry, now))?.key)
      }),
    tally: (lane) => wire('ledger.tally', () => tallyOf(store.lane(lane).entries.values())),
  }
}

function tallyOf(entries: Iterable<Entry>): Tally {
  const tally = { arrived: 0, rejected: 0, failed: 0, intended: 0, gone: 0, bytes: 0 }
  for (const entry of entries) {
    tally[entry.state]++
    if (entry.gone) tally.gone++
    tally.bytes += entry.receipt?.size ?? 0
  }
  return tally
}

/** Undefined when somebody else holds it. */
function grant(store: LedgerStore, lane: LaneId, to: { holder: string; until: number; now: number }) {
  const data = store.lane(lane)
  if (data.lease && data.lease.until > to.now) return undefined
  const [fence, lease] = [data.fence, data.lease]
  store.step(to.now, () => Object.assign(data, { fence, lease }))
  data.fence++
  data.lease = { holder: to.holder, fence: data.fence, until: to.until, writes: 0 }
  return { data, fence: data.fence }
}

interface Held extends MemoryLedgerOptions {
  readonly store: LedgerStore
  readonly lane: LaneId
  readonly data: LaneStore
  readonly ttlMs: number
  readonly fence: number
  /** When the lease was asked for: its life is counted from then. */
  readonly asked: number
  readonly wire: Wire
}

/**
 * The holder's side of a lease. It renews itself at a third of its life, and aborts its signal at nine tenths of the life since the
 * last renewal that was *sent*, so always before the store may give it to another.
 */
function memoryLease(held: Held): Lease {
  const { store, lane, clock, wire, ttlMs, fence } = held
  const ended = new AbortController()
  let deadline = held.asked + ttlMs * 0.9
  let writes = 0

  const lost = (): LeaseLost => {
    const error = new LeaseLost(lane)
    ended.abort(error)
    return error
  }

  /** The lane, if the lease is still ours and the store has forgotten none of our writes. */
  const mine = (): LaneStore => {
    const data = store.lane(lane)
    if (held.acceptsLapsed) return data
    const { lease } = data
    const ours =
      lease?.fence === fence && lease.until > clock.now() && data === held.data && (lease.writes === writes || held.ignoresForgetting)
    if (!ours || ended.signal.aborted) throw lost()
    return data
  }

  const write = async (what: string, effect: (data: LaneStore, now: number) => void): Promise<void> => {
    if (ended.signal.aborted && !held.acceptsLapsed) throw new LeaseLost(lane)
    await wire(`ledger.${what}`, () => {
      const data = mine()
      const now = clock.now()
      effect(data, now)
      const { lease } = data
      if (lease?.fence !== fence) return
      store.step(now, () => lease.writes--)
      lease.writes++
      writes++
    })
  }

  const renew = async (): Promise<void> => {
    while (!ended.signal.aborted) {
      await clock.sleep(ttlMs / 3, { signal: ended.signal })
      const sent = clock.now()
      try {
        await wire('ledger.renew', () => {
          const { lease } = mine()
          if (lease) lease.until = clock.now() + ttlMs
        })
        deadline = sent + ttlMs * 0.9
      } catch {
        // Out of reach for now. `watch` ends the lease in time if it stays so.
      }
    }
  }

  const watch = async (): Promise<void> => {
    while (!ended.signal.aborted) {
      const left = deadline - clock.now()
      if (left <= 0) throw lost()
      await clock.sleep(left, { signal: ended.signal })
    }
  }

  void renew().catch(() => undefined)
  void watch().catch(() => undefined)

  return {
    lane,
    fence,
    signal: ended.signal,
    intend: (intents) => write('intend', (data, now) => intendAll(store, data, intents, now)),
    withdraw: (ids) =>
      write('withdraw', ({ entries }, now) => {
        for (const key of ids.map(entryKey)) {
          const entry = entries.get(key)
          if (entry?.state === 'intended' && entry.tries === 1 && !entry.receipt) store.set(entries, key, undefined, now)
        }
      }),
    gained: (ids) =>
      write('gained', ({ entries }, now) => {
        for (const key of ids.map(entryKey)) {
          const entry = entries.get(key)
          if (entry?.state === 'intended') store.set(entries, key, { ...entry, tries: Math.max(1, entry.tries - 1) }, now)
        }
      }),
    settle: (outcomes) =>
      write('settle', ({ entries }, now) => {
        for (const outcome of outcomes) {
          const key = entryKey(outcome.id)
          store.set(entries, key, settled(entries.get(key), outcome), now)
        }
      }),
    removed: (listing, ids) =>
      write('removed', ({ entries }, now) => {
        for (const key of ids.map(entryKey)) {
          const entry = entries.get(key)
          if (entry?.listing === listing) store.set(entries, key, { ...entry, gone: true }, now)
        }
      }),
    house: (homes, moving) =>
      write('house', (data, now) => {
        for (const home of homes) houseOne(store, data, home, now)
        for (const { listing, left, cursor, later } of moving) {
          const { donePass, cursor: standing } = standingOf(data, listing)
          const from = later ? standing : cursor
          const due = later ? { due: true as const } : {}
          store.set(data.listings, listing, { donePass, left, ...due, ...(from === undefined ? {} : { cursor: from }) }, now)
        }
      }),
    note: (all) =>
      write('note', ({ notes }, now) => {
        for (const note of all) store.set(notes, note.place, note.made === undefined && note.left === undefined ? undefined : note, now)
      }),
    advance: (listing, cursor, donePass) =>
      write('advance', (data, now) => {
        const standing = donePass === undefined ? standingOf(data, listing) : { donePass }
        store.set(data.listings, listing, { ...standing, cursor }, now)
      }),
    rewind: (listing) =>
      write('rewind', (data, now) => {
        const { cursor: _, ...standing } = standingOf(data, listing)
        store.set(data.listings, listing, standing, now)
      }),
    raise: (floors) =>
      write('raise', (data, now) => {
        for (const { place, since } of floors) {
          if (!isLower(since, data.floors.get(place) ?? '')) store.set(data.floors, place, since, now)
        }
      }),
    suspect: (searches) =>
      write('suspect', ({ suspects }, now) => {
        for (const { place, since = '' } of searches) {
          const known = suspects.get(place)
          store.set(suspects, place, known === undefined ? since : lowest(known, since), now)
        }
      }),
    cleared: (places) =>
      write('cleared', ({ suspects }, now) => {
        for (const place of places) store.set(suspects, place, undefined, now)
      }),
    async release() {
      if (ended.signal.aborted) return
      await wire('ledger.release', () => {
        const data = store.lane(lane)
        if (data.lease?.fence !== fence || data !== held.data) return
        const before = data.lease
        store.step(clock.now(), () => Object.assign(data, { lease: before }))
        data.lease = undefined
      }).catch(() => undefined)
      lost()
    },
  }
}

const standingOf = ({ listings }: LaneStore, listing: string): ListingState => listings.get(listing) ?? { donePass: 0 }

function houseOne(store: LedgerStore, { homes, dates }: LaneStore, home: Home, now: number): void {
  const { collection, place } = home
  const was = dates.get(collection)
  const modifiedAt = home.modifiedAt ?? was?.modifiedAt
  const dated = home.dated ?? (was?.dated === true && homes.get(collection) === place && was.modifiedAt === modifiedAt)
  store.set(homes, collection, place, now)
  if (modifiedAt !== undefined) store.set(dates, collection, { modifiedAt, dated }, now)
}

function intendAll(store: LedgerStore, { entries }: LaneStore, intents: readonly Intent[], now: number): void {
  for (const { id, listing, version, place } of intents) {
    const key = entryKey(id)
    const before = bare(entries.get(key))
    const entry: Entry = { ...before, key, id, state: 'intended', listing, version: versionKey(version), tries: before.tries + 1, place }
    store.set(entries, key, entry, now)
  }
}
