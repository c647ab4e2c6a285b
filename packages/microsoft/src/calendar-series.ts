import { createHash } from 'node:crypto'
import { type Call, Fault } from '@offramp/core'
import { type Json, objectsOf, textOf } from '@offramp/wire'
import { cancelledDates } from './calendar-event.ts'
import { restOf } from './calendar-lists.ts'
import type { GraphClient } from './client.ts'

/** Only these are asked for: a page is smaller, and a poisoned property stays away. */
export const EVENT_SELECT = [
  'id',
  'changeKey',
  'type',
  'iCalUId',
  'createdDateTime',
  'lastModifiedDateTime',
  'categories',
  'subject',
  'body',
  'start',
  'end',
  'originalStart',
  'originalStartTimeZone',
  'isAllDay',
  'location',
  'locations',
  'attendees',
  'organizer',
  'isOrganizer',
  'responseStatus',
  'showAs',
  'sensitivity',
  'importance',
  'isReminderOn',
  'reminderMinutesBeforeStart',
  'onlineMeeting',
  'onlineMeetingUrl',
  'onlineMeetingProvider',
  'hasAttachments',
  'isCancelled',
  'recurrence',
].join(',')

/** Of every event in a list of later passes: enough to see whether it has changed. */
export const REF_SELECT = 'id,changeKey,type'
/** `cancelledOccurrences` comes only where it is asked for by name. */
const SERIES_SELECT = `${EVENT_SELECT},cancelledOccurrences`
/** The value of `$expand` that brings the exceptions: whole, since no page of Microsoft's says that what is expanded can be selected from. */
export const SERIES_QUERY = 'exceptionOccurrences'

/** A master with its exceptions and cancelled dates, or a single event. Undefined where it is gone. */
export async function readSeries(mailbox: GraphClient, path: string, call: Call, expand = SERIES_QUERY): Promise<Json | undefined> {
  try {
    const event = await askSeries(mailbox, `${path}?$select=${SERIES_SELECT}&$expand=${expand}`, call)
    return await restOf(mailbox, event, call)
  } catch (thrown) {
    if (thrown instanceof Fault && thrown.reason === 'gone') return undefined
    // A cloud that does not know exceptions yet: the event as far as it is told, for `isWhole` to judge.
    const known = expand.split(',').filter((each) => each !== SERIES_QUERY)
    if (!(thrown instanceof Fault) || thrown.code !== 'graph-bad-request') throw thrown
    return askSeries(mailbox, `${path}?$select=${EVENT_SELECT}${known.length === 0 ? '' : `&$expand=${known.join(',')}`}`, call)
  }
}

const askSeries = (mailbox: GraphClient, path: string, call: Call): Promise<Json> => mailbox.json({ path, asks: 'item' }, call)

/**
 * Whether all of a series was told. v1.0 gives both lists, empty ones as well; where one is missing, its changed or cancelled occurrences would be lost
 * without a word.
 */
export const isWhole = (event: Json): boolean =>
  textOf(event['type']) !== 'seriesMaster' || (Array.isArray(event['exceptionOccurrences']) && Array.isArray(event['cancelledOccurrences']))

/** What Graph counts up with each change of an event; the etag repeats it. */
const changeOf = (event: Json): string => textOf(event['changeKey']) ?? /"(.*)"/.exec(textOf(event['@odata.etag']) ?? '')?.[1] ?? ''

/** Changes with anything of the series: its master, an exception, a cancelled occurrence; and with its calendar. */
export function seriesVersion(event: Json, calendar: string): string {
  const exceptions = objectsOf(event['exceptionOccurrences'])
  const cancelled = cancelledDates(event)
  if (exceptions.length === 0 && cancelled.length === 0) return `${changeOf(event)}|${calendar}`
  return `${hashOf([changeOf(event), exceptions.map((each) => `${textOf(each['id'])} ${changeOf(each)}`).sort(), cancelled])}|${calendar}`
}

/** What Graph counts, and what does not stand in the body. */
const NOT_CONTENT: ReadonlySet<string> = new Set([
  'id',
  'changeKey',
  'lastModifiedDateTime',
  'calendar',
  'exceptionOccurrences',
  'cancelledOccurrences',
])

/** Changes with what the event says. Whether a file is another shows in the change key alone. */
export function seriesRevision(event: Json): string {
  const all = [event, ...objectsOf(event['exceptionOccurrences'])].map((each) => [
    Object.entries(each).filter(([name]) => !NOT_CONTENT.has(name) && !name.includes('@odata.')),
    each['hasAttachments'] === true ? changeOf(each) : '',
  ])
  return hashOf([all, cancelledDates(event)])
}

const hashOf = (parts: unknown): string => createHash('sha256').update(JSON.stringify(parts)).digest('base64url').slice(0, 22)
