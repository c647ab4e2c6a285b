import type { Call, Measured } from '@offramp/core'
import { MEETING_LOSS } from '@offramp/formats'
import { type Json, objectsOf, textOf } from '@offramp/wire'
import { endsWithAccount, type ItemChoices, whyLeftOut } from './calendars-item.ts'
import type { OwnCalendar } from './calendars-list.ts'
import { isCancelled, seriesId, sortOf } from './calendars-series.ts'
import type { CalendarClient } from './client.ts'
import { PAGE } from './limits.ts'

/** No more than what is counted: a hundred bytes an event, and all that can hold a link. */
const FIELDS =
  'nextPageToken,items(id,status,recurringEventId,recurrence,eventType,organizer,hangoutLink,conferenceData/entryPoints,location,description)'

interface MeasureParts {
  readonly client: CalendarClient
  readonly on: ItemChoices
}

/** Items of a calendar, and how many of them have a meeting that ends with the account. A request for 2,500 events. */
export async function measureCalendar({ client, on }: MeasureParts, { collection }: OwnCalendar, call: Call): Promise<Measured> {
  const masters = new Set<string>()
  const occurrences: string[] = []
  const dying = new Set<string>()
  let singles = 0
  let token: string | undefined
  do {
    const pageToken = token
    const { json } = await client.ask(
      {
        asks: 'events',
        send: (api, common, options) =>
          api.events.list(
            {
              ...common,
              calendarId: collection.id,
              maxResults: PAGE.events,
              singleEvents: false,
              showHiddenInvitations: true,
              fields: FIELDS,
              ...(pageToken === undefined ? {} : { pageToken }),
            },
            options,
          ),
      },
      call,
    )
    for (const event of objectsOf(json['items'])) {
      if (isCancelled(event) || whyLeftOut(event, on.choices) !== undefined) continue
      const sort = sortOf(event)
      if (sort === 'single') singles += 1
      else if (sort === 'master') masters.add(seriesId(event))
      else occurrences.push(seriesId(event))
      if (on.choices.meetingLinks === undefined && endsWithAccount(event, on))
        dying.add(sort === 'exception' ? seriesId(event) : idIn(event))
    }
    token = textOf(json['nextPageToken'])
  } while (token !== undefined)
  const orphans = occurrences.filter((series) => !masters.has(series)).length
  return {
    collection,
    items: singles + masters.size + orphans,
    ...(dying.size === 0 ? {} : { losses: [{ says: MEETING_LOSS.meet, items: dying.size }] }),
  }
}

const idIn = (event: Json): string => textOf(event['id']) ?? ''
