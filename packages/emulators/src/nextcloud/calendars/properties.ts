import { COLOR, DISPLAY_NAME } from '../dav/collection.ts'
import { collectionProperties } from '../dav/collection-properties.ts'
import type { Place } from '../dav/place.ts'
import { hrefXml, type Looking, type Properties, privileges, reportSet } from '../dav/property-xml.ts'
import { cal, clark, d, OWNCLOUD, SABRE, SERVER } from '../xml/names.ts'
import { element, escapeXml } from '../xml/write.ts'

type CollectionPlace = Extract<Place, { readonly kind: 'collection' }>

const REPORTS = [cal('calendar-multiget'), cal('calendar-query'), cal('free-busy-query'), d('sync-collection'), d('expand-property')]
const MAX_BYTES = 10_000_000

/** What a calendar says of itself. */
export function calendarProperties(place: CollectionPlace, looking: Looking): Properties {
  const { collection, access } = place.shown
  const type =
    element(d('collection')) +
    element(cal('calendar')) +
    (collection.shares.size > 0 && access === 'own' ? element(clark(SERVER, 'shared-owner')) : '')
  const own: readonly (readonly [string, () => string | undefined])[] = [
    [d('resourcetype'), () => type],
    [cal('supported-calendar-component-set'), () => collection.components.map((name) => element(cal('comp'), '', { name })).join('')],
    [cal('supported-calendar-data'), () => element(cal('calendar-data'), '', { 'content-type': 'text/calendar', version: '2.0' })],
    [
      cal('supported-collation-set'),
      () => ['i;ascii-casemap', 'i;octet', 'i;unicode-casemap'].map((each) => element(cal('supported-collation'), each)).join(''),
    ],
    [cal('max-resource-size'), () => String(MAX_BYTES)],
    [cal('schedule-calendar-transp'), () => collection.properties.get(cal('schedule-calendar-transp')) ?? element(cal('opaque'))],
    [d('supported-report-set'), () => reportSet(REPORTS)],
    [d('current-user-privilege-set'), () => privileges(collection.birthdays ? 'read' : access)],
    [clark(SABRE, 'sync-token'), () => String(collection.shelf.token)],
    [clark(OWNCLOUD, 'owner-principal'), () => `principals/users/${collection.owner}`],
    [clark(SERVER, 'publish-url'), () => (collection.publicToken === undefined ? undefined : hrefXml(publicUrl(collection.publicToken)))],
    [COLOR, () => collection.properties.get(COLOR)],
  ]
  const owner = looking.state.users.get(collection.owner)
  const name = collection.properties.get(DISPLAY_NAME) ?? ''
  const shownName = access === 'own' || !owner ? name : `${name} (${escapeXml(owner.displayName)})`
  return new Map([...collectionProperties(place, looking), ...own, [DISPLAY_NAME, () => shownName]])
}

export const publicUrl = (token: string): string => `/remote.php/dav/public-calendars/${token}/`
