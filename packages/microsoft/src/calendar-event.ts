import { Fault } from '@offramp/core'
import {
  type CalendarEvent,
  derivedUid,
  type EventFacts,
  htmlToText,
  type Meeting,
  type Moment,
  meetingOf,
  type Override,
  type RichText,
  wallClock,
} from '@offramp/formats'
import { type Json, numberOf, objectOf, objectsOf, textOf, textsOf } from '@offramp/wire'
import { categoriesOf, type People, peopleOf } from './calendar-people.ts'
import { ruleOf } from './calendar-recurrence.ts'
import { dateIn, dayAt, instantIn, momentAt, timeOf, zoneOf } from './calendar-zones.ts'

/** What has to be known beside the event's own JSON. */
export interface EventSetting extends People {
  readonly mailboxZone: string | undefined
}

export interface ReadEvent {
  readonly event: CalendarEvent
  /** What is not in it, as `Item.losses` has it. */
  readonly losses: readonly string[]
}

const broken = (what: string): Fault =>
  new Fault({ reach: 'item', reason: 'not-understood', code: 'graph-event', message: `Nobody can say when it is: ${what}.` })

/** A master with its exceptions and what was cancelled of it, or a single event, as one event. Attachments come later. */
export function eventOf(master: Json, setting: EventSetting): ReadEvent {
  const { zone, losses: uncertain } = zoneOf(master, setting.mailboxZone)
  const isSeries = master['recurrence'] !== null && master['recurrence'] !== undefined
  const read = factsOf(master, { ...setting, zone, isSeries })
  const uid = uidOf(master, setting)
  if (!isSeries) return { event: { uid, ...read.facts }, losses: [...uncertain, ...read.losses] }
  const { start } = read.facts
  const exceptions = objectsOf(master['exceptionOccurrences']).map((exception) =>
    overrideOf(exception, { ...setting, zone, isSeries }, start),
  )
  const exceptDates = cancelledDates(master).map(
    (day): Moment => ('date' in start ? { date: day } : { ...start, local: day + start.local.slice(10) }),
  )
  const event: CalendarEvent = {
    uid,
    ...read.facts,
    recurrence: {
      rules: [ruleOf(objectOf(master['recurrence']), start, zone)],
      ...(exceptDates.length === 0 ? {} : { exceptDates }),
    },
    ...(exceptions.length === 0 ? {} : { overrides: exceptions.map(({ override }) => override) }),
  }
  return { event, losses: [...new Set([...uncertain, ...read.losses, ...exceptions.flatMap(({ losses }) => losses)])] }
}

/** The master's, for the series and all its exceptions (microsoft-graph-docs#17479). It may be empty (msteams-docs#8878). */
export function uidOf(master: Json, { account }: Pick<EventSetting, 'account'>): string {
  return textOf(master['iCalUId'])?.trim() || derivedUid('microsoft', account.id, textOf(master['id']) ?? '')
}

/** `OID.<id of the master>.<day>`: the id may hold dots as well, and is not there in every answer. A day where the series is at home. */
export const cancelledDates = (master: Json): readonly string[] =>
  textsOf(master['cancelledOccurrences'])
    .map((each) => each.slice(each.lastIndexOf('.') + 1))
    .filter((day) => /^\d{4}-\d\d-\d\d$/.test(day))
    .sort()

interface Where extends EventSetting {
  readonly zone: string
  readonly isSeries: boolean
}

function overrideOf(
  exception: Json,
  where: Where,
  seriesStart: Moment,
): { readonly override: Override; readonly losses: readonly string[] } {
  const at = timeOf(exception['originalStart'])
  if (at === undefined) throw broken('an occurrence that was changed does not say which one it is')
  const { facts, losses } = factsOf(exception, where)
  // Of days it is the midnight of the series' own zone (microsoft-graph-docs#2804). Of times it is the series' own time of that day, also where clocks
  // go forward and never show it.
  const insteadOf: Moment =
    'date' in seriesStart
      ? { date: dayAt(at, where.zone) }
      : { ...seriesStart, local: dayAt(at, where.zone, seriesStart.local.slice(11)) + seriesStart.local.slice(10) }
  return { override: { insteadOf, ...facts }, losses }
}

function factsOf(event: Json, where: Where): { readonly facts: EventFacts; readonly losses: readonly string[] } {
  const { losses, ...people } = peopleOf(event, where)
  const facts: EventFacts = { ...timesOf(event, where), ...wordsOf(event), ...statesOf(event), ...people }
  return { facts, losses }
}

function timesOf(event: Json, { zone, isSeries }: Where): Pick<EventFacts, 'start' | 'end'> {
  if (event['isAllDay'] === true) {
    const [first, last] = [dateIn(event['start']), dateIn(event['end'])]
    if (first === undefined) throw broken('its day does not exist')
    return { start: { date: first }, ...(last === undefined || last <= first ? {} : { end: { date: last } }) }
  }
  const [from, to] = [instantIn(event['start']), instantIn(event['end'])]
  if (from === undefined) throw broken('its start does not exist')
  // A series goes on by the clock of its zone, whatever that shows at the first time.
  const at = (instant: number): Moment => (isSeries ? { local: wallClock(instant, zone), zone } : momentAt(instant, zone))
  return { start: at(from), ...(to === undefined || to < from ? {} : { end: at(to) }) }
}

function wordsOf(event: Json): Partial<EventFacts> {
  const summary = textOf(event['subject'])
  const description = richText(objectOf(event['body']))
  const location = locationOf(event)
  const meeting = meetingIn(event, location, description)
  const categories = categoriesOf(event)
  return {
    ...(summary === undefined ? {} : { summary }),
    ...(description === undefined ? {} : { description }),
    ...(location === undefined ? {} : { location }),
    ...(meeting === undefined ? {} : { meeting }),
    ...(categories.length === 0 ? {} : { categories }),
  }
}

/** Outlook keeps an empty page for an event without words. */
export function richText(body: Json): RichText | undefined {
  const content = textOf(body['content'])
  if (content === undefined) return undefined
  if (textOf(body['contentType'])?.toLowerCase() !== 'html') return content.trim() === '' ? undefined : { text: content }
  const text = htmlToText(content)
  return text.trim() === '' ? undefined : { text, html: content }
}

/** Several places are one line; `location` alone holds them joined already, or only the first. */
function locationOf(event: Json): string | undefined {
  const names = objectsOf(event['locations']).flatMap(
    (each) => textOf(each['displayName'])?.trim() || addressLine(objectOf(each['address'])) || [],
  )
  const joined = [...new Set(names)].join('; ')
  const single = textOf(objectOf(event['location'])['displayName'])?.trim()
  return joined !== '' ? joined : single === '' ? undefined : single
}

const addressLine = (address: Json): string =>
  ['street', 'postalCode', 'city', 'state', 'countryOrRegion'].flatMap((name) => textOf(address[name]) ?? []).join(', ')

function meetingIn(event: Json, location: string | undefined, description: RichText | undefined): Meeting | undefined {
  const url = textOf(objectOf(event['onlineMeeting'])['joinUrl']) ?? textOf(event['onlineMeetingUrl'])
  const told = url === undefined ? undefined : meetingOf(url)
  if (told !== undefined) return told
  if (url !== undefined) return { url, service: textOf(event['onlineMeetingProvider']) === 'teamsForBusiness' ? 'teams' : 'other' }
  return meetingOf(location ?? '', description?.html ?? '', description?.text ?? '')
}

const BUSY: Readonly<Record<string, EventFacts['busy']>> = {
  free: 'free',
  tentative: 'tentative',
  busy: 'busy',
  oof: 'out-of-office',
  workingElsewhere: 'elsewhere',
}
const PRIVACY: Readonly<Record<string, EventFacts['privacy']>> = { personal: 'private', private: 'private', confidential: 'confidential' }

function statesOf(event: Json): Partial<EventFacts> {
  const busy = BUSY[textOf(event['showAs']) ?? '']
  const privacy = PRIVACY[textOf(event['sensitivity']) ?? '']
  const importance = importanceOf(event['importance'])
  const status = event['isCancelled'] === true ? 'cancelled' : busy === 'tentative' ? 'tentative' : 'confirmed'
  const minutesBefore = event['isReminderOn'] === true ? numberOf(event['reminderMinutesBeforeStart']) : undefined
  const [createdAt, modifiedAt] = [timeOf(event['createdDateTime']), timeOf(event['lastModifiedDateTime'])]
  return {
    status,
    ...(busy === undefined ? {} : { busy }),
    ...(privacy === undefined ? {} : { privacy }),
    ...(importance === undefined ? {} : { importance }),
    ...(minutesBefore === undefined ? {} : { reminders: [{ method: 'display', when: { minutesBefore } }] }),
    ...(createdAt === undefined ? {} : { createdAt }),
    ...(modifiedAt === undefined ? {} : { modifiedAt }),
  }
}

/** `normal` is what everything has that nobody has touched. */
export const importanceOf = (value: unknown): 'low' | 'high' | undefined => (value === 'low' || value === 'high' ? value : undefined)
