import { type Call, type Collection, Fault, type Kind, type Place } from '@offramp/core'
import { writeEvent } from '@offramp/formats'
import type { DavClient } from './client.ts'
import { COMPONENT, listCollections, type Standing, takes } from './collections.ts'
import type { Home } from './discover.ts'
import { isRefusal } from './faults.ts'
import type { DavResponse } from './multistatus.ts'
import { displayName, isSlugOf, markedName, shortDescription, slugs } from './names.ts'
import { timeZoneOf } from './time-zone-of.ts'
import { type Tree, writeXml } from './write-xml.ts'

export interface PlacesOf {
  readonly client: DavClient
  readonly home: Home
  readonly kind: Kind
  /** Milliseconds since the Unix epoch. */
  readonly now: () => number
}

/** Names that servers give the calendar or address book which every account has: Nextcloud and SOGo, Cyrus, Zimbra and others. */
const DEFAULTS: Readonly<Record<string, readonly string[]>> = {
  event: ['personal', 'default', 'calendar'],
  contact: ['contacts', 'personal', 'default', 'addressbook'],
}

/** The calendars or address books of one account. Each is made once; one that a person made is used as it is. */
export class Places {
  readonly #of: PlacesOf
  /** By the collection's id, under the name that it had then. */
  readonly #known = new Map<string, { readonly name: string; readonly standing: Promise<Standing> }>()
  #listed: Promise<readonly Standing[]> | undefined
  #listedAt = 0
  #tail: Promise<unknown> = Promise.resolve()

  constructor(of: PlacesOf) {
    this.#of = of
  }

  /** What stands there now, as it was last seen, or not longer ago than so many milliseconds. */
  list(call: Call, freshMs = Number.POSITIVE_INFINITY): Promise<readonly Standing[]> {
    const now = this.#of.now()
    if (this.#listed !== undefined && now - this.#listedAt < freshMs) return this.#listed
    const listed = listCollections(this.#of.client, this.#of.home, call)
    this.#listed = listed
    this.#listedAt = now
    listed.catch(() => {
      if (this.#listed === listed) this.#listed = undefined
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
    const name = displayName(collection, this.#of.kind)
    const known = this.#known.get(collection.id)
    if (known?.name === name) return known.standing
    const made = this.#tail.then(() => this.#find(collection, call))
    this.#tail = made.catch(() => undefined)
    this.#known.set(collection.id, { name, standing: made })
    const forget = (): void => void this.#known.delete(collection.id)
    // Called after a neighbour of that name, it is looked at again: the name may be free by then.
    made.then((standing) => (standing.called === standing.displayName && standing.called !== name ? forget() : undefined), forget)
    return made
  }

  /** Where `prepare` puts it, if that stands already. */
  async placeOf(collection: Collection, call: Call): Promise<Place | undefined> {
    const standing = this.#among(collection, await this.list(call))
    return standing && { id: standing.path, name: standing.displayName }
  }

  async #find(collection: Collection, call: Call): Promise<Standing> {
    const listed = await this.list(call)
    const standing = this.#among(collection, listed)
    return standing === undefined ? this.#make(collection, listed, call) : this.#named(standing, { collection, listed }, call)
  }

  /** It gets the name that the source gives it now, unless somebody has called it otherwise here, or it was never ours. */
  async #named(standing: Standing, { collection, listed }: Naming, call: Call): Promise<Standing> {
    if (this.#newName(standing, { collection, listed }) === undefined) return standing
    // A worker lives long, and somebody may have named it since it was last looked at.
    this.#listed = undefined
    const now = await this.list(call)
    const there = now.find(({ path }) => path === standing.path) ?? standing
    const name = this.#newName(there, { collection, listed: now })
    if (name === undefined || !(await this.#call(there.path, { 'D:displayname': name, 'F:called': name }, call))) return there
    this.#listed = undefined
    return { ...there, displayName: name, called: name }
  }

  /** Undefined where it stays as it is. */
  #newName(standing: Standing, { collection, listed }: Naming): string | undefined {
    const { called, displayName: has, foreign } = standing
    if (foreign || called !== has || has === displayName(collection, this.#of.kind)) return undefined
    const name = this.#nameOf({ collection, listed: listed.filter(({ path }) => path !== standing.path) })
    return name === has ? undefined : name
  }

  /** Whether the server has taken all of it. */
  async #call(path: string, props: Tree, call: Call): Promise<boolean> {
    const { client } = this.#of
    const body = writeXml('D:propertyupdate', { 'D:set': { 'D:prop': props } })
    let taken = false
    const take = ({ props: given }: DavResponse): void => {
      taken ||= Object.keys(props).every((name) => given.has(name))
    }
    try {
      await client.multistatus({ method: 'PROPPATCH', href: path, body, asks: 'share' }, take, call)
    } catch (thrown) {
      if (!isRefusal(thrown) || thrown.reach === 'gate' || thrown.reach === 'account') throw thrown
    }
    return taken
  }

  #nameOf({ collection, listed }: Naming): string {
    const { kind } = this.#of
    const taken = new Set(listed.filter((one) => takes(one, kind)).map((one) => one.displayName.normalize('NFC').toLowerCase()))
    const plain = displayName(collection, kind)
    return taken.has(plain.toLowerCase()) ? markedName(collection, kind) : plain
  }

  #among(collection: Collection, listed: readonly Standing[]): Standing | undefined {
    const { kind } = this.#of
    const fit = listed.filter((one) => takes(one, kind))
    const own = slugs(collection, kind).map((slug) => fit.find((one) => one.slug === slug))
    // One that was renamed at the source since keeps its address.
    const earlier = fit.find(({ slug }) => isSlugOf(slug, collection, kind))
    return own.find((one) => one !== undefined) ?? earlier ?? (collection.role === 'default' ? this.#default(listed) : undefined)
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
    const name = this.#nameOf({ collection, listed })
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
      if (found === undefined || !takes(found, kind)) continue
      // Where the server forgets it, a name stays as it is for ever.
      return (await this.#call(path, { 'F:called': found.displayName }, call)) ? { ...found, called: found.displayName } : found
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
    const { color, order, timeZone } = bare ? {} : collection
    const description = bare ? undefined : shortDescription(collection)
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

interface Naming {
  readonly collection: Collection
  /** What stands beside it. */
  readonly listed: readonly Standing[]
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
