import type { Call, Listing, Measured } from '@offramp/core'
import { type Choices, MEETING_LOSS, meetingOf } from '@offramp/formats'
import { type Json, objectOf, objectsOf, textOf } from '@offramp/wire'
import { type GraphClient, linkOf } from './client.ts'
import { PAGE } from './limits.ts'

interface Measuring {
  readonly mailbox: GraphClient
  /** `/users/<id>`. */
  readonly user: string
  readonly choices: Choices['calendars']
  listings(): Promise<readonly Listing[]>
}

/** Without texts: a page of them is large, and what Outlook makes a meeting of says so in its own fields. */
const SELECT = 'id,onlineMeeting,onlineMeetingUrl,onlineMeetingProvider,location,bodyPreview'

/** How many events each calendar holds, and how many of their links to meetings will stop working. One request for each 500 events. */
export async function* measureCalendars(on: Measuring, call: Call): AsyncGenerator<Measured> {
  for (const { id, collection, skip } of await on.listings()) {
    if (collection === undefined || skip !== undefined) continue
    const counts = new Map<string, number>()
    let items = 0
    let path: string | undefined = `${on.user}/calendars/${encodeURIComponent(id)}/events?$select=${SELECT}`
    while (path !== undefined) {
      const page: Json = await on.mailbox.json({ path, asks: 'page', prefer: [`odata.maxpagesize=${PAGE.eventRefs}`] }, call)
      for (const event of objectsOf(page['value'])) {
        items++
        const says = on.choices?.meetingLinks === undefined ? deadLink(event) : undefined
        if (says !== undefined) counts.set(says, (counts.get(says) ?? 0) + 1)
      }
      path = linkOf(page, '@odata.nextLink')
    }
    const losses = [...counts].map(([says, count]) => ({ says, items: count }))
    yield { collection, items, ...(losses.length === 0 ? {} : { losses }) }
  }
}

function deadLink(event: Json): string | undefined {
  const url = textOf(objectOf(event['onlineMeeting'])['joinUrl']) ?? textOf(event['onlineMeetingUrl'])
  if (url !== undefined && textOf(event['onlineMeetingProvider']) === 'teamsForBusiness') return MEETING_LOSS.teams
  const service = meetingOf(url, textOf(objectOf(event['location'])['displayName']), textOf(event['bodyPreview']))?.service
  return service === undefined || service === 'other' ? undefined : MEETING_LOSS[service]
}
