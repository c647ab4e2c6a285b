import { noteDead, syncOf, syncTokenOf } from '../kept/sync-token.ts'
import { walkPage } from '../kept/walk.ts'
import type { Asked, Shown } from '../serve/asked.ts'
import { sizeOf } from '../serve/pages.ts'
import { type Calendar, shown } from './calendar.ts'
import { badRequest, eventNotFound, fullSyncRequired } from './errors.ts'
import { instancesOf } from './instances.ts'
import { calendarOf, defaultRemindersOf, roleOf, type Seen } from './list-routes.ts'
import { isCancelled, isException, type KeptEvent } from './state.ts'

/** What a sync token cannot be combined with (reference of `events.list`, `syncToken`). */
const WINDOWS = ['iCalUID', 'orderBy', 'privateExtendedProperty', 'q', 'sharedExtendedProperty', 'timeMin', 'timeMax', 'updatedMin']
/** What makes a listing that leaves things out, or takes them apart. */
const SUSPECT = [...WINDOWS.filter((name) => name !== 'iCalUID'), 'maxAttendees', 'timeZone', 'eventTypes']

const on = (asked: Asked, name: string): boolean => asked.query.get(name) === 'true'

function sinceOf(asked: Asked, calendar: Calendar): { readonly since: number; readonly fullAt: number } {
  const sync = syncOf(asked)
  if (sync === undefined) return { since: 0, fullAt: asked.state.now() }
  const clash = WINDOWS.find((name) => asked.query.has(name))
  if (clash !== undefined) throw badRequest(`Sync token cannot be used with ${clash}.`)
  if (asked.query.get('showDeleted') === 'false') throw badRequest('showDeleted cannot be false with a sync token.')
  if (sync === 'other') {
    asked.state.violations.note('events.list with a sync token and other parameters than those it was got with')
    throw badRequest('Sync token was not obtained with these parameters.')
  }
  if (sync === 'strange' || sync.since < calendar.events.horizon) {
    noteDead(asked)
    throw fullSyncRequired(calendar.events.now % 2 === 0)
  }
  return sync
}

function checkListing(asked: Asked): void {
  const { violations } = asked.state
  if (on(asked, 'singleEvents')) {
    violations.note('events.list with singleEvents: series are taken apart')
    throw badRequest('The emulated domain takes no series apart: ask events.instances.')
  }
  for (const name of SUSPECT) if (asked.query.has(name)) violations.note(`events.list with ${name}: not the whole calendar`)
}

/** Deleted occurrences come even where deleted events are not asked for, unless occurrences are (`showDeleted`). */
function shows(asked: Asked, calendar: Calendar, since: number): (event: KeptEvent) => boolean {
  const deleted = on(asked, 'showDeleted') || since > 0 || asked.query.has('syncToken')
  const hidden = on(asked, 'showHiddenInvitations')
  const uid = asked.query.get('iCalUID')
  return (event) => {
    const { json } = event
    if (uid !== null && json.iCalUID !== uid) return false
    if (json.extendedProperties?.private?.['hiddenInvitation'] === 'yes' && !hidden) return false
    if (!isCancelled(json)) return true
    return deleted || (isException(json) && shown(event, calendar).recurringEventId !== undefined)
  }
}

/** `events.list`: masters, exceptions and single events as items of their own, in an order that says nothing. */
export function listEvents(asked: Asked): Shown {
  const seen = calendarOf(asked)
  const { calendar } = seen
  checkListing(asked)
  const size = sizeOf(asked, 250, 2_500)
  const { since, fullAt } = sinceOf(asked, calendar)
  const { entries, nextPageToken, began } = walkPage(asked, { kept: calendar.events, since, size, shows: shows(asked, calendar, since) })
  const items = entries.map(({ value }) => shown(value, calendar))
  const canSync = !WINDOWS.some((name) => asked.query.has(name))
  return {
    json: {
      ...head(asked, seen),
      items,
      ...(nextPageToken !== undefined && { nextPageToken }),
      ...(began !== undefined && canSync && { nextSyncToken: syncTokenOf(asked, began, fullAt) }),
    },
  }
}

function head(asked: Asked, seen: Seen): object {
  const { calendar } = seen
  return {
    kind: 'calendar#events',
    etag: `"${calendar.events.now}"`,
    summary: calendar.summary,
    ...(calendar.facts.description !== undefined && { description: calendar.facts.description }),
    updated: new Date(asked.state.now()).toISOString(),
    timeZone: calendar.facts.timeZone,
    accessRole: roleOf(asked, seen),
    defaultReminders: defaultRemindersOf(seen),
  }
}

export function getEvent(asked: Asked): Shown {
  const { calendar } = calendarOf(asked)
  const event = calendar.events.get(asked.names['event'] ?? '')
  if (event === undefined) throw eventNotFound()
  return { json: { ...shown(event, calendar) } }
}

/** `events.instances`: every occurrence between two instants, by an expansion of its own. */
export function listInstances(asked: Asked): Shown {
  const seen = calendarOf(asked)
  const { calendar } = seen
  const master = calendar.events.get(asked.names['event'] ?? '')?.json
  if (master === undefined || isException(master)) throw eventNotFound()
  const size = sizeOf(asked, 250, 2_500)
  const bound = (name: string, usual: number): number => {
    const text = asked.query.get(name)
    return text === null ? usual : Date.parse(text)
  }
  const to = bound('timeMax', asked.state.now() + 2 * 365 * 86_400_000)
  const all = instancesOf(master, calendar.exceptionsOf(master.id ?? ''), { from: bound('timeMin', Number.NEGATIVE_INFINITY), to })
  const from = Number(asked.query.get('pageToken') ?? 0)
  return {
    json: {
      ...head(asked, seen),
      items: all.slice(from, from + size),
      ...(from + size < all.length && { nextPageToken: String(from + size) }),
    },
  }
}
