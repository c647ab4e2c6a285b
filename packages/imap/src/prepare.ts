import { type Call, type Collection, Fault, type Place } from '@offramp/core'
import type { Connection } from './connection.ts'
import { loadTree, type MailboxTree, type TreeEntry } from './mailbox-tree.ts'
import { decodeMailbox, encodeMailbox } from './modified-utf7.ts'
import { markedPath, placeName, plainPath, type Wanted } from './place-names.ts'
import { listOf, textOf } from './responses.ts'
import type { Session } from './session.ts'
import { atom, type Line, quoted } from './wire-client.ts'

/** A place's id, read back. */
export interface PlaceAddress {
  readonly path: string
  readonly uidValidity: number
}

export const placeId = ({ path, uidValidity }: PlaceAddress): string => `${uidValidity}:${path}`

/** An id that is not ours names no place: generation 0 is no mailbox's. */
export function readPlaceId(id: string): PlaceAddress {
  const colon = id.indexOf(':')
  return { uidValidity: Number(id.slice(0, Math.max(0, colon))) || 0, path: id.slice(colon + 1) }
}

const fold = (path: string): string => path.normalize('NFC').toLowerCase()

export interface Standing {
  readonly uidValidity: number
  readonly uidNext: number
}

/** `STATUS`; undefined where there is no such mailbox. */
export async function standing(connection: Connection, path: string, call: Call): Promise<Standing | undefined> {
  const numbers = new Map<string, number>()
  const STATUS = async (line: Line) => {
    const items = listOf(line.attributes?.[1])
    if (decodeMailbox(textOf(line.attributes?.[0])).toUpperCase() !== path.toUpperCase()) return
    for (let at = 0; at + 1 < items.length; at += 2) numbers.set(textOf(items[at]).toUpperCase(), Number(textOf(items[at + 1])))
  }
  const wanted = [quoted(encodeMailbox(path)), [atom('UIDNEXT'), atom('UIDVALIDITY')]]
  try {
    await connection.exec('STATUS', wanted, { untagged: { STATUS }, doing: 'asking how a folder stands' }, call)
  } catch (thrown) {
    if (thrown instanceof Fault && (thrown.code === 'imap-place-gone' || thrown.code === 'imap-refused-unknown')) {
      return (await connection.select(path, call, true)) ?? undefined
    }
    throw thrown
  }
  const [uidValidity, uidNext] = [numbers.get('UIDVALIDITY'), numbers.get('UIDNEXT')]
  // Some servers leave UIDNEXT out of STATUS for a mailbox that is open; SELECT must say it.
  return uidValidity === undefined || uidNext === undefined ? await connection.select(path, call, true) : { uidValidity, uidNext }
}

const placeAt = (path: string, { uidValidity, uidNext }: Standing): Place => ({
  id: placeId({ path, uidValidity }),
  name: path,
  mark: String(uidNext),
})

/** Makes places. Keeps the list of mailboxes, and loads it anew when something is made. */
export class Places {
  readonly #session: Session
  /**
   * Which collection has taken which path, by the path in one case. All are asked for in the same order each time that an account is connected: what
   * they were called the last time does not count, or two that exchange their names would be taken for twins.
   */
  readonly #owners = new Map<string, string>()
  #tree: MailboxTree | undefined

  constructor(session: Session) {
    this.#session = session
  }

  prepare(collection: Collection, call: Call): Promise<Place> {
    return this.#session.use(async (connection) => {
      const path = await this.#pathFor(connection, collection, call)
      const stands = await standing(connection, path, call)
      if (stands === undefined) throw notMade(path)
      return placeAt(path, stands)
    }, call)
  }

  /** The path that `prepare` would choose. Makes nothing; what it chose is taken, as `prepare` takes it. */
  pathOf(collection: Collection, call: Call): Promise<string> {
    return this.#session.use(async (connection) => {
      const { wishes, there } = this.#choose(collection, await this.#loaded(connection, call))
      return this.#take(there ?? wishes[0]?.path ?? '', collection)
    }, call)
  }

  /** The place that `prepare` would give, where it stands already. Makes nothing. */
  placeOf(collection: Collection, call: Call): Promise<Place | undefined> {
    return this.#session.use(async (connection) => {
      const { wishes, there } = this.#choose(collection, await this.#loaded(connection, call))
      const path = this.#take(there ?? wishes[0]?.path ?? '', collection)
      const stands = there === undefined ? undefined : await standing(connection, path, call)
      return stands && placeAt(path, stands)
    }, call)
  }

  /** Every mailbox of the account that can hold messages. */
  async selectable(connection: Connection, call: Call): Promise<readonly string[]> {
    const tree = await this.#loaded(connection, call)
    return [...tree.entries.values()].filter((entry) => entry.selectable).map((entry) => entry.path)
  }

  async #loaded(connection: Connection, call: Call, fresh = false): Promise<MailboxTree> {
    if (this.#tree === undefined || fresh) this.#tree = await loadTree(connection, call)
    return this.#tree
  }

  /** Names to try, the best first; and the first of them that stands there already. */
  #choose(collection: Collection, tree: MailboxTree): { readonly wishes: readonly Wanted[]; readonly there: string | undefined } {
    const overrides = this.#session.settings.folders ?? {}
    const names = [placeName(collection, tree, overrides), placeName(collection, tree, overrides, true)]
    const wishes = [...names, { path: plainPath(collection, tree), use: undefined }].map((wish) => this.#own(wish, collection, tree))
    return { wishes, there: wishes.find((wish) => tree.entries.get(wish.path)?.selectable)?.path }
  }

  async #pathFor(connection: Connection, collection: Collection, call: Call): Promise<string> {
    const { wishes, there } = this.#choose(collection, await this.#loaded(connection, call))
    if (there !== undefined) return this.#take(there, collection)
    for (const wish of wishes) {
      if (await this.#make(connection, wish, call)) return this.#take(wish.path, collection)
    }
    throw notMade(wishes[0]?.path ?? '')
  }

  #take(path: string, collection: Collection): string {
    if (!this.#owners.has(fold(path))) this.#owners.set(fold(path), collection.id)
    return path
  }

  /**
   * Two collections whose names are one here get two places. The one that comes second is marked with its own id; a later process knows it
   * by the marked mailbox that stands there already. A place that differs in the case of its letters only is the same to many programs.
   */
  #own(wish: Wanted, collection: Collection, tree: MailboxTree): Wanted {
    if (wish.use !== undefined || wish.path === 'INBOX') return wish
    const marked = markedPath(wish.path, collection)
    if (tree.entries.has(marked)) return { path: marked, use: undefined }
    const owner = this.#owners.get(fold(wish.path))
    if (owner !== undefined && owner !== collection.id) return { path: marked, use: undefined }
    if (tree.entries.has(wish.path)) return wish
    const alike = [...tree.entries.values()].find((entry) => fold(entry.path) === fold(wish.path))
    return alike === undefined ? wish : { path: alike.path, use: undefined }
  }

  /** True when the mailbox is there now, whoever made it. */
  async #make(connection: Connection, wish: Wanted, call: Call): Promise<boolean> {
    const tree = await this.#loaded(connection, call)
    const { separator } = tree.style
    const parts = wish.path.slice(tree.prefix.length).split(separator)
    for (let length = 1; length < parts.length; length += 1) {
      const parent = tree.prefix + parts.slice(0, length).join(separator)
      if (!tree.entries.has(parent) && parent !== 'INBOX') await create(connection, { path: parent, use: undefined }, call)
    }
    const refusal = await create(connection, wish, call)
    const after = await this.#loaded(connection, call, true)
    if (isThere(after.entries, wish.path)) return true
    if (refusal !== undefined && refusal.code !== 'imap-refused-unknown' && refusal.code !== 'imap-place-gone') throw refusal
    return false
  }
}

const isThere = (entries: ReadonlyMap<string, TreeEntry>, path: string): boolean => entries.get(path)?.selectable === true

/** The refusal, where there was one: Cyrus 3.6 refuses an existing name without a code, so that LIST has to tell. */
async function create(connection: Connection, wish: Wanted, call: Call): Promise<Fault | undefined> {
  const name = quoted(encodeMailbox(wish.path))
  const special = wish.use !== undefined && connection.capabilities.has('CREATE-SPECIAL-USE')
  const use = special ? [[atom('USE'), [atom(`\\${wish.use.charAt(0).toUpperCase()}${wish.use.slice(1)}`)]]] : []
  let refusal: Fault | undefined
  try {
    await connection.exec('CREATE', [name, ...use], { doing: 'making a folder' }, call)
  } catch (thrown) {
    if (!(thrown instanceof Fault) || thrown.code === 'imap-connection-lost' || thrown.reach === 'gate') throw thrown
    if (special) return create(connection, { path: wish.path, use: undefined }, call)
    refusal = thrown
  }
  try {
    // Many programs show subscribed folders only.
    await connection.exec('SUBSCRIBE', [name], { doing: 'subscribing to a folder' }, call)
  } catch (thrown) {
    if (!(thrown instanceof Fault) || thrown.code === 'imap-connection-lost') throw thrown
  }
  return refusal
}

const notMade = (path: string): Fault =>
  new Fault({
    reach: 'account',
    code: 'imap-folder-refused',
    message: `The server made no folder "${path}", under no name that was tried.`,
    remedy:
      'Make a folder by hand and name it under folders in the settings of this endpoint, or give the login the right to create folders.',
  })
