import { createHash } from 'node:crypto'
import { type Json, objectOf, textOf, textsOf } from '@offramp/wire'

/** What an item of `events.list` is: masters, exceptions and single events come side by side. */
export type EventSort = 'single' | 'master' | 'exception' | 'removed'

export function sortOf(event: Json): EventSort {
  if (textOf(event['recurringEventId']) !== undefined) return 'exception'
  if (isCancelled(event)) return 'removed'
  return textsOf(event['recurrence']).length > 0 ? 'master' : 'single'
}

export const isCancelled = (event: Json): boolean => event['status'] === 'cancelled'

export const eventId = (event: Json): string => textOf(event['id']) ?? ''

/** The series that a master is, or an exception belongs to. */
export const seriesId = (event: Json): string => textOf(event['recurringEventId']) ?? eventId(event)

/** A series as far as it has been seen. Without a master, its exceptions are orphans: their owner was invited to them alone. */
export interface Group {
  readonly id: string
  master?: Json
  readonly exceptions: Json[]
}

export function groupsOf(events: readonly Json[]): Map<string, Group> {
  const groups = new Map<string, Group>()
  for (const event of events) addTo(groups, event)
  return groups
}

function addTo(groups: Map<string, Group>, event: Json): void {
  const id = seriesId(event)
  const group = groups.get(id) ?? { id, exceptions: [] }
  groups.set(id, group)
  if (sortOf(event) === 'exception') group.exceptions.push(event)
  else group.master = event
}

/** A part of a calendar's series: those whose ids have a hash from `from` on, and below `from + span`. */
export interface Shard {
  readonly from: number
  readonly span: number
}

/** All of them. */
export const ALL_SERIES: Shard = { from: 0, span: 2 ** 32 }

/**
 * The series of a calendar, or of one shard of it, while its pages go by. Google lists masters and exceptions in any order, so that no series is
 * whole before the last page; and a series is one item. What is held is bounded: above `most` bytes it is given up, and the calendar's pages go
 * by once more for half of the shard, and then for what lies behind. A page costs one request for 2,500 events, so that even a calendar of
 * 50,000 costs 20 a shard; a shard that was interrupted is gathered again from the pages, and no cursor has to hold anything of it but its place.
 * One series alone is held whatever its size: half of it would be worse.
 */
export class SeriesShelf {
  readonly shard: Shard
  readonly #most: number
  readonly #groups = new Map<string, Group>()
  #bytes = 0
  #overflown = false

  constructor(most: number, shard: Shard) {
    this.#most = most
    this.shard = shard
  }

  /** Everything was too much, and is no longer held. */
  get overflown(): boolean {
    return this.#overflown
  }

  get size(): number {
    return this.#groups.size
  }

  add(events: readonly Json[]): void {
    for (const event of events) {
      if (this.#overflown) return
      const sort = sortOf(event)
      if ((sort !== 'master' && sort !== 'exception') || !isIn(this.shard, seriesId(event))) continue
      addTo(this.#groups, event)
      this.#bytes += JSON.stringify(event).length
      if (this.#bytes > this.#most && this.#groups.size > 1 && this.shard.span > 1) {
        this.#overflown = true
        this.#groups.clear()
      }
    }
  }

  /** In an order that is the same in every process. */
  groups(): readonly Group[] {
    return [...this.#groups.values()].sort((left, right) => (left.id < right.id ? -1 : 1))
  }
}

function isIn({ from, span }: Shard, id: string): boolean {
  if (span === ALL_SERIES.span) return true
  const hash = createHash('sha256').update(id).digest().readUInt32BE(0)
  return hash >= from && hash < from + span
}

/** The first half of a shard that was too much. */
export const firstHalf = ({ from, span }: Shard): Shard => ({ from, span: Math.max(1, Math.floor(span / 2)) })

/** What lies behind a shard, twice as wide, because one was dense is no reason for the next; undefined behind the last. */
export function behindShard({ from, span }: Shard): Shard | undefined {
  const next = from + span
  return next < ALL_SERIES.span ? { from: next, span: Math.min(span * 2, ALL_SERIES.span - next) } : undefined
}

/**
 * Who an event is in its account. Guests' copies go by the id of the organizer's event, so that an account with two calendars may have one id
 * twice; only the organizer's own copy can be moved to another calendar, and keeps the id alone.
 */
export function itemIdOf(event: Json, calendar: string): string {
  const organizer = objectOf(event['organizer'])
  const isOwn = organizer['self'] === true || Object.keys(organizer).length === 0
  return isOwn ? eventId(event) : `${eventId(event)}@${calendar}`
}

/** Of a deleted event often only the id is told: then either of the two items may have been it, and the other one is unknown here. */
export function removedIds(event: Json, calendar: string): readonly string[] {
  const own = eventId(event)
  return Object.keys(objectOf(event['organizer'])).length > 0 ? [itemIdOf(event, calendar)] : [own, `${own}@${calendar}`]
}
