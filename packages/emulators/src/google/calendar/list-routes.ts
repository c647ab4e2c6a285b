import type { Asked, Shown } from '../serve/asked.ts'
import { forbidden } from '../serve/errors.ts'
import { pageOf, sizeOf, tokenOf } from '../serve/pages.ts'
import type { Calendar } from './calendar.ts'
import { badRequest, eventNotFound } from './errors.ts'
import { CALENDAR_COLORS, EVENT_COLORS } from './palette.ts'
import type { CalendarEntryJson, ListEntry } from './state.ts'

/** A calendar of the caller's list, and how the caller sees it. */
export interface Seen {
  readonly calendar: Calendar
  readonly entry: ListEntry
}

export function calendarOf(asked: Asked): Seen {
  const name = asked.names['calendar'] ?? ''
  const id = name === 'primary' ? asked.account.address : name.toLowerCase()
  const entry = asked.account.calendarList.find((each) => each.calendar.toLowerCase() === id)
  const calendar = entry === undefined ? undefined : asked.state.calendars.get(entry.calendar)
  if (entry === undefined || calendar === undefined) throw eventNotFound()
  return { calendar, entry }
}

function entryJson(asked: Asked, { calendar, entry }: Seen): CalendarEntryJson {
  const primary = calendar.id === asked.account.address
  return {
    kind: 'calendar#calendarListEntry',
    etag: `"${calendar.events.now}"`,
    id: calendar.id,
    summary: calendar.summary,
    ...(calendar.facts.description !== undefined && { description: calendar.facts.description }),
    timeZone: calendar.facts.timeZone,
    colorId: '14',
    backgroundColor: '#9fe1e7',
    foregroundColor: '#000000',
    accessRole: calendar.facts.owner === asked.account.address ? 'owner' : 'reader',
    defaultReminders: [],
    conferenceProperties: { allowedConferenceSolutionTypes: ['hangoutsMeet'] },
    ...(primary ? { primary: true } : { dataOwner: calendar.facts.owner }),
    ...entry.json,
  }
}

export const defaultRemindersOf = ({ entry }: Seen) => entry.json.defaultReminders ?? []
export const roleOf = (asked: Asked, seen: Seen): string => entryJson(asked, seen).accessRole ?? 'reader'

export function listCalendars(asked: Asked): Shown {
  if (asked.query.has('syncToken')) throw badRequest('The emulated domain gives no sync tokens for calendar lists.')
  const most = sizeOf(asked, 100, 250)
  const page = pageOf(asked)
  const from = Number(page?.at[0] ?? 0)
  const all = asked.account.calendarList.filter(({ json }) => json.hidden !== true || asked.query.get('showHidden') === 'true')
  const items = all.slice(from, from + most).flatMap((entry) => {
    const calendar = asked.state.calendars.get(entry.calendar)
    return calendar === undefined ? [] : [entryJson(asked, { calendar, entry })]
  })
  return {
    json: {
      kind: 'calendar#calendarList',
      etag: '"list"',
      ...(from + most < all.length ? { nextPageToken: tokenOf(asked, (page?.page ?? 0) + 1, [from + most]) } : { nextSyncToken: 'list' }),
      items,
    },
  }
}

export function getCalendar(asked: Asked): Shown {
  const { calendar } = calendarOf(asked)
  const { description, timeZone, labels, owner } = calendar.facts
  return {
    json: {
      kind: 'calendar#calendar',
      etag: `"${calendar.events.now}"`,
      id: calendar.id,
      summary: calendar.summary,
      timeZone,
      ...(description !== undefined && { description }),
      ...(calendar.id !== owner && { dataOwner: owner }),
      ...(labels !== undefined && { labelProperties: { eventLabels: labels } }),
    },
  }
}

/** Of a calendar's owners only (facts 5.1). */
export function listAcl(asked: Asked): Shown {
  const seen = calendarOf(asked)
  if (roleOf(asked, seen) !== 'owner') throw forbidden('Forbidden')
  const most = sizeOf(asked, 100, 250)
  const page = pageOf(asked)
  const from = Number(page?.at[0] ?? 0)
  const all = [...seen.calendar.acl].map(([id, rule]) => ({ kind: 'calendar#aclRule', etag: '"0"', id, ...rule }))
  const shown = all.filter(({ role }) => role !== 'none' || asked.query.get('showDeleted') === 'true')
  return {
    json: {
      kind: 'calendar#acl',
      etag: '"acl"',
      ...(from + most < shown.length ? { nextPageToken: tokenOf(asked, (page?.page ?? 0) + 1, [from + most]) } : { nextSyncToken: 'acl' }),
      items: shown.slice(from, from + most),
    },
  }
}

const palette = (colors: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(colors).map(([id, background]) => [id, { background, foreground: '#1d1d1d' }]))

export const getColors = (): Shown => ({
  json: { kind: 'calendar#colors', updated: '2012-02-14T00:00:00.000Z', calendar: palette(CALENDAR_COLORS), event: palette(EVENT_COLORS) },
})

export const listSettings = (): Shown => ({
  json: {
    kind: 'calendar#settings',
    etag: '"s"',
    nextSyncToken: 's',
    items: [{ kind: 'calendar#setting', etag: '"0"', id: 'timezone', value: 'Europe/Berlin' }],
  },
})
