import { type Call, Fault, type Item, type Page } from '@offramp/core'
import type { Json } from '@offramp/wire'
import type { OwnCalendar } from './calendars-list.ts'
import { type EventPage, readEvents } from './calendars-pages.ts'
import type { CalendarReader } from './calendars-reader.ts'
import {
  ALL_SERIES,
  behindShard,
  eventId,
  firstHalf,
  groupsOf,
  isCancelled,
  SeriesShelf,
  type Shard,
  seriesId,
  sortOf,
} from './calendars-series.ts'
import { type Delta, encodePosition, type First, type Position, type Series } from './work-cursor.ts'
import { fill, type Room, type Unit } from './work-page.ts'

interface WalkParts {
  readonly reader: CalendarReader
  readonly calendar: OwnCalendar
  /** Bytes of series that are held at once. */
  readonly held: number
}

/** A shelf that is being filled while the pages of a first pass go by: it is of use only where it has seen all of them. */
interface Gathering {
  readonly shelf: SeriesShelf
  /** The token of the page that it waits for; `null`: all have gone by. */
  next: string | undefined | null
}

/**
 * One calendar, page by page. A first pass names single events while Google's pages go by, and then the series, which are whole only behind the
 * last page (`SeriesShelf`). A later one follows Google's sync token, and reads each series of which anything has changed anew: an exception
 * comes alone, and says nothing of its series.
 */
export class CalendarWalk {
  readonly #reader: CalendarReader
  readonly #calendar: OwnCalendar
  readonly #held: number
  #kept: { readonly key: string; readonly page: EventPage } | undefined
  #gathering: Gathering | undefined

  constructor({ reader, calendar, held }: WalkParts) {
    this.#reader = reader
    this.#calendar = calendar
    this.#held = held
  }

  next(at: Position, room: Room): Promise<Page> {
    if (at.mode === 'first') return this.#first(at, room)
    return at.mode === 'series' ? this.#series(at, room) : this.#delta(at, room)
  }

  async #first(at: First, room: Room): Promise<Page> {
    const { made, token } = at
    if (token === undefined && at.after === undefined && at.part === undefined) {
      this.#kept = undefined
      this.#gathering = { shelf: new SeriesShelf(this.#held, ALL_SERIES), next: undefined }
    }
    const page = await this.#page({ ...(token === undefined ? {} : { token }) }, room.call)
    this.#gather(token, page)
    const { refs, spot } = await fill(
      page.events.flatMap((event) => this.#alone(event)),
      at,
      room,
    )
    if (spot !== undefined) return { refs, cursor: encodePosition({ mode: 'first', made, ...tokenAs(token), ...spot }), last: false }
    this.#kept = undefined
    if (page.token !== undefined) return { refs, cursor: encodePosition({ mode: 'first', made, token: page.token }), last: false }
    const sync = this.#syncOf(page)
    const gathered = this.#gathering?.next === null ? this.#gathering.shelf : undefined
    if (gathered !== undefined && !gathered.overflown && gathered.size === 0) return this.#end(refs, { mode: 'delta', made, sync })
    const shard = gathered?.overflown ? firstHalf(ALL_SERIES) : ALL_SERIES
    return { refs, cursor: encodePosition({ mode: 'series', made, sync, ...shard }), last: false }
  }

  #gather(token: string | undefined, page: EventPage): void {
    const gathering = this.#gathering
    if (gathering === undefined || gathering.next !== token) return
    gathering.shelf.add(page.events)
    gathering.next = page.token ?? null
  }

  async #series(at: Series, room: Room): Promise<Page> {
    const { made, sync } = at
    const shelf = await this.#shelf(at, room.call)
    const { shard } = shelf
    const units = shelf.groups().map((group): Unit => ({ key: group.id, refs: () => this.#reader.groupRefs(this.#calendar, group) }))
    // Of half a shard nothing has been given yet.
    const filled = await fill(units, shard.span === at.span ? at : {}, room)
    const here = { mode: 'series', made, sync } as const
    if (filled.spot !== undefined) return { refs: filled.refs, cursor: encodePosition({ ...here, ...shard, ...filled.spot }), last: false }
    this.#gathering = undefined
    const next = behindShard(shard)
    if (next !== undefined) return { refs: filled.refs, cursor: encodePosition({ ...here, ...next }), last: false }
    return this.#end(filled.refs, { mode: 'delta', made, sync })
  }

  /** The series of a shard, or of as much of it as may be held: as they were gathered on the way, or from the pages once more. */
  async #shelf({ from, span }: Shard, call: Call): Promise<SeriesShelf> {
    const known = this.#gathering
    const isKnown = known?.next === null && known.shelf.shard.from === from && known.shelf.shard.span === span && !known.shelf.overflown
    if (isKnown) return known.shelf
    for (let shard: Shard = { from, span }; ; shard = firstHalf(shard)) {
      const shelf = new SeriesShelf(this.#held, shard)
      for await (const events of this.#allPages(call)) {
        shelf.add(events)
        if (shelf.overflown) break
      }
      if (shelf.overflown) continue
      this.#gathering = { shelf, next: null }
      return shelf
    }
  }

  async *#allPages(call: Call): AsyncGenerator<readonly Json[]> {
    let token: string | undefined
    do {
      const page = await readEvents(this.#reader.client, { calendar: this.#calendar.collection.id, ...tokenAs(token) }, call)
      yield page.events
      token = page.token
    } while (token !== undefined)
  }

  async #delta(at: Delta, room: Room): Promise<Page> {
    const { made, sync, token } = at
    if (at.after === undefined && at.part === undefined) this.#kept = undefined
    const page = await this.#page({ sync, ...tokenAs(token) }, room.call)
    const { refs, spot } = await fill(this.#changed(page.events), at, room)
    if (spot !== undefined) return { refs, cursor: encodePosition({ mode: 'delta', made, sync, ...tokenAs(token), ...spot }), last: false }
    this.#kept = undefined
    if (page.token !== undefined) return { refs, cursor: encodePosition({ mode: 'delta', made, sync, token: page.token }), last: false }
    return this.#end(refs, { mode: 'delta', made, sync: this.#syncOf(page) })
  }

  #end(refs: Page['refs'], at: Delta): Page {
    this.#gathering = undefined
    return { refs, cursor: encodePosition(at), last: true }
  }

  /** What needs nothing else of its calendar. */
  #alone(event: Json): readonly Unit[] {
    const sort = sortOf(event)
    if (sort === 'single') return [{ key: eventId(event), refs: () => [this.#reader.ref(this.#calendar, { event, exceptions: [] })] }]
    return sort === 'removed' ? [{ key: eventId(event), refs: () => this.#reader.removed(this.#calendar, event) }] : []
  }

  /** Changes of one page; a series once, whatever of it has changed. */
  #changed(events: readonly Json[]): readonly Unit[] {
    const parts = events.filter((event) => this.#alone(event).length === 0)
    const series = [...groupsOf(parts).values()].map((group): Unit => {
      const seen = [...(group.master === undefined ? [] : [group.master]), ...group.exceptions]
      return { key: `series ${group.id}`, refs: (call) => this.#reread(seen, call) }
    })
    return [...events.flatMap((event) => this.#alone(event)), ...series]
  }

  async #reread(seen: readonly Json[], call: Call): Promise<Page['refs']> {
    const [first] = seen
    if (first === undefined) return []
    const uid = seen.map((event) => event['iCalUID']).find((each) => typeof each === 'string')
    const group = await this.#reader.group(this.#calendar.collection.id, { id: seriesId(first), uid, call })
    // What was deleted may be told by the change alone.
    const told = seen.filter((event) => sortOf(event) === 'exception' && isCancelled(event) && !hasId(group.exceptions, eventId(event)))
    return this.#reader.groupRefs(this.#calendar, { ...group, exceptions: [...group.exceptions, ...told] })
  }

  /** Everything there is, with homes and versions. */
  async *census(call: Call): AsyncGenerator<readonly Item[]> {
    const reader = this.#reader
    const calendar = this.#calendar
    let shelf = new SeriesShelf(this.#held, ALL_SERIES)
    for await (const events of this.#allPages(call)) {
      yield events.flatMap((event) => (sortOf(event) === 'single' ? [reader.counted(calendar, { event, exceptions: [] })] : []))
      shelf.add(events)
    }
    let next: Shard | undefined = ALL_SERIES
    while (next !== undefined) {
      if (shelf.overflown || shelf.shard !== next) shelf = await this.#shelf(next, call)
      this.#gathering = undefined
      for (const { master, exceptions } of shelf.groups()) {
        if (master !== undefined) yield [reader.counted(calendar, { event: master, exceptions })]
        else yield exceptions.flatMap((event) => (isCancelled(event) ? [] : [reader.counted(calendar, { event, exceptions: [] })]))
      }
      next = behindShard(shelf.shard)
    }
  }

  async #page(question: { readonly sync?: string; readonly token?: string }, call: Call): Promise<EventPage> {
    const key = JSON.stringify([question.sync, question.token])
    if (this.#kept?.key === key) return this.#kept.page
    const page = await readEvents(this.#reader.client, { calendar: this.#calendar.collection.id, ...question }, call)
    this.#kept = { key, page }
    return page
  }

  #syncOf({ sync }: EventPage): string {
    if (sync !== undefined) return sync
    const message = `Google ended a listing of ${this.#reader.client.about} without saying where its changes begin.`
    throw new Fault({ reach: 'call', code: 'google-no-sync-token', message })
  }
}

const tokenAs = (token: string | undefined): { readonly token?: string } => (token === undefined ? {} : { token })

const hasId = (events: readonly Json[], id: string): boolean => events.some((event) => eventId(event) === id)
