import { type Call, type Collection, Fault, type Kind, type Place } from '@offramp/core'
import { writeEvent } from '@offramp/formats'
import type { DavClient } from './client.ts'
import { COMPONENT, listCollections, type Standing, takes } from './collections.ts'
import type { Home } from './discover.ts'
import { isRefusal } from './faults.ts'
import { displayName, markedName, slugs } from './names.ts'
import { timeZoneOf } from './time-zone-of.ts'
import { type Tree, writeXml } from './write-xml.ts'

export interface PlacesOf {
  readonly client: DavClient
  readonly home: Home
  readonly kind: Kind
}

/** Names that servers give the calendar or address book which every account has: Nextcloud and SOGo, Cyrus, Zimbra and others. */
const DEFAULTS: Readonly<Record<string, readonly string[]>> = {
  event: ['personal', 'default', 'calendar'],
  contact: ['contacts', 'personal', 'default', 'addressbook'],
}

/** The calendars or address books of one account. Each is made once; one that a person made is used as it is. */
export class Places {
  readonly #of: PlacesOf
  readonly #known = new Map<string, Promise<Standing>>()
  #listed: Promise<readonly Standing[]> | undefined
  #tail: Promise<unknown> = Promise.resolve()

  constructor(of: PlacesOf) {
    this.#of = of
  }

  /** What stands there now, as it was last seen. */
  list(call: Call): Promise<readonly Standing[]> {
    const listed = this.#listed ?? listCollections(this.#of.client, this.#of.home, call)
    this.#listed = listed
    listed.catch(() => {
      this.#listed = undefined
    })
    return listed
  }

  /** Something was not where it should be: the next to ask looks anew. */
  forget(): void {
    this.#listed = undefined
    this.#known.clear()
  }

  async prepare(collection: Collection, call: Call): Promise<Place> {
    const standing = await this.standing(collection, call)
    return { id: standing.path, name: standing.displayName }
  }

  /** One after another: two of one name are then told apart in the order in which they come. */
  standing(collection: Collection, call: Call): Promise<Standing> {
    const known = this.#known.get(collection.id)
    if (known) return known
    const made = this.#tail.then(() => this.#find(collection, call))
    this.#tail = made.catch(() => undefined)
    this.#known.set(collection.id, made)
    made.catch(() => this.#known.delete(collection.id))
    return made
  }

  /** Where `prepare` puts it, if that stands already. */
  async placeOf(collection: Collection, call: Call): Promise<Place | undefined> {
    const standing = this.#among(collection, await this.list(call))
    return standing && { id: standing.path, name: standing.displayName }
  }

  async #find(collection: Collection, call: Call): Promise<Standing> {
    const listed = await this.list(call)
    return this.#among(collection, listed) ?? this.#make(collection, listed, call)
  }

  #among(collection: Collection, listed: readonly Standing[]): Standing | undefined {
    const { kind } = this.#of
    const own = slugs(collection, kind).map((slug) => listed.find((one) => one.slug === slug && takes(one, kind)))
    return own.find((one) => one !== undefined) ?? (collection.role === 'default' ? this.#default(listed) : undefined)
  }

  /**
   * The source's own main calendar or address book goes into the one that the server has made for this: it is what people's programs open. Lists of
   * tasks have no such place that is theirs alone.
   */
  #default(listed: readonly Standing[]): Standing | undefined {
    const { home, kind } = this.#of
    const fit = listed.filter((one) => !one.foreign && takes(one, kind))
    const said = fit.find((one) => one.path === home.defaultCollection)
    if (kind === 'task') return undefined
    return (
      said ?? (DEFAULTS[kind] ?? []).map((name) => fit.find(({ slug }) => slug.toLowerCase() === name)).find((one) => one !== undefined)
    )
  }

  async #make(collection: Collection, listed: readonly Standing[], call: Call): Promise<Standing> {
    const { kind, home } = this.#of
    const taken = new Set(listed.filter((one) => takes(one, kind)).map((one) => one.displayName.normalize('NFC').toLowerCase()))
    const plain = displayName(collection, kind)
    const name = taken.has(plain.toLowerCase()) ? markedName(collection, kind) : plain
    for (const slug of slugs(collection, kind)) {
      const path = `${home.path}${slug}/`
      try {
        await this.#create(path, { collection, name }, call)
      } catch (thrown) {
        // 405 is Nextcloud's for one that stands, and for one in the trash bin; 409 Radicale's, 403 Cyrus's.
        if (!isRefusal(thrown, 403, 405, 409, 412)) throw thrown
        if (isRefusal(thrown, 403) && thrown.reach !== 'call') throw thrown
      }
      this.#listed = undefined
      const found = (await this.list(call)).find((one) => one.slug === slug)
      if (found !== undefined && takes(found, kind)) return found
    }
    throw notMade(name, this.#of.client)
  }

  async #create(path: string, wish: Wish, call: Call): Promise<void> {
    try {
      await this.#send(path, this.#properties(wish), call)
    } catch (thrown) {
      // A property that this server does not know must not cost the calendar: the essential ones are tried alone.
      if (!isRefusal(thrown, 400, 403, 409, 415, 422, 424, 207) || thrown.reach !== 'call') throw thrown
      await this.#send(path, this.#properties({ ...wish, bare: true }), call)
    }
  }

  async #send(path: string, props: Tree, call: Call): Promise<void> {
    const { client, kind } = this.#of
    const isBook = kind === 'contact'
    const method = isBook ? 'MKCOL' : 'MKCALENDAR'
    const body = writeXml(isBook ? 'D:mkcol' : 'C:mkcalendar', { 'D:set': { 'D:prop': props } })
    const headers = { 'content-type': 'application/xml; charset=utf-8' }
    await client.send({ method, href: path, body, headers, asks: 'make' }, call)
  }

  #properties({ collection, name, bare }: Wish): Tree {
    const { kind } = this.#of
    const { color, order, description, timeZone } = bare ? {} : collection
    const named: Tree = { 'D:displayname': name }
    if (kind === 'contact') {
      const type = { 'D:resourcetype': { 'D:collection': '', 'CR:addressbook': '' } }
      return { ...type, ...named, ...(description ? { 'CR:addressbook-description': description } : {}) }
    }
    return {
      ...named,
      ...(description ? { 'C:calendar-description': description } : {}),
      ...(color ? { 'A:calendar-color': `${color}ff`.toUpperCase() } : {}),
      ...(order === undefined ? {} : { 'A:calendar-order': String(order + 1) }),
      ...(timeZone === undefined || kind !== 'event' ? {} : timeZoneProperty(timeZone)),
      'C:supported-calendar-component-set': { 'C:comp': { '@name': kind === 'task' ? COMPONENT.task : COMPONENT.event } },
    }
  }
}

interface Wish {
  readonly collection: Collection
  readonly name: string
  /** Without what a server may not know. */
  readonly bare?: true
}

function timeZoneProperty(zone: string): Tree {
  const local = '2026-01-01T12:00:00'
  try {
    const { bytes } = writeEvent({ uid: 'zone', start: { local, zone }, end: { local, zone } })
    const text = timeZoneOf(bytes)
    return text === undefined ? {} : { 'C:calendar-timezone': text }
  } catch {
    return {}
  }
}

const notMade = (name: string, client: DavClient): Fault =>
  new Fault({
    reach: 'account',
    code: 'dav-collection-not-made',
    message: `"${name}" cannot be made for ${client.account} at ${client.host}: every address that was tried is taken, perhaps by deleted ones in the trash bin.`,
    remedy: 'Empty the trash bin of the calendars of this account, then resume.',
  })
