import { createHash } from 'node:crypto'
import type { Call, Item, Services } from '@offramp/core'
import type { DavClient } from '../client.ts'
import type { Folders } from './folders.ts'
import { encodeName, printOf, withPrint } from './names/encode.ts'
import type { NameRules } from './names/rules.ts'
import type { Pool } from './pool.ts'
import type { FilesSettings } from './settings.ts'
import type { ShareDays } from './share-end.ts'
import type { WholeWay } from './whole-way.ts'

/** How a server can be made to keep when a file was changed. */
export type DateWay =
  /** `X-OC-MTime` with the file itself. */
  | 'header'
  /** PROPPATCH of this property, afterwards. */
  | 'D:lastmodified'
  | 'D:getlastmodified'
  | 'none'

/** What holds the files, and what it can do. */
export interface FilesServer {
  readonly kind: 'nextcloud' | 'owncloud' | 'other'
  readonly version: readonly number[]
  /** For people: `Nextcloud 33.0.2`. */
  readonly says: string
  /** Path under which a Nextcloud is installed, without a slash at its end. */
  readonly webRoot: string
  /** The account's name at the server, which may be another than its login. */
  readonly user: string
  /** Path of the account's files, with a slash at its end. */
  readonly root: string
  /** The same of its chunked uploads. Absent: it takes files whole. */
  readonly uploads?: string
  /** Path of its trash bin, with a slash at its end. Absent: what is removed is gone. */
  readonly trash?: string
  readonly rules: NameRules
  readonly bulk: boolean
  /** It tells the hash of what it has stored: `X-Hash`, `X-Recalculate-Hash`. */
  readonly hashes: boolean
  /** `If-Match` and `If-None-Match` hold, and nobody sees half a file under its name. */
  readonly direct: boolean
  readonly dates: DateWay
  readonly keepsVersions: boolean
  readonly shareDays?: ShareDays
}

/** A folder that nobody enters but the account that moves, in which files stand until they are closed themselves. */
export interface ClosedPlace {
  readonly place: string
  /** Closes a file that stands in it, or gives it the access list of the one that it is to stand for. Whoever moves it then moves the list with it. */
  close(href: string, over: string | undefined, call: Call): Promise<void>
}

/** What the operations on one account's files need. */
export interface FilesDesk {
  readonly settings: FilesSettings
  readonly services: Services
  readonly client: DavClient
  readonly server: FilesServer
  readonly folders: Folders
  /** Makes one folder, where that is more than a MKCOL, and tells its id as the server has told it; `''` where it has not, undefined where it stood. */
  makeFolder?(place: string, call: Call): Promise<string | undefined>
  /** Where new files have to be closed before they get their names. Undefined, or absent: they need not. `anew`: it is not where it was. */
  closed?(call: Call, anew?: 'anew'): Promise<ClosedPlace | undefined>
  /** Memory that all accounts of this process share. */
  readonly pool: Pool
  readonly chunkBytes: number
  readonly whole: WholeWay
}

const encoded = (part: string): string =>
  encodeURIComponent(part).replace(/['()*!]/g, (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`)

/** Parts of a `Place.id`: `/A/B`; `/` is the account's own root. */
export const partsOf = (place: string): readonly string[] => place.split('/').filter((part) => part !== '')

/** Address of a folder, with a slash at its end. */
export const folderHref = ({ server }: Pick<FilesDesk, 'server'>, place: string): string =>
  server.root +
  partsOf(place)
    .map((part) => `${encoded(part)}/`)
    .join('')

export const fileHref = (desk: Pick<FilesDesk, 'server'>, place: string, name: string): string => folderHref(desk, place) + encoded(name)

/** An item's name where nothing is in its way. */
export const plainName = (rules: NameRules, { naturalKey }: Pick<Item, 'naturalKey'>): string => encodeName(naturalKey, rules)

/** Under which names an item may stand in its folder: where nothing is in its way, and then told apart by a print of its id. */
export function namesOf(rules: NameRules, { id, naturalKey }: Pick<Item, 'id' | 'naturalKey'>): readonly [string, ...string[]] {
  const plain = plainName(rules, { naturalKey })
  return [plain, withPrint(plain, printOf(id), rules), withPrint(plain, printOf(`${id}\n2`), rules)]
}

/** A name of our own for what is not yet whole: the same in every try. */
export const temporaryName = (item: Pick<Item, 'id' | 'version'>, place: string): string =>
  `.offramp-${createHash('sha256')
    .update(JSON.stringify([item.id, item.version, place]))
    .digest('hex')
    .slice(0, 20)}.tmp`

const OURS = /^\.offramp-(?:probe-)?[0-9a-f]{20}\.tmp$/

/** What an upload that broke off has left; nobody's file. */
export const isTemporary = (name: string): boolean => OURS.test(name)
