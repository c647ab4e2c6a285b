import type { Account, Call, Listing, Measured, Source } from '@offramp/core'
import type { Choices } from '@offramp/formats'
import { measureCalendar } from './calendars-measure.ts'
import { CalendarReader } from './calendars-reader.ts'
import { CalendarWalk } from './calendars-walk.ts'
import type { Google } from './client.ts'
import { WORK_BYTES } from './limits.ts'
import { decodePosition, type Position, printOf } from './work-cursor.ts'

interface CalendarServices {
  readonly choices?: Choices['calendars']
  /** Bytes of series that are held at once. */
  readonly held?: number
}

/**
 * One account's calendars, read by delegation. Each calendar is a listing and a collection; an item is an event, or a series with all its
 * exceptions. Calendars that belong to others, and those that Google fills, are named and not walked.
 */
export function calendarSource(google: Google, account: Account, services: CalendarServices): Source {
  const { choices = {}, held = WORK_BYTES.series } = services
  const client = google.calendars(account)
  const reader = new CalendarReader({ client, acls: google.calendars(account, 'acls'), account, choices })
  const walks = new Map<string, CalendarWalk>()

  async function* listings(call: Call): AsyncGenerator<Listing> {
    call.signal.throwIfAborted()
    for (const { collection, skip } of await reader.askCalendars(call))
      yield { id: collection.id, collection, ...(skip === undefined ? {} : { skip }) }
  }

  async function walkOf(id: string, call: Call): Promise<{ readonly walk: CalendarWalk; readonly made: string }> {
    const calendar = await reader.calendar(id, call)
    const made = reader.made(calendar)
    // As its owner sees it now: renamed, it is another one.
    const key = printOf(id, made, calendar.collection)
    const walk = walks.get(key) ?? new CalendarWalk({ reader, calendar, held })
    walks.set(key, walk)
    return { walk, made }
  }

  async function* measure(call: Call): AsyncGenerator<Measured> {
    for (const calendar of await reader.askCalendars(call)) {
      if (calendar.skip === undefined) yield await measureCalendar({ client, on: reader.on }, calendar, call)
    }
  }

  return {
    name: `google calendars ${account.name}`,
    profile: { kind: 'event', offers: [] },
    listings,

    async page(listing, after, limit, call) {
      call.signal.throwIfAborted()
      const at = after === undefined ? undefined : decodePosition(after)
      const { walk, made } = await walkOf(listing.id, call)
      // With other reminders, another zone or other choices, events are other bytes without having changed.
      const position: Position = at?.made === made ? at : { mode: 'first', made }
      return walk.next(position, { limit: Math.max(1, limit), call })
    },

    open: (ref, call) => reader.open(ref, call),
    async *census(listing, call) {
      yield* (await walkOf(listing.id, call)).walk.census(call)
    },
    measure,
  }
}
