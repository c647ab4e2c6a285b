import type { Call } from '@offramp/core'
import { type Json, objectsOf, textOf } from '@offramp/wire'
import type { CalendarClient } from './client.ts'
import { orMissing } from './fault-codes.ts'
import { PAGE } from './limits.ts'

/** A page of `events.list`. It may be empty and have a token all the same. */
export interface EventPage {
  readonly events: readonly Json[]
  readonly token?: string
  /** Of the last page alone: what has changed since. */
  readonly sync?: string
}

export interface EventQuestion {
  readonly calendar: string
  /** What has changed since; absent: everything. */
  readonly sync?: string
  readonly token?: string
}

/**
 * The same for the first listing and every later one, as a sync token demands. Never with a window of time, which it excludes, nor with a most
 * number of guests, which drops the others. Occurrences are not taken apart.
 */
const WHOLE = { singleEvents: false, showDeleted: true, showHiddenInvitations: true, maxResults: PAGE.events } as const

export async function readEvents(client: CalendarClient, { calendar, sync, token }: EventQuestion, call: Call): Promise<EventPage> {
  const { json } = await client.ask(
    {
      asks: sync === undefined ? 'events' : 'events-sync',
      send: (api, common, options) =>
        api.events.list(
          {
            ...common,
            calendarId: calendar,
            ...WHOLE,
            ...(sync === undefined ? {} : { syncToken: sync }),
            ...(token === undefined ? {} : { pageToken: token }),
          },
          options,
        ),
    },
    call,
  )
  const [next, nextSync] = [textOf(json['nextPageToken']), textOf(json['nextSyncToken'])]
  return {
    events: objectsOf(json['items']),
    ...(next === undefined ? {} : { token: next }),
    ...(nextSync === undefined ? {} : { sync: nextSync }),
  }
}

/** A series with all its exceptions: they have its UID, and no other question of the API answers with all of them and nothing else. */
export async function readByUid(
  client: CalendarClient,
  calendar: string,
  { uid, call }: { uid: string; call: Call },
): Promise<readonly Json[]> {
  const events: Json[] = []
  let token: string | undefined
  do {
    const pageToken = token
    const { json } = await client.ask(
      {
        asks: 'events',
        send: (api, common, options) =>
          api.events.list(
            { ...common, calendarId: calendar, ...WHOLE, iCalUID: uid, ...(pageToken === undefined ? {} : { pageToken }) },
            options,
          ),
      },
      call,
    )
    events.push(...objectsOf(json['items']))
    token = textOf(json['nextPageToken'])
  } while (token !== undefined)
  return events
}

/** Undefined where the calendar has no such event, or has it no longer. */
export async function readEvent(
  client: CalendarClient,
  calendar: string,
  { id, call }: { id: string; call: Call },
): Promise<Json | undefined> {
  const answer = await orMissing(
    client.ask(
      { asks: 'event', send: (api, common, options) => api.events.get({ ...common, calendarId: calendar, eventId: id }, options) },
      call,
    ),
    ['google-gone'],
  )
  return answer === undefined || answer.json['status'] === 'cancelled' ? undefined : answer.json
}
