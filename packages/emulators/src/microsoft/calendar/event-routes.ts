import type { Reply } from '../../serve/reply.ts'
import { attachmentReply } from '../items/attachments.ts'
import { matches, readPath } from '../odata/matches.ts'
import { collection, pageOf, selectSuffix } from '../odata/page.ts'
import type { Expand } from '../odata/query.ts'
import type { Asked } from '../serve/asked.ts'
import { badRequest, GraphError, unknownProperty } from '../serve/errors.ts'
import { jsonReply } from '../serve/reply.ts'
import type { TenantState } from '../serve/tenant-state.ts'
import { occurrenceTimes } from './calendars.ts'
import { type EventView, eventJson, eventProperty, selectedEventProperties } from './event-json.ts'
import { findEvent, type OutlookAccount } from './find.ts'
import { type Instance, instancesOf } from './instances.ts'
import { expandedCalendar, openCalendar } from './routes.ts'
import type { EventState } from './state.ts'

const PAGE = { usual: 10, most: 1000 }
/** Exceptions that come with their master; the others in pages of their own. */
const EXPANDED_MOST = 20
const EXPANDED = new Set(['exceptionOccurrences', 'calendar', 'attachments'])

function viewOf(asked: Asked, account: OutlookAccount, event: EventState): EventView {
  const { mailbox, outlook } = account
  const owner = { name: account.account.seed.displayName ?? account.account.address, address: account.account.address }
  return { mailbox, calendars: outlook.calendars, event, prefer: asked.prefer, owner }
}

function checkExpand(expand: readonly Expand[]): void {
  for (const { path } of expand) if (!EXPANDED.has(path)) throw unknownProperty(path, 'event')
}

/** One poisoned item fails its whole page, unless nothing but ids, changes and types is asked for (microsoft-graph-docs issue 2913). */
function checkPage(events: readonly EventState[], properties: readonly string[]): void {
  if (properties.every((name) => name === 'id' || name === 'changeKey' || name === 'type')) return
  if (events.some((event) => event.poison === 'page')) throw new GraphError(500, 'InternalServerError', 'Error while processing response.')
}

function oneEvent(asked: Asked, account: OutlookAccount, view: EventView): Record<string, unknown> {
  const { query } = asked
  const json = eventJson(view, selectedEventProperties(query.select))
  for (const { path, select } of query.expand) {
    if (path === 'calendar') json['calendar'] = expandedCalendar(view.event.calendar, account, select)
    if (path === 'exceptionOccurrences') {
      const exceptions = exceptionViews(view)
      json['exceptionOccurrences'] = exceptions.slice(0, EXPANDED_MOST).map((each) => eventJson(each, selectedEventProperties(select)))
      if (exceptions.length > EXPANDED_MOST) {
        const id = encodeURIComponent(String(json['id']))
        json['exceptionOccurrences@odata.nextLink'] =
          `${asked.root}/users('${encodeURIComponent(asked.parts[1] ?? '')}')/events('${id}')/exceptionOccurrences?$top=${EXPANDED_MOST}&$skip=${EXPANDED_MOST}`
      }
    }
    if (path === 'attachments') throw badRequest('Expanding attachments of a list is not what this tenant answers.')
  }
  return json
}

/** `GET .../events`: single events and masters, no occurrence. */
export function listEvents(asked: Asked, account: OutlookAccount, calendar: string | undefined): Reply {
  const { query } = asked
  checkExpand(query.expand)
  const all = account.outlook.calendars.eventsOf(openCalendar(account, calendar))
  const { filter } = query
  const read = (event: EventState) => (path: string) => {
    const [first = '', ...rest] = path.split('/')
    const value = eventProperty(viewOf(asked, account, event), first)
    return rest.length === 0 ? value : readPath(value, rest.join('/'))
  }
  const passing = filter === undefined ? all : all.filter((event) => matches(filter, read(event)))
  const page = pageOf(passing, asked, PAGE)
  checkPage(page.items, selectedEventProperties(query.select))
  const value = page.items.map((event) => oneEvent(asked, account, viewOf(asked, account, event)))
  return jsonReply(
    collection(`users('${asked.parts[1] ?? ''}')/events${selectSuffix(asked)}`, asked, {
      value,
      count: passing.length,
      nextLink: page.nextLink,
    }),
  )
}

/** What a cloud that does not know exceptions makes of a request for them. */
function withoutExceptions({ quirks }: TenantState, asked: Asked): Asked {
  const { expand, select } = asked.query
  const isAsked = expand.some(({ path }) => path === 'exceptionOccurrences') || (select?.includes('cancelledOccurrences') ?? false)
  if (quirks.exceptions === 'told' || !isAsked) return asked
  if (quirks.exceptions === 'refused') throw unknownProperty('cancelledOccurrences', 'event')
  const kept = expand.filter(({ path }) => path !== 'exceptionOccurrences')
  return { ...asked, query: { ...asked.query, expand: kept, select: select?.filter((name) => name !== 'cancelledOccurrences') } }
}

/** `GET /users/{u}/events/{id}`. */
export function getEvent(tenant: TenantState, given: Asked, account: OutlookAccount): Reply {
  const id = given.parts[given.parts.length - 1] ?? ''
  const asked = withoutExceptions(tenant, given)
  checkExpand(asked.query.expand)
  const { event, exception } = findEvent(account, id)
  checkPage([event], selectedEventProperties(asked.query.select))
  const view = { ...viewOf(asked, account, event), ...(exception && { exception }) }
  const context = `${asked.root}/$metadata#users('${asked.parts[1] ?? ''}')/events${selectSuffix(asked)}/$entity`
  return jsonReply({ '@odata.context': context, ...oneEvent(asked, account, view) })
}

/** Both bounds are wanted, and are instants: UTC where no offset is written. */
function windowOf({ query }: Asked): readonly [number, number] {
  const bound = (name: string): number => {
    const text = query.custom.get(name)
    if (text === undefined) {
      throw badRequest(
        "This request requires a time window specified by the query string parameters 'StartDateTime' and 'EndDateTime'.",
        'ErrorInvalidParameter',
      )
    }
    const at = Date.parse(/(Z|[+-]\d\d:?\d\d)$/i.test(text) ? text : `${text}Z`)
    if (Number.isNaN(at)) throw badRequest(`The value '${text}' of parameter '${name}' is invalid.`, 'ErrorInvalidParameter')
    return at
  }
  return [bound('startDateTime'), bound('endDateTime')]
}

function instanceViews(asked: Asked, account: OutlookAccount, events: readonly EventState[]): readonly EventView[] {
  const [from, to] = windowOf(asked)
  const view = (event: EventState, { exception, date }: Instance): EventView => ({
    ...viewOf(asked, account, event),
    ...(exception ? { exception } : date === undefined ? {} : { occurrence: { date, times: occurrenceTimes(event, date) } }),
  })
  return events
    .flatMap((event) => instancesOf(event, from, to).map((instance) => ({ at: instance.start, view: view(event, instance) })))
    .sort((left, right) => left.at - right.at)
    .map((each) => each.view)
}

/** `GET .../calendarView`, and `GET /users/{u}/events/{id}/instances`. */
export function listInstances(
  asked: Asked,
  account: OutlookAccount,
  of: { readonly calendar?: string | undefined } | { readonly master: string },
): Reply {
  const events =
    'master' in of ? [findEvent(account, of.master).event] : account.outlook.calendars.eventsOf(openCalendar(account, of.calendar))
  if ('master' in of && events[0]?.recurrence === undefined) throw badRequest('The event is not a series.', 'ErrorInvalidRequest')
  const all = instanceViews(asked, account, events)
  const page = pageOf(all, asked, PAGE)
  const properties = selectedEventProperties(asked.query.select)
  const value = page.items.map((view) => eventJson(view, properties))
  return jsonReply(
    collection(`users('${asked.parts[1] ?? ''}')/calendarView`, asked, { value, count: all.length, nextLink: page.nextLink }),
  )
}

const exceptionViews = (view: EventView): readonly EventView[] =>
  view.exception || view.occurrence ? [] : [...view.event.exceptions.values()].map((exception) => ({ ...view, exception }))

/** `GET /users/{u}/events/{id}/exceptionOccurrences`: where an expanded collection goes on. */
export function listExceptions(asked: Asked, account: OutlookAccount, id: string): Reply {
  const all = exceptionViews(viewOf(asked, account, findEvent(account, id).event))
  const page = pageOf(all, asked, PAGE)
  const properties = selectedEventProperties(asked.query.select)
  const value = page.items.map((view) => eventJson(view, properties))
  return jsonReply(collection(`users('${asked.parts[1] ?? ''}')/events`, asked, { value, count: all.length, nextLink: page.nextLink }))
}

/** `GET /users/{u}/events/{id}/attachments` and what is below. */
export function eventAttachments(
  asked: Asked,
  account: OutlookAccount,
  name: { readonly event: string; readonly id?: string | undefined; readonly raw: boolean },
): Reply {
  const { event, exception } = findEvent(account, name.event)
  return attachmentReply(asked, (exception ?? event).attachments, {
    owner: `users('${asked.parts[1] ?? ''}')/events('${encodeURIComponent(name.event)}')`,
    id: name.id,
    raw: name.raw,
  })
}
