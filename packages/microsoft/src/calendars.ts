import {
  type Account,
  type Call,
  type Collection,
  Fault,
  type Item,
  type ItemRef,
  type Listing,
  type Log,
  type Source,
} from '@offramp/core'
import type { Choices } from '@offramp/formats'
import { type Json, objectOf, textOf } from '@offramp/wire'
import { eventItem } from './calendar-item.ts'
import { readCalendars } from './calendar-lists.ts'
import { measureCalendars } from './calendar-measure.ts'
import { innerNames } from './calendar-people.ts'
import { EVENT_SELECT, isWhole, REF_SELECT, readSeries, SERIES_QUERY, seriesVersion } from './calendar-series.ts'
import { readMailboxZone } from './calendar-zones.ts'
import type { Graph, GraphClient } from './client.ts'
import { PAGE, SERIES_AT_ONCE } from './limits.ts'
import type { Mode } from './outlook-cursor.ts'
import { gone, refuseUnlistable, withUnlistable } from './outlook-item.ts'
import { type PageReader, readPage } from './outlook-pages.ts'

/** What a page said of an event, so that opening it costs no request. */
interface Listed {
  readonly event: Json
  readonly home: Collection
}

/**
 * One mailbox's own calendars, read app-only. A calendar is a listing; a series with all its exceptions is an item. Graph v1.0 knows no changes
 * of a whole calendar (`calendarView/delta` is one window of the first calendar, `events/delta` is beta), so that each pass lists anew, by ids, and
 * asks each series again: a changed occurrence need not show in its master.
 */
export function calendarSource(graph: Graph, account: Account, services: { readonly log: Log; readonly choices?: Choices }): Source {
  const mailbox = graph.mailbox(account)
  const user = `/users/${encodeURIComponent(account.id)}`
  const names = innerNames(graph)
  const known = new WeakMap<ItemRef, Listed>()
  const choices = services.choices?.calendars
  let zone: Promise<string | undefined> | undefined
  let homes: ReadonlyMap<string, Collection> | undefined
  const pages: PageReader = {
    mailbox,
    log: services.log,
    begins: 'list',
    most: PAGE.events,
    pathOf: (listing, mode) => firstPath(`${user}/calendars/${encodeURIComponent(listing.id)}/events`, mode),
  }

  function zoneOnce(call: Call): Promise<string | undefined> {
    zone ??= readMailboxZone(mailbox, user, call).catch((thrown: unknown) => {
      zone = undefined
      throw thrown
    })
    return zone
  }

  async function calendars(call: Call): Promise<readonly Listing[]> {
    const listings = await readCalendars({ mailbox, user, account, choices, zone: await zoneOnce(call) }, call)
    homes = new Map(listings.flatMap(({ id, collection, skip }) => (collection && skip === undefined ? [[id, collection] as const] : [])))
    return listings
  }

  async function homeOf(event: Json, call: Call): Promise<Collection> {
    const id = textOf(objectOf(event['calendar'])['id']) ?? ''
    if (!homes?.has(id)) await calendars(call)
    const home = homes?.get(id)
    if (home === undefined) throw gone(mailbox, 'event')
    return home
  }

  /** The refs of a page: those of series only after they were asked, a few at a time. */
  async function refsOf(values: readonly Json[], on: { home: Collection; bare: boolean; call: Call }): Promise<readonly ItemRef[]> {
    const refs: (ItemRef | undefined)[] = []
    for (let at = 0; at < values.length; at += SERIES_AT_ONCE) {
      const some = values.slice(at, at + SERIES_AT_ONCE).map(async (event) => {
        const id = textOf(event['id'])
        if (id === undefined || textOf(event['type']) === 'occurrence') return undefined
        const isSeries = textOf(event['type']) === 'seriesMaster'
        const whole = isSeries ? await readSeries(mailbox, `${user}/events/${encodeURIComponent(id)}`, on.call) : event
        if (whole === undefined) return undefined
        const ref: ItemRef = { id, version: seriesVersion(whole, on.home.id) }
        if (isSeries || !on.bare) known.set(ref, { event: whole, home: on.home })
        return ref
      })
      refs.push(...(await Promise.all(some)))
    }
    return refs.filter((ref) => ref !== undefined)
  }

  return {
    name: `microsoft calendars ${account.name}`,
    profile: { kind: 'event', offers: [] },

    async *listings(call) {
      yield* await calendars(call)
    },

    async page(listing, after, limit, call) {
      const page = await readPage(pages, listing, { after, limit, call })
      const home = listing.collection
      const refs = home === undefined ? [] : await refsOf(page.values, { home, bare: page.bare, call })
      return { refs: withUnlistable(refs, listing, page), cursor: page.cursor, last: page.last }
    },

    async open(ref, call): Promise<Item> {
      refuseUnlistable(ref, mailbox, 'event')
      const path = `${user}/events/${encodeURIComponent(ref.id)}`
      const listed = known.get(ref)
      const event = listed?.event ?? (await readEvent(mailbox, path, call))
      const home = listed?.home ?? (await homeOf(event, call))
      if (!isWhole(event)) throw incomplete(mailbox)
      const setting = { account, names, mailboxZone: await zoneOnce(call) }
      return eventItem({ id: ref.id, event, home }, { mailbox, user, setting, names, choices }, call)
    },

    measure: (call) => measureCalendars({ mailbox, user, listings: () => calendars(call), choices }, call),
  }
}

function firstPath(base: string, mode: Mode): string {
  return mode === 'list' || mode === 'delta' ? `${base}?$select=${EVENT_SELECT}` : `${base}?$select=${REF_SELECT}`
}

async function readEvent(mailbox: GraphClient, path: string, call: Call): Promise<Json> {
  const event = await readSeries(mailbox, path, call, `${SERIES_QUERY},calendar`)
  if (event === undefined) throw gone(mailbox, 'event')
  return event
}

const incomplete = (mailbox: GraphClient): Fault =>
  new Fault({
    reach: 'item',
    reason: 'not-offered',
    code: 'graph-series-incomplete',
    message: `Microsoft does not tell which occurrences of a series in ${mailbox.about} were changed or cancelled, so that it is not moved by halves.`,
  })
