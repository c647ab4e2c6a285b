import { APPLE, CALDAV, CARDDAV, clark, DAV } from '../xml/names.ts'
import { escapeXml } from '../xml/write.ts'
import { Shelf, type Stored } from './shelf.ts'

export type Access = 'read' | 'read-write'

/** What was deleted but is kept for a while, under a name of the trash bin's own. */
export interface Trashed {
  /** By which the bin calls it. */
  readonly id: number
  readonly stored: Stored
  readonly deletedAt: number
}

/** A calendar or an address book, as its owner has it. */
export interface DavCollection {
  readonly id: number
  readonly kind: 'calendar' | 'book'
  readonly uri: string
  readonly owner: string
  /** XML within each property that can be changed, by Clark name. */
  readonly properties: Map<string, string>
  readonly components: readonly string[]
  readonly shelf: Shelf
  /** By principal: `principals/users/bob`, `principals/groups/staff`. */
  readonly shares: Map<string, Access>
  /** By name in the bin. */
  readonly trash: Map<string, Trashed>
  /** Made by the server; nobody writes into it. */
  readonly birthdays: boolean
  publicToken: string | undefined
  /** Milliseconds since the Unix epoch. */
  deletedAt: number | undefined
}

export interface NewCollection {
  readonly id: number
  readonly kind: DavCollection['kind']
  readonly uri: string
  readonly owner: string
  readonly components?: readonly string[]
  readonly properties?: ReadonlyMap<string, string>
  readonly birthdays?: boolean
}

/** Sabre's where a client names none. */
const DEFAULT_COMPONENTS = ['VEVENT', 'VTODO']

export const newCollection = (wish: NewCollection): DavCollection => ({
  id: wish.id,
  kind: wish.kind,
  uri: wish.uri,
  owner: wish.owner,
  properties: new Map(wish.properties),
  components: wish.components ?? (wish.kind === 'calendar' ? DEFAULT_COMPONENTS : []),
  shelf: new Shelf(),
  shares: new Map(),
  trash: new Map(),
  birthdays: wish.birthdays ?? false,
  publicToken: undefined,
  deletedAt: undefined,
})

export const DISPLAY_NAME = clark(DAV, 'displayname')
export const COLOR = clark(APPLE, 'calendar-color')
export const ORDER = clark(APPLE, 'calendar-order')
export const DESCRIPTION = {
  calendar: clark(CALDAV, 'calendar-description'),
  book: clark(CARDDAV, 'addressbook-description'),
} as const

export const named = (name: string, others: readonly (readonly [string, string])[] = []): ReadonlyMap<string, string> =>
  new Map([[DISPLAY_NAME, escapeXml(name)], ...others])
