import type { Reply } from '../../serve/reply.ts'
import { matchesCalendar } from '../calendars/filter.ts'
import { convertCard, wantedVersion } from '../contacts/convert.ts'
import { matchesCard } from '../contacts/filter.ts'
import { DavError, notFound } from '../serve/errors.ts'
import type { CloudUser } from '../users/user.ts'
import { cal, card, d } from '../xml/names.ts'
import { childOf, childrenOf, type XmlElement } from '../xml/read.ts'
import { escapeXml } from '../xml/write.ts'
import { type Asked, bodyXml, isMinimal } from './asked.ts'
import { multistatus, propertyResponse, statusResponse } from './multistatus.ts'
import { memberHref, segmentsOf } from './paths.ts'
import { asCollection, objectIn, type Place, placeAt, trashName } from './place.ts'
import { groupsOf, type Manner } from './propfind.ts'
import type { Stored } from './shelf.ts'
import { readSyncToken, syncToken } from './sync-token.ts'
import type { CollectionPlace } from './targets.ts'

type ObjectPlace = Extract<Place, { readonly kind: 'object' | 'delivered' | 'trashed' }>

/** REPORT. */
export function report(asked: Asked): Reply {
  const place = placeAt(asked.state, asked.viewer, asked.segments)
  if (!place) throw notFound(asked.segments.at(-1) ?? '')
  const xml = bodyXml(asked)
  switch (xml?.name) {
    case cal('calendar-multiget'):
    case card('addressbook-multiget'):
      return multiget(asked, xml)
    case cal('calendar-query'):
      return query(asked, asCollection(place), { xml, matches: matchesCalendar })
    case card('addressbook-query'):
      return query(asked, place, { xml, matches: matchesCard })
    case d('sync-collection'):
      return changes(asked, place, xml)
    default:
      asked.state.violations.note(`the emulator knows no report ${xml?.name ?? 'without a name'}`)
      throw new DavError(403, {
        message: `The ${xml?.name ?? ''} REPORT is not supported`,
        exception: 'Sabre\\DAV\\Exception\\ReportNotSupported',
        condition: '<d:supported-report/>\n',
      })
  }
}

interface Answering {
  readonly wanted: readonly string[]
  readonly manner: Manner
}

/** What properties a report asks for, its data included. */
function answering(asked: Asked, xml: XmlElement): Answering {
  const properties = childOf(xml, d('prop'))?.children ?? []
  const data = properties.find(({ name }) => name === card('address-data'))
  if (properties.some(({ name, children }) => name === cal('calendar-data') && children.length > 0))
    asked.state.violations.note('the emulator gives calendar-data whole, neither expanded nor in part')
  const version = data?.attributes['version'] === '4.0' ? '4.0' : wantedVersion(undefined)
  const extra = (place: Place, name: string): string | undefined => {
    const stored = storedOf(place)
    if (!stored) return undefined
    if (name === cal('calendar-data') && stored.component !== 'VCARD') return escapeXml(stored.bytes.toString())
    return name === card('address-data') && stored.component === 'VCARD'
      ? escapeXml(convertCard(stored.bytes, version).toString())
      : undefined
  }
  return { wanted: properties.map(({ name }) => name), manner: { minimal: isMinimal(asked), extra } }
}

function storedOf(place: Place): Stored | undefined {
  if (place.kind === 'object' || place.kind === 'delivered') return place.stored
  return place.kind === 'trashed' ? place.trashed.stored : undefined
}

function multiget(asked: Asked, xml: XmlElement): Reply {
  const how = answering(asked, xml)
  const responses = childrenOf(xml, d('href')).map(({ text }) => {
    const href = URL.canParse(text.trim()) ? new URL(text.trim()).pathname : text.trim()
    const segments = segmentsOf(href)
    const place = segments && placeAt(asked.state, asked.viewer, segments)
    return place && storedOf(place) ? propertyResponse(place.href, groupsOf(place, asked, how)) : statusResponse(href, 404)
  })
  return multistatus(responses)
}

interface Query {
  readonly xml: XmlElement
  readonly matches: (filter: XmlElement | undefined, bytes: Buffer) => boolean
}

function query(asked: Asked, place: Place, { xml, matches }: Query): Reply {
  const filter = xml.children.find(({ name }) => name === cal('filter') || name === card('filter'))
  const how = answering(asked, xml)
  // The bin gives all that is in it, whatever is asked for (seen with 24.0.5).
  const isBin = place.kind === 'trash-objects'
  const found = queried(place).filter((each) => isBin || matches(filter, storedOf(each)?.bytes ?? Buffer.alloc(0)))
  const limit = Number(childOf(childOf(xml, card('limit')), card('nresults'))?.text ?? Number.NaN)
  const given = Number.isInteger(limit) && limit >= 0 ? found.slice(0, limit) : found
  return multistatus(given.map((each) => propertyResponse(each.href, groupsOf(each, asked, how))))
}

/** What is in the bin of a calendar that is in the bin itself is not shown. */
const present = ({ calendars }: CloudUser) => calendars.filter(({ deletedAt }) => deletedAt === undefined)

function queried(place: Place): readonly ObjectPlace[] {
  if (place.kind === 'collection') return place.shown.collection.shelf.all().map((stored) => objectIn(place, stored))
  if (place.kind === 'trash-objects')
    return present(place.user).flatMap((calendar) =>
      [...calendar.trash.values()].map((trashed) => {
        const href = memberHref(place.href, trashName(trashed))
        return { kind: 'trashed', href, user: place.user, calendar, trashed } as const
      }),
    )
  throw new DavError(403, { message: 'This report is only for collections', exception: 'Sabre\\DAV\\Exception\\ReportNotSupported' })
}

/** RFC 6578: what has changed since a token. */
function changes(asked: Asked, place: Place, xml: XmlElement): Reply {
  if (place.kind !== 'collection')
    throw new DavError(403, { message: 'This collection has no sync tokens', exception: 'Sabre\\DAV\\Exception\\ReportNotSupported' })
  const { shelf } = place.shown.collection
  const text = childOf(xml, d('sync-token'))?.text.trim() ?? ''
  const how = answering(asked, xml)
  const changed = text === '' ? shelf.all().map(({ name }) => ({ name, token: shelf.token - 1 })) : shelf.since(readSyncToken(text) ?? -1)
  if (!changed)
    throw new DavError(403, {
      message: 'Invalid or unknown sync token',
      exception: 'Sabre\\DAV\\Exception\\InvalidSyncToken',
      condition: '<d:valid-sync-token/>\n',
    })
  const limit = Number(childOf(childOf(xml, d('limit')), d('nresults'))?.text ?? Number.NaN)
  const isCut = text !== '' && Number.isInteger(limit) && limit > 0 && changed.length > limit
  const given = isCut ? changed.slice(0, limit) : changed
  const responses = given.map(({ name }) => changedOne(asked, place, { name, how }))
  const token = isCut ? (given.at(-1)?.token ?? 0) + 1 : shelf.token
  return multistatus(isCut ? [...responses, statusResponse(place.href, 507)] : responses, syncToken(token))
}

function changedOne(asked: Asked, place: CollectionPlace, { name, how }: { readonly name: string; readonly how: Answering }): string {
  const stored = place.shown.collection.shelf.get(name)
  if (!stored) return statusResponse(memberHref(place.href, name), 404)
  return propertyResponse(memberHref(place.href, name), groupsOf(objectIn(place, stored), asked, how))
}
