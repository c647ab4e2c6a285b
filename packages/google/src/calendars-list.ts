import type { Call, Collection, Reason } from '@offramp/core'
import { ianaZone, type Reminder } from '@offramp/formats'
import { isObject, type Json, objectOf, objectsOf, textOf } from '@offramp/wire'
import { reminderOf } from './calendars-event.ts'
import type { CalendarClient } from './client.ts'
import { orMissing } from './fault-codes.ts'
import { PAGE } from './limits.ts'

/** A calendar as its owner sees it. */
export interface OwnCalendar {
  readonly collection: Collection
  /** Why it is not moved; absent where it is. */
  readonly skip?: Reason
  readonly zone: string
  readonly reminders: readonly Reminder[]
}

interface ListServices {
  readonly client: CalendarClient
  /** For calendars that do not say whose they are. */
  readonly acls: CalendarClient
  /** Address of the account. */
  readonly address: string
}

/** All calendars in an account's list, hidden ones as well, in Google's order. Asks once for 250. */
export async function readCalendars(services: ListServices, call: Call): Promise<readonly OwnCalendar[]> {
  const entries: Json[] = []
  for await (const page of entryPages(services.client, call)) entries.push(...page)
  // The primary one first: it is the default one everywhere.
  entries.sort((left, right) => Number(right['primary'] === true) - Number(left['primary'] === true))
  const all: OwnCalendar[] = []
  let order = 0
  for (const entry of entries) {
    if (textOf(entry['id']) === undefined || entry['deleted'] === true) continue
    const skip = await whySkipped(entry, services, call)
    all.push(calendarOf(entry, { order, skip }))
    if (skip === undefined) order += 1
  }
  return all
}

async function* entryPages(client: CalendarClient, call: Call): AsyncGenerator<readonly Json[]> {
  let token: string | undefined
  do {
    const pageToken = token
    const { json } = await client.ask(
      {
        asks: 'calendars',
        // Hidden ones are missing without being asked for.
        send: (api, common, options) =>
          api.calendarList.list(
            { ...common, maxResults: PAGE.calendars, showHidden: true, ...(pageToken === undefined ? {} : { pageToken }) },
            options,
          ),
      },
      call,
    )
    yield objectsOf(json['items'])
    token = textOf(json['nextPageToken'])
  } while (token !== undefined)
}

function calendarOf(entry: Json, { order, skip }: { readonly order: number; readonly skip: Reason | undefined }): OwnCalendar {
  const id = textOf(entry['id']) ?? ''
  const color = textOf(entry['backgroundColor'])?.toLowerCase()
  const description = textOf(entry['description'])
  const zone = ianaZone(textOf(entry['timeZone'])) ?? 'UTC'
  return {
    collection: {
      id,
      path: [textOf(entry['summaryOverride']) ?? textOf(entry['summary']) ?? id],
      ...(entry['primary'] === true ? { role: 'default' } : {}),
      ...(entry['hidden'] === true ? { hidden: true } : {}),
      ...(color !== undefined && /^#[0-9a-f]{6}$/.test(color) ? { color } : {}),
      ...(description === undefined ? {} : { description }),
      ...(skip === undefined ? { order } : {}),
      timeZone: zone,
    },
    ...(skip === undefined ? {} : { skip }),
    zone,
    reminders: objectsOf(entry['defaultReminders']).flatMap(reminderOf),
  }
}

/** Calendars that Google fills by itself, or from an address elsewhere, by the ends of their ids. */
const MADE =
  /#(holiday|contacts|weather|weeknum|sports|moonphase)[\w-]*@group\.v\.calendar\.google\.com$|@(group\.v|import)\.calendar\.google\.com$/i

/**
 * An account's own are its primary calendar and those of which it is the data owner; each calendar has one, so that none is moved twice. Where
 * Google does not say who it is, the first by name of the people who own it.
 */
async function whySkipped(entry: Json, { acls, address }: ListServices, call: Call): Promise<Reason | undefined> {
  const id = textOf(entry['id']) ?? ''
  if (entry['primary'] === true) return undefined
  if (MADE.test(id)) return 'made-by-source'
  const owner = textOf(entry['dataOwner'])?.toLowerCase()
  if (owner !== undefined) return owner === address.toLowerCase() ? undefined : 'not-owned'
  if (entry['accessRole'] !== 'owner' || /@resource\.calendar\.google\.com$/i.test(id)) return 'not-owned'
  // Nobody may be told who owns it: better twice than not at all.
  const first = (await ownersOf(acls, id, call))?.[0] ?? address.toLowerCase()
  return first === address.toLowerCase() ? undefined : 'not-owned'
}

async function ownersOf(acls: CalendarClient, id: string, call: Call): Promise<readonly string[] | undefined> {
  const rules = await readAcl(acls, id, call)
  return rules
    ?.flatMap((rule) => {
      const { type, value } = objectOf(rule['scope'])
      return rule['role'] === 'owner' && type === 'user' && typeof value === 'string' ? [value.toLowerCase()] : []
    })
    .sort()
}

/** Who may see a calendar. Undefined where this account, or Offramp, is not told. */
export async function readAcl(acls: CalendarClient, calendarId: string, call: Call): Promise<readonly Json[] | undefined> {
  const rules: Json[] = []
  let token: string | undefined
  do {
    const pageToken = token
    const answer = await orMissing(
      acls.ask(
        {
          asks: 'acl',
          send: (api, common, options) =>
            api.acl.list({ ...common, calendarId, maxResults: PAGE.acls, ...(pageToken === undefined ? {} : { pageToken }) }, options),
        },
        call,
      ),
      NOT_TOLD,
    )
    if (answer === undefined) return undefined
    rules.push(...objectsOf(answer.json['items']))
    token = textOf(answer.json['nextPageToken'])
  } while (token !== undefined)
  return rules
}

const NOT_TOLD: readonly string[] = ['google-not-owner', 'google-not-delegated', 'google-scope-missing']

/** Names of a calendar's labels by id: newer than colours, and told by the calendar alone. */
export async function readEventLabels(client: CalendarClient, calendarId: string, call: Call): Promise<ReadonlyMap<string, string>> {
  const { json } = await client.ask(
    { asks: 'calendars', send: (api, common, options) => api.calendars.get({ ...common, calendarId }, options) },
    call,
  )
  const labels = json['labelProperties']
  const listed = isObject(labels) ? objectsOf(labels['eventLabels']) : []
  return new Map(
    listed.flatMap((label) => {
      const [id, name] = [textOf(label['id']), textOf(label['name'])]
      return id === undefined || name === undefined ? [] : [[id, name] as const]
    }),
  )
}
