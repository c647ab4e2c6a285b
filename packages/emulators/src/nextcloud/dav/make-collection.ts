import type { Reply } from '../../serve/reply.ts'
import { DavError, forbidden } from '../serve/errors.ts'
import { isSince } from '../version.ts'
import { cal, card, d } from '../xml/names.ts'
import { childOf, childrenOf } from '../xml/read.ts'
import { type Asked, bodyXml } from './asked.ts'
import { changesIn, componentsIn, typesIn } from './change-properties.ts'
import { type DavCollection, DESCRIPTION, DISPLAY_NAME, newCollection } from './collection.ts'
import { mustFit } from './columns.ts'
import { type Place, placeAt } from './place.ts'

const RESERVED = /^(contact_birthdays|trashbin|inbox|outbox|app-generated--.*)$/

const unknownType = (): DavError =>
  new DavError(403, {
    message: 'Unknown resourceType for this collection',
    exception: 'Sabre\\DAV\\Exception\\InvalidResourceType',
    condition: '<d:valid-resourcetype/>\n',
  })

/** MKCALENDAR and MKCOL, plain or extended. */
export function makeCollection(asked: Asked): Reply {
  const { state, viewer, segments, method } = asked
  const parent = placeAt(state, viewer, segments.slice(0, -1))
  if (!parent) throw new DavError(409, 'Parent node does not exist')
  const xml = bodyXml(asked)
  const types = typesIn(xml)
  if (parent.kind !== 'home') throw forbidden('The parent resource of the path you specified must be a collection')
  if (placeAt(state, viewer, segments)) throw new DavError(405, 'The resource you tried to create already exists')
  const kind = method === 'MKCALENDAR' && !types ? 'calendar' : kindOf(types)
  if (kind === undefined || kind !== parent.of) throw unknownType()
  const uri = segments.at(-1) ?? ''
  if (kind === 'calendar' && RESERVED.test(uri)) throw new DavError(405, 'The resource you tried to create has a reserved name')
  limit(asked, parent)
  mustFitAll(asked, kind)
  const components = componentsIn(xml)
  const collection = newCollection({ id: state.nextId(), kind, uri, owner: viewer.id, ...(components && { components }) })
  for (const { name, value } of changesIn(xml)) if (value !== undefined && !isOwn(name)) collection.properties.set(name, value)
  listOf(parent).push(collection)
  state.manners.madeCollection(asked.path)
  return { status: 201, body: [], type: 'text/html; charset=UTF-8' }
}

/** Name and description are columns; and what is none of the two nobody can give an address book while it is made. */
function mustFitAll(asked: Asked, kind: DavCollection['kind']): void {
  const columns = new Set([DISPLAY_NAME, DESCRIPTION[kind]])
  const properties = childrenOf(bodyXml(asked), d('set')).flatMap((part) => childOf(part, d('prop'))?.children ?? [])
  for (const { name, text } of properties) {
    if (columns.has(name)) mustFit(text)
    if (kind === 'book' && !columns.has(name) && !isOwn(name)) throw new DavError(400, `Unknown property: ${name}`)
  }
}

const isOwn = (name: string): boolean => name === '{DAV:}resourcetype' || name === cal('supported-calendar-component-set')

const listOf = ({ user, of }: Extract<Place, { readonly kind: 'home' }>): DavCollection[] =>
  of === 'calendar' ? user.calendars : user.books

function kindOf(types: readonly string[] | undefined): DavCollection['kind'] | undefined {
  if (types?.includes(cal('calendar'))) return 'calendar'
  return types?.includes(card('addressbook')) ? 'book' : undefined
}

/** Facts 5.4: the rate is looked at first, and what is refused by it is not counted; what the count refuses is. */
function limit(asked: Asked, home: Extract<Place, { readonly kind: 'home' }>): void {
  const { state, viewer, path } = asked
  const { limits } = state
  const [perHour, most] = home.of === 'calendar' ? [limits.calendarsPerHour, limits.calendars] : [limits.booksPerHour, limits.books]
  const words = home.of === 'calendar' ? 'calendars' : 'addressbooks'
  if (!state.rates.take(`${words} ${viewer.id}`, perHour, { now: state.now() })) {
    state.manners.refusedCollection(slashed(path))
    throw new DavError(429, `Too many ${words} created`)
  }
  const count = listOf(home).filter(({ birthdays, deletedAt }) => !birthdays && (deletedAt === undefined || !isSince(state.version, '25')))
  if (most < 0 || count.length < most) return
  state.manners.refusedCollection(slashed(path))
  throw forbidden(home.of === 'calendar' ? 'Calendar limit reached' : 'AddressBook limit reached')
}

const slashed = (path: string): string => (path.endsWith('/') ? path : `${path}/`)
