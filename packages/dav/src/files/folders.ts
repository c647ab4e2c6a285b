import type { Call, Collection, Place } from '@offramp/core'
import { isRefusal } from '../faults.ts'
import { type FilesDesk, folderHref, partsOf } from './desk.ts'
import { type Glance, newGlance } from './glance.ts'
import { encodeName, encodePath, printOf, sameName, withPrint } from './names/encode.ts'
import type { NameRules } from './names/rules.ts'
import { statAt } from './stat.ts'

/** What is known of an account's folders. */
export interface Folders {
  /** Which collection has a place, by the name that the server takes for the same. Of one connection: another process may have moved them since. */
  readonly claims: Map<string, string>
  /** Places that stand there. Of one connection as well: another process may have taken them away. */
  readonly made: Set<string>
  /** Places in which more stands than is worth being listed before a bulk upload. Of one connection. */
  readonly large: Set<string>
  /** What this connection has made and nobody was told of yet: by what the server calls each. */
  readonly fresh: Map<string, string>
  /** Of all connections of a process: names that are being written, so that nothing which overwrites silently does so over them. */
  readonly busy: Set<string>
  /** Of one connection. */
  readonly glance: Glance
}

export const newFolders = (busy: Set<string>): Folders => ({
  claims: new Map(),
  made: new Set(),
  large: new Set(),
  fresh: new Map(),
  busy,
  glance: newGlance(),
})

type Where = Pick<FilesDesk, 'settings' | 'server' | 'folders'>

const joined = (...parts: readonly string[]): string => `/${parts.filter((part) => part !== '').join('/')}`

/** The folder below which everything goes, as parts. */
const rootOf = (settings: Where['settings'], rules: NameRules): string =>
  encodePath(
    (settings.root ?? '').split('/').filter((part) => part !== ''),
    rules,
  )

/** Room for one more name of full length is left in a path. */
const roomIn = (rules: NameRules, root: string): number => rules.pathBytes - Buffer.byteLength(root) - rules.bytes - 2

/** Where a collection stands if nothing is in its way. */
export function plainPlace(
  { settings, server: { rules } }: Pick<Where, 'settings' | 'server'>,
  { path }: Pick<Collection, 'path'>,
): string {
  const root = rootOf(settings, rules)
  return joined(root, path.length === 0 ? '' : encodePath(path, rules, roomIn(rules, root)))
}

/** The same beside another of that name, told apart by the collection's own id. */
function secondPlace(where: Where, collection: Collection): string {
  const { rules } = where.server
  const parts = partsOf(plainPlace(where, collection))
  const last = parts.at(-1) ?? encodeName('', rules)
  return joined(...parts.slice(0, -1), withPrint(last, printOf(collection.id), rules))
}

const claimOf = ({ server }: Where, place: string): string => sameName(place, server.rules)

const isTaken = (where: Where, place: string, { id }: Collection): boolean => (where.folders.claims.get(claimOf(where, place)) ?? id) !== id

const placeAt = (id: string): Place => ({ id, name: id })

/**
 * Makes the folder with all above it. A person's folder of that name is used. Where another collection has the name (siblings of one name, or such
 * as the server takes for one), it stands beside it under a name that its own id gives, and is found there by every process.
 */
export async function prepare(desk: FilesDesk, collection: Collection, call: Call): Promise<Place> {
  const plain = plainPlace(desk, collection)
  // The folder of the drive itself is the account's: it has no namesakes.
  if (collection.path.length === 0) {
    await makeWhole(desk, plain, call)
    return told(desk, plain)
  }
  const second = secondPlace(desk, collection)
  if (!isTaken(desk, plain, collection)) {
    const known = desk.folders.claims.get(claimOf(desk, plain)) === collection.id && desk.folders.made.has(plain)
    // Some servers (rclone's) confirm that they have made what stood there before.
    const stood = !known && desk.server.kind === 'other' && (await isFolder(desk, plain, call))
    if (known || (!stood && (await make(desk, plain, call)) === 'made')) return claim(desk, plain, collection)
    if (!(await isFolder(desk, second, call)) && (await isFolder(desk, plain, call))) return claim(desk, plain, collection)
  }
  await make(desk, second, call)
  return claim(desk, second, collection)
}

function claim(desk: FilesDesk, place: string, { id }: Collection): Place {
  desk.folders.claims.set(claimOf(desk, place), id)
  desk.folders.made.add(place)
  return told(desk, place)
}

/** With what was made for it, or on the way to one that is told of later. */
function told({ folders }: FilesDesk, place: string): Place {
  const made = new Map(folders.fresh)
  folders.fresh.clear()
  return { ...placeAt(place), made }
}

/** The place that `prepare` gives, if it stands. */
export async function placeOf(desk: FilesDesk, collection: Collection, call: Call): Promise<Place | undefined> {
  const plain = plainPlace(desk, collection)
  if (collection.path.length > 0) {
    const second = secondPlace(desk, collection)
    if (await isFolder(desk, second, call)) return placeAt(second)
    if (isTaken(desk, plain, collection)) return undefined
  }
  if (!(await isFolder(desk, plain, call))) return undefined
  if (collection.path.length > 0) desk.folders.claims.set(claimOf(desk, plain), collection.id)
  return placeAt(plain)
}

const isFolder = async (desk: FilesDesk, place: string, call: Call): Promise<boolean> =>
  (await statAt(desk, folderHref(desk, place), call))?.isFolder === true

/** One folder; what is above it only where the server misses it. */
async function make(desk: FilesDesk, place: string, call: Call, isAgain = false): Promise<'made' | 'stood'> {
  try {
    const id = await (desk.makeFolder?.(place, call) ?? makePlain(desk, place, call))
    if (id === undefined) return 'stood'
    if (id !== '' && desk.server.trash !== undefined) desk.folders.fresh.set(place, id)
    return 'made'
  } catch (thrown) {
    if (isRefusal(thrown, 405)) return 'stood'
    const parts = partsOf(place)
    // Nobody makes the account's own root, and some servers say 403 or 409 to who tries.
    if (parts.length === 0) return 'stood'
    // A missing parent: 409 by the book; 404 from some.
    if (isAgain || !isRefusal(thrown, 404, 409) || parts.length === 1) throw thrown
    await make(desk, joined(...parts.slice(0, -1)), call)
    return make(desk, place, call, true)
  }
}

/** One MKCOL, and the id that the server tells of what it has made. */
export async function makePlain(desk: Pick<FilesDesk, 'client' | 'server'>, place: string, call: Call): Promise<string> {
  const answer = await desk.client.send({ method: 'MKCOL', href: folderHref(desk, place), asks: 'folder' }, call)
  return answer.headers['oc-fileid'] ?? ''
}

/** Makes a folder again that somebody has removed, with all above it. */
export async function makeWhole(desk: FilesDesk, place: string, call: Call): Promise<void> {
  if (partsOf(place).length > 0) await make(desk, place, call)
  desk.folders.made.add(place)
}
