import {
  type Cursor,
  Fault,
  type Item,
  type ItemRef,
  type Kind,
  type Listing,
  type Page,
  type Reason,
  type Source,
  type Trait,
} from '@offramp/core'
import type { Held, MemoryAccount } from './account.ts'
import { directWire, type Wire } from './wire.ts'

export interface MemorySourceOptions {
  readonly kind?: Kind
  readonly offers?: readonly Trait[]
  readonly wire?: Wire
  /**
   * One listing for the whole account (as Gmail has it) in place of one a collection. It can be counted, without natural keys and dates, and
   * where its cursor has died, or it has to be walked anew, it says where to begin again.
   */
  readonly whole?: boolean
  /** Collections that are named and not walked. */
  readonly skip?: ReadonlyMap<string, Reason>
  /** Items that cannot be read, with the fault that says so. Thrown from the body. */
  readonly poison?: ReadonlyMap<string, () => Fault>
  /** 0 to 1 as `Math.random` gives it: now and then a page is empty, short, or names an item twice. Absent: never. */
  readonly noise?: () => number
  /** Bytes of one chunk of a body. */
  readonly chunk?: number
}

const gone = (id: string): Fault =>
  new Fault({ reach: 'item', code: 'memory-gone', reason: 'gone', message: `Item ${id} is no longer in the account.` })

const deadCursor = (restart?: Cursor): Fault =>
  new Fault({
    reach: 'listing',
    code: 'memory-cursor-dead',
    message: 'The account has forgotten this cursor.',
    ...(restart === undefined ? {} : { restart }),
  })

/** Where a listing stands: first through what is there (`all`, after an order), then through the log of changes (`log`, from a number). */
interface Standing {
  readonly generation: number
  readonly phase: 'all' | 'log'
  /** Where the log is taken up. */
  readonly seq: number
  readonly after: number
}

/** Undefined where it is of an earlier generation. */
function readCursor(cursor: Cursor, generation: number): Standing | undefined {
  const [written, phase, seq, after] = cursor.split(':')
  if (Number(written) !== generation || (phase !== 'all' && phase !== 'log')) return undefined
  return { generation, phase, seq: Number(seq), after: Number(after) }
}

const writeCursor = (at: Standing): Cursor => `${at.generation}:${at.phase}:${at.seq}:${at.after}`

/** A source over a `MemoryAccount`. Listings are deltas, pages are live (not a snapshot), as Graph's are. */
export function memorySource(account: MemoryAccount, options: MemorySourceOptions = {}): Source {
  const wire = options.wire ?? directWire
  const noise = options.noise ?? (() => 1)
  const seen = new WeakMap<ItemRef, Held>()

  const refOf = (held: Held): ItemRef => {
    const ref: ItemRef = { id: held.id, version: String(held.version), size: held.body.length }
    seen.set(ref, held)
    return ref
  }

  const collectionsOf = (listing: Listing): ReadonlySet<string> =>
    new Set(listing.collection ? [listing.id] : account.collections().map(({ id }) => id))

  const listAll = (listing: Listing, at: Standing, limit: number): Page => {
    const homes = collectionsOf(listing)
    const held = account
      .items()
      .filter((item) => homes.has(item.home) && item.order > at.after)
      .sort((a, b) => a.order - b.order)
    const some = held.slice(0, limit)
    const last = some.length === held.length
    const after = some.at(-1)?.order ?? at.after
    return { refs: some.map(refOf), cursor: writeCursor({ ...at, ...(last ? { phase: 'log' } : { after }) }), last }
  }

  const listChanges = (listing: Listing, at: Standing, limit: number): Page => {
    const homes = collectionsOf(listing)
    const changes = account.changes(at.seq, homes)
    const some = changes.slice(0, limit)
    const last = some.length === changes.length
    const refs = some.map(({ id }) => {
      const held = account.item(id)
      return held && homes.has(held.home) ? refOf(held) : { id, version: '', removed: true as const }
    })
    const next = last ? account.sequence : (some.at(-1)?.seq ?? at.seq) + 1
    return { refs, cursor: writeCursor({ ...at, seq: next }), last }
  }

  const page = (listing: Listing, after: Cursor | undefined, limit: number): Page => {
    const first: Standing = { generation: account.generation, phase: 'all', seq: account.sequence, after: 0 }
    const at = after === undefined ? first : readCursor(after, account.generation)
    if (!at) throw deadCursor(options.whole ? writeCursor(first) : undefined)
    if (noise() < 0.05) return { refs: [], cursor: writeCursor(at), last: false }
    const some = noise() < 0.2 ? Math.max(1, limit >> 1) : limit
    const answer = at.phase === 'all' ? listAll(listing, at, some) : listChanges(listing, at, some)
    const twice = answer.refs[0]
    return twice && answer.refs.length < limit && noise() < 0.1 ? { ...answer, refs: [...answer.refs, { ...twice }] } : answer
  }

  const itemOf = (held: Held): Item => {
    const home = account.collection(held.home)
    if (!home) throw gone(held.id)
    return {
      id: held.id,
      version: String(held.version),
      size: held.body.length,
      kind: options.kind ?? 'mail',
      naturalKey: held.naturalKey,
      home,
      traits: held.traits,
      revision: held.revision,
      label: `Item ${held.id}`,
      async *body(call) {
        const body = await wire(
          'source.body',
          () => {
            const poison = options.poison?.get(held.id)
            if (poison) throw poison()
            const now = account.item(held.id)
            if (!now) throw gone(held.id)
            return now.body
          },
          call,
        )
        const chunk = options.chunk ?? 65_536
        for (let at = 0; at < body.length; at += chunk) {
          call.signal.throwIfAborted()
          yield body.subarray(at, at + chunk)
        }
      },
    }
  }

  return {
    name: 'memory',
    profile: { kind: options.kind ?? 'mail', offers: options.offers ?? ['read', 'flagged', 'receivedAt', 'keywords'] },
    async *listings(call) {
      const named = await wire('source.listings', () => account.collections(), call)
      if (options.whole) {
        const again = writeCursor({ generation: account.generation, phase: 'all', seq: account.sequence, after: 0 })
        return yield { id: 'whole', collections: named, items: account.items().length, again }
      }
      for (const collection of named) {
        const skip = options.skip?.get(collection.id)
        const items = account.items().filter(({ home }) => home === collection.id)
        const bytes = items.reduce((sum, { body }) => sum + body.length, 0)
        yield { id: collection.id, collection, items: items.length, bytes, ...(skip ? { skip } : {}) }
      }
    },
    page: (listing, after, limit, call) => wire('source.page', () => page(listing, after, limit), call),
    async open(ref, call) {
      const listed = seen.get(ref)
      if (listed) return itemOf(listed)
      return wire(
        'source.open',
        () => {
          const held = account.item(ref.id)
          if (!held) throw gone(ref.id)
          return itemOf(held)
        },
        call,
      )
    },
    ...(options.whole
      ? {
          async *census(_, call) {
            const held = await wire('source.census', () => account.items(), call)
            yield held.map((one) => {
              const { receivedAt: _, ...traits } = itemOf(one).traits
              return { ...itemOf(one), naturalKey: '', traits }
            })
          },
        }
      : {}),
  }
}
