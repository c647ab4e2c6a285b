import { DISPLAY_NAME } from '../dav/collection.ts'
import { collectionProperties } from '../dav/collection-properties.ts'
import type { Place } from '../dav/place.ts'
import { type Looking, type Properties, privileges, reportSet } from '../dav/property-xml.ts'
import { card, d } from '../xml/names.ts'
import { element, escapeXml } from '../xml/write.ts'

type CollectionPlace = Extract<Place, { readonly kind: 'collection' }>

const REPORTS = [card('addressbook-multiget'), card('addressbook-query'), d('sync-collection'), d('expand-property')]
/** Announced whatever the administrator has set (facts 6). */
const MAX_BYTES = 10_000_000

const dataType = (version: string): string => element(card('address-data-type'), '', { 'content-type': 'text/vcard', version })

/** What an address book says of itself. */
export function bookProperties(place: CollectionPlace, looking: Looking): Properties {
  const { collection, access } = place.shown
  const owner = looking.state.users.get(collection.owner)
  const name = collection.properties.get(DISPLAY_NAME) ?? ''
  const own: readonly (readonly [string, () => string | undefined])[] = [
    [d('resourcetype'), () => element(d('collection')) + element(card('addressbook'))],
    [card('supported-address-data'), () => dataType('3.0') + dataType('4.0')],
    [card('max-resource-size'), () => String(MAX_BYTES)],
    [d('supported-report-set'), () => reportSet(REPORTS)],
    [d('current-user-privilege-set'), () => privileges(access)],
    [DISPLAY_NAME, () => (access === 'own' || !owner ? name : `${name} (${escapeXml(owner.displayName)})`)],
  ]
  return new Map([...collectionProperties(place, looking), ...own])
}
