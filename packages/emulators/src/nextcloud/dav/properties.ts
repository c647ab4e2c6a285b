import { calendarProperties } from '../calendars/properties.ts'
import { bookProperties } from '../contacts/properties.ts'
import type { CloudState } from '../serve/state.ts'
import { defaultCalendar } from '../users/furnish.ts'
import type { CloudUser } from '../users/user.ts'
import { cal, card, clark, d, NEXTCLOUD_COM, SABRE } from '../xml/names.ts'
import { element, textElement } from '../xml/write.ts'
import { collectionHref } from './paths.ts'
import type { Place } from './place.ts'
import { hrefXml, type Looking, type Properties, principalOf, privileges } from './property-xml.ts'
import type { Stored } from './shelf.ts'

/** What a client that asks for all properties is given; the others must be named. */
export const ALL_PROPERTIES: readonly string[] = [
  d('getlastmodified'),
  d('getcontentlength'),
  d('resourcetype'),
  d('quota-used-bytes'),
  d('quota-available-bytes'),
  d('getetag'),
  d('getcontenttype'),
]

const COLLECTION = element(d('collection'))

/** Everything that a place can say of itself. */
export function propertiesOf(place: Place, looking: Looking): Properties {
  const own = new Map<string, () => string | undefined>([[d('current-user-principal'), () => hrefXml(principalOf(looking.viewer))]])
  // Of what is shared it is whoever shares it (seen with 32.0.1).
  const owner =
    'user' in place ? place.user.id : place.kind === 'collection' || place.kind === 'object' ? place.shown.collection.owner : undefined
  if (owner !== undefined) own.set(d('owner'), () => hrefXml(collectionHref('principals', 'users', owner)))
  for (const [name, value] of specific(place, looking)) own.set(name, value)
  return own
}

function specific(place: Place, looking: Looking): Properties {
  switch (place.kind) {
    case 'principal':
      return principalProperties(place.user, looking.state)
    case 'collection':
      return place.shown.collection.kind === 'calendar' ? calendarProperties(place, looking) : bookProperties(place, looking)
    case 'object':
      return storedProperties(place.stored)
    case 'delivered':
      return storedProperties(place.stored)
    case 'trashed':
      return new Map([
        ...storedProperties(place.trashed.stored),
        [clark(NEXTCLOUD_COM, 'calendar-uri'), () => place.calendar.uri],
        [clark(NEXTCLOUD_COM, 'deleted-at'), () => new Date(place.trashed.deletedAt).toISOString()],
      ])
    case 'home':
      return new Map([
        [d('resourcetype'), () => COLLECTION],
        [d('current-user-privilege-set'), () => privileges('own')],
      ])
    default:
      return new Map([[d('resourcetype'), () => typeOf(place, looking.state)]])
  }
}

function typeOf(place: Place, state: CloudState): string {
  switch (place.kind) {
    case 'inbox':
      return COLLECTION + element(cal('schedule-inbox'))
    case 'outbox':
      return COLLECTION + element(cal('schedule-outbox'))
    case 'trashbin':
      return state.settings.calendarRetentionObligation === 0 ? COLLECTION : COLLECTION + element(clark(NEXTCLOUD_COM, 'trash-bin'))
    case 'trashed-calendar':
      return COLLECTION + element(clark(NEXTCLOUD_COM, 'deleted-calendar'))
    default:
      return COLLECTION
  }
}

const TYPES: Readonly<Record<string, string>> = { VCARD: 'text/vcard; charset=utf-8' }

const storedProperties = (stored: Stored): Properties =>
  new Map<string, () => string | undefined>([
    [d('resourcetype'), () => ''],
    [d('getetag'), () => stored.etag.replaceAll('"', '&quot;')],
    [d('getcontenttype'), () => TYPES[stored.component] ?? `text/calendar; charset=utf-8; component=${stored.component.toLowerCase()}`],
    [d('getcontentlength'), () => String(stored.bytes.length)],
    [d('getlastmodified'), () => new Date(stored.modified).toUTCString()],
  ])

function principalProperties(user: CloudUser, state: CloudState): Properties {
  const home = collectionHref('calendars', user.id)
  const addresses = [...(user.email === undefined ? [] : [`mailto:${user.email}`]), principalOf(user)]
  return new Map<string, () => string | undefined>([
    [d('resourcetype'), () => COLLECTION + element(d('principal'))],
    [d('displayname'), () => textContent(user.displayName)],
    [d('principal-URL'), () => hrefXml(principalOf(user))],
    [d('group-membership'), () => user.groups.map((group) => hrefXml(collectionHref('principals', 'groups', group))).join('')],
    [clark(SABRE, 'email-address'), () => (user.email === undefined ? undefined : textContent(user.email))],
    [cal('calendar-home-set'), () => hrefXml(home)],
    [cal('calendar-user-address-set'), () => addresses.map(hrefXml).join('')],
    [cal('calendar-user-type'), () => user.kind.toUpperCase()],
    [cal('schedule-inbox-URL'), () => hrefXml(`${home}inbox/`)],
    [cal('schedule-outbox-URL'), () => hrefXml(`${home}outbox/`)],
    [cal('schedule-default-calendar-URL'), () => hrefXml(`${home}${defaultCalendar(state, user).uri}/`)],
    [card('addressbook-home-set'), () => hrefXml(collectionHref('addressbooks', 'users', user.id))],
  ])
}

const textContent = (text: string): string => textElement(d('x'), text).replace(/^<d:x>|<\/d:x>$|^<d:x\/>$/g, '')
