import { type Account, type Call, type Collection, Fault, type Listing, type Reason } from '@offramp/core'
import type { Choices } from '@offramp/formats'
import { isObject, type Json, numberOf, objectOf, objectsOf, textOf } from '@offramp/wire'
import { type GraphClient, linkOf } from './client.ts'
import { PAGE } from './limits.ts'

export interface CalendarReader {
  readonly mailbox: GraphClient
  /** `/users/<id>`. */
  readonly user: string
  readonly account: Account
  readonly choices: Choices['calendars']
  /** An IANA name. */
  readonly zone: string | undefined
}

const SELECT = 'id,name,color,hexColor,isDefaultCalendar,canEdit,owner'

/** `calendarColor` by name, as Outlook on the web paints them. Calendars with a colour of their own have a `hexColor`. */
const COLORS: Readonly<Record<string, string>> = {
  lightBlue: '#a6d1f5',
  lightGreen: '#87d28e',
  lightOrange: '#fcab73',
  lightGray: '#c0c0c0',
  lightYellow: '#f5f77f',
  lightTeal: '#4adacc',
  lightPink: '#f08cc0',
  lightBrown: '#cba287',
  lightRed: '#f88c9b',
  maxColor: '#a6d1f5',
}

/** Birthdays are a calendar like any other but for their name, in the languages in which Outlook makes them. */
const BIRTHDAYS =
  /^(birthdays?|geburtstage?|anniversaires?|cumpleaños|compleanni|verjaardagen|aniversários|urodziny|födelsedagar|fødselsdage[r]?)$/i

/**
 * Every calendar in the mailbox, told which of them are walked. Shared calendars of other people stand among the own ones
 * (https://learn.microsoft.com/graph/known-issues): copied, every colleague would get the boss's calendar as their own.
 */
export async function readCalendars(reader: CalendarReader, call: Call): Promise<readonly Listing[]> {
  const calendars = await calendarsOf(reader, call)
  const counts = await Promise.all(
    calendars.map(async (calendar) => (skipOf(reader, calendar) === undefined ? countOf(reader, calendar, call) : { items: undefined })),
  )
  const reachable = counts.some((count) => 'items' in count && count.items !== undefined)
  return calendars.map((calendar, order) => {
    const count = counts[order]
    // Calendars that were shared in the old way answer nothing but 500, for ever. Where the others answer as well, it is the service.
    if (count !== undefined && 'fault' in count && !reachable) throw count.fault
    const skip = skipOf(reader, calendar) ?? (count !== undefined && 'fault' in count ? 'not-offered' : undefined)
    const items = count !== undefined && 'items' in count ? count.items : undefined
    return {
      id: textOf(calendar['id']) ?? '',
      collection: collectionOf(calendar, order, reader.zone),
      ...(items === undefined ? {} : { items }),
      ...(skip === undefined ? {} : { skip }),
    }
  })
}

/** Those of the default group, which the plain list shows, and those of all groups, by id. */
async function calendarsOf({ mailbox, user }: CalendarReader, call: Call): Promise<readonly Json[]> {
  const found = new Map<string, Json>()
  const add = (calendars: readonly Json[]): void => {
    for (const each of calendars) {
      const id = textOf(each['id'])
      if (id !== undefined && !found.has(id)) found.set(id, each)
    }
  }
  add(await listOf(mailbox, `${user}/calendars?$top=${PAGE.calendars}&$select=${SELECT}`, call))
  const groups = await listOf(mailbox, `${user}/calendarGroups?$top=${PAGE.calendars}&$select=id`, call)
  for (const group of groups) {
    const id = textOf(group['id'])
    if (id === undefined) continue
    add(await listOf(mailbox, `${user}/calendarGroups/${encodeURIComponent(id)}/calendars?$top=${PAGE.calendars}&$select=${SELECT}`, call))
  }
  return [...found.values()]
}

/** All pages of a short list. One that has vanished meanwhile is empty. */
export async function listOf(mailbox: GraphClient, first: string, call: Call): Promise<readonly Json[]> {
  const values: Json[] = []
  let path: string | undefined = first
  while (path !== undefined) {
    let page: Json
    try {
      page = await mailbox.json({ path, asks: 'folder' }, call)
    } catch (thrown) {
      if (thrown instanceof Fault && thrown.code === 'graph-folder-gone') return values
      throw thrown
    }
    values.push(...objectsOf(page['value']))
    path = linkOf(page, '@odata.nextLink')
  }
  return values
}

/** Why a calendar is not walked, as far as the list says it. */
function skipOf({ account, choices }: CalendarReader, calendar: Json): Reason | undefined {
  const owner = textOf(objectOf(calendar['owner'])['address'])?.toLowerCase()
  const own = [account.name, ...(account.aliases ?? [])].map((each) => each.toLowerCase())
  if (owner !== undefined && !own.includes(owner)) return 'not-owned'
  if (calendar['isDefaultCalendar'] === true || calendar['canEdit'] !== false) return undefined
  // Its own, and yet not to be written to: birthdays, holidays, or a calendar that is subscribed to by its address.
  const keep = choices?.birthdays === 'keep' && BIRTHDAYS.test(textOf(calendar['name'])?.trim() ?? '')
  return keep ? undefined : 'made-by-source'
}

type Counted = { readonly items: number | undefined } | { readonly fault: Fault }

async function countOf({ mailbox, user }: CalendarReader, calendar: Json, call: Call): Promise<Counted> {
  const path = `${user}/calendars/${encodeURIComponent(textOf(calendar['id']) ?? '')}/events?$count=true&$top=1&$select=id`
  try {
    const answer = await mailbox.json({ path, asks: 'calendar', tries: 3 }, call)
    return { items: numberOf(answer['@odata.count']) ?? objectsOf(answer['value']).length }
  } catch (thrown) {
    if (thrown instanceof Fault && thrown.code === 'graph-folder-gone') return { items: undefined }
    const isOldShare = thrown instanceof Fault && thrown.code === 'graph-calendar-unreadable' && calendar['isDefaultCalendar'] !== true
    if (isOldShare) return { fault: thrown }
    throw thrown
  }
}

function collectionOf(calendar: Json, order: number, zone: string | undefined): Collection {
  const hex = textOf(calendar['hexColor'])
  const color = hex !== undefined && /^#[0-9a-f]{6}$/i.test(hex) ? hex.toLowerCase() : COLORS[textOf(calendar['color']) ?? '']
  return {
    id: textOf(calendar['id']) ?? '',
    path: [typeof calendar['name'] === 'string' ? calendar['name'] : ''],
    order,
    ...(calendar['isDefaultCalendar'] === true ? { role: 'default' } : {}),
    ...(color === undefined ? {} : { color }),
    ...(zone === undefined ? {} : { timeZone: zone }),
  }
}

/** Exceptions of a series may come in pages of their own. */
export async function restOf(mailbox: GraphClient, master: Json, call: Call): Promise<Json> {
  const link = textOf(master['exceptionOccurrences@odata.nextLink'])
  const url = link === undefined ? null : URL.parse(link)
  if (url === null) return master
  const more = await listOf(mailbox, url.pathname + url.search, call)
  const listed: unknown = master['exceptionOccurrences']
  return { ...master, exceptionOccurrences: [...(Array.isArray(listed) ? listed.filter(isObject) : []), ...more] }
}
