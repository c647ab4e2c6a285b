import { asFault, type Fault } from '@offramp/core'
import { readCalendar } from '../ical/read-calendar.ts'
import { all, asJcal, type Found, textOf } from '../ical/read-components.ts'
import { derivedUid } from '../meaning/derived-uid.ts'
import { notUnderstood } from '../not-understood.ts'
import { ianaZone } from '../zone/iana-zone.ts'
import type { CalendarEvent, EventFacts, Moment, Override, Recurrence } from './model.ts'
import { textOf as momentText } from './normal-moment.ts'
import { readFacts } from './read-facts.ts'
import { type FileZones, momentOfProperty, readMoments } from './read-moment.ts'
import { ruleText } from './rule.ts'

/** Without one of these, or with half of one, an event would be another. */
const NEEDED = new Set(['dtstart', 'dtend', 'duration', 'rrule', 'exrule', 'rdate', 'exdate', 'recurrence-id', 'uid'])

function check(found: Found): void {
  if (found.cut) throw notUnderstood('It ends in the middle.')
  if (found.broken.some((name) => NEEDED.has(name))) throw notUnderstood('It says in a way that nobody can read when it takes place.')
}

function factsOf(found: Found, file: FileZones): EventFacts {
  check(found)
  const start = momentOfProperty(found, 'dtstart', file)
  if (start === undefined) throw notUnderstood('It does not say when it begins.')
  return { ...readFacts(found, file), start }
}

const rules = (found: Found, name: string): readonly string[] => all(found, name).map(([, , , value]) => ruleText(value))

function recurrenceOf(found: Found, file: FileZones): Recurrence | undefined {
  const dates = (name: string): readonly Moment[] => all(found, name).flatMap((property) => readMoments(property, file))
  const [given, except, rdates, exdates] = [rules(found, 'rrule'), rules(found, 'exrule'), dates('rdate'), dates('exdate')]
  if (given.length + rdates.length === 0) return undefined
  return {
    rules: given,
    ...(except.length === 0 ? {} : { exceptRules: except }),
    ...(rdates.length === 0 ? {} : { dates: rdates }),
    ...(exdates.length === 0 ? {} : { exceptDates: exdates }),
  }
}

function overrideOf(found: Found, file: FileZones): Override {
  const insteadOf = momentOfProperty(found, 'recurrence-id', file)
  if (insteadOf === undefined) throw notUnderstood('One of its exceptions does not say what it replaces.')
  return { ...factsOf(found, file), insteadOf }
}

/** An exception whose series is not there: an event of its own. */
function orphan(uid: string, found: Found, file: FileZones): CalendarEvent {
  const { insteadOf, ...facts } = overrideOf(found, file)
  return { ...facts, uid: derivedUid(uid, momentText(insteadOf)) }
}

const order = (a: Found, b: Found): number => Number(textOf(b, 'sequence') ?? 0) - Number(textOf(a, 'sequence') ?? 0)

function tried(read: () => CalendarEvent): CalendarEvent | Fault {
  try {
    return read()
  } catch (thrown) {
    const fault = asFault(thrown)
    return fault.reach === 'item' ? fault : notUnderstood('It cannot be read.', thrown)
  }
}

/** All events of one UID: the series with its exceptions as one, the newest first where there are two of it, exceptions without a series alone. */
function eventsOf(uid: string, events: readonly Found[], file: FileZones): readonly (CalendarEvent | Fault)[] {
  const exceptions = events.filter((one) => all(one, 'recurrence-id').length > 0 || one.broken.includes('recurrence-id'))
  const masters = events.filter((one) => !exceptions.includes(one)).sort(order)
  if (masters.length === 0) return exceptions.map((one) => tried(() => orphan(uid, one, file)))
  return masters.map((master, at) =>
    tried(() => {
      const recurrence = recurrenceOf(master, file)
      const overrides = at > 0 ? [] : exceptions.map((one) => overrideOf(one, file))
      return {
        ...factsOf(master, file),
        uid: at === 0 ? uid : derivedUid(uid, String(at)),
        ...(recurrence === undefined ? {} : { recurrence }),
        ...(overrides.length === 0 ? {} : { overrides }),
      }
    }),
  )
}

/** A UID for an event that has none: the same for the same event. */
const invented = (found: Found): string => derivedUid('without-uid', JSON.stringify(asJcal(found)))

/**
 * All events of a foreign file, one a UID, as leniently as can be: marks, Latin-1, wrong folding and lines that nobody can read cost nothing but
 * themselves. Each is whole or a fault (`item`/`not-understood`), never half a series. Text that is no calendar at all is one fault. Never throws.
 */
export function fromICalendar(bytes: Uint8Array): readonly (CalendarEvent | Fault)[] {
  const { calendars, found } = readCalendar(bytes)
  if (found.length === 0 && calendars.length === 0) return [notUnderstood('It is no calendar.')]
  const usual = ianaZone(calendars.map((one) => textOf(one, 'x-wr-timezone')).find((name) => name !== undefined))
  const file: FileZones = { zones: found.filter(({ name }) => name === 'vtimezone'), ...(usual === undefined ? {} : { usual }) }
  const events = found.filter(({ name }) => name === 'vevent')
  const byUid = Map.groupBy(events, (event) => textOf(event, 'uid')?.trim() || invented(event))
  return [...byUid].flatMap(([uid, group]) => eventsOf(uid, group, file))
}
