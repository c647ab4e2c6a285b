import { type Account, type Call, Fault, type Share } from '@offramp/core'
import { isObject, type Json, objectOf, objectsOf, textOf } from '@offramp/wire'
import { linkOf } from './client.ts'
import type { DriveClient } from './drive-client.ts'
import { type FolderTable, folderTable } from './drive-folders.ts'
import { type Domains, grantedBy, granteesOf, isFindable } from './drive-grantees.ts'
import { nameOf, parentIdOf, sortOf } from './drive-item.ts'
import { type FoundDrive, readDrives } from './drive-list.ts'
import { readDrivePage } from './drive-pages.ts'
import { PERMISSION_UNITS } from './limits.ts'

const SELECT = 'id,name,parentReference,file,folder,package,root,deleted,shared,remoteItem,fileSystemInfo'
/** Marks only what differs from the folder above it, instead of everything below a shared folder. */
const PREFER = 'hierarchicalsharing'

interface Sharing {
  readonly client: DriveClient
  readonly account: Account
  readonly domains: Domains
}

/**
 * Who else may see or change the files of an account. The drive is walked once; permissions, which cost five units each, are asked only of what is marked as
 * shared, and of the root of a library, which everybody in the site reaches.
 */
export async function* readDriveShares(on: Sharing, call: Call): AsyncGenerator<Share> {
  for (const drive of await readDrives(on.client, on.account, call)) {
    if (drive.listing.skip === undefined) yield* sharesOf(on, drive, call)
  }
}

async function* sharesOf(on: Sharing, drive: FoundDrive, call: Call): AsyncGenerator<Share> {
  const { client } = on
  const folders = folderTable(client)
  const shared = new Map<string, Json>()
  for (let after: string | undefined; ; ) {
    const page = await readDrivePage(client, { drive, after, select: SELECT, prefer: PREFER }, call)
    for (const item of page.values) {
      const [id, sort] = [textOf(item['id']) ?? '', sortOf(item)]
      if (sort === 'folder' || sort === 'root' || sort === 'package') folders.learn(drive, item)
      if (isObject(item['shared']) || (sort === 'root' && on.account.kind === 'site')) shared.set(id, item)
      if (sort === 'deleted') shared.delete(id)
    }
    if (page.last) break
    after = page.cursor
  }
  const told = new Map<string, ReadonlySet<string>>()
  for (const place of await placesOf({ folders, drive, shared }, call)) {
    try {
      const grants = await grantsAt(on, place, call)
      const above = place.above.map((id) => told.get(id)).find((keys) => keys !== undefined)
      told.set(place.id, new Set(grants.map(({ share }) => keyOf(share))))
      yield* tellable(grants, { place, above, account: on.account })
    } catch (thrown) {
      // Deleted since the walk.
      if (!(thrown instanceof Fault) || thrown.reason !== 'gone') throw thrown
    }
  }
}

/** Somewhere in a drive that has grants of its own. */
interface SharedPlace {
  readonly id: string
  readonly path: string
  readonly isRoot: boolean
  /** Folders around it, the nearest first. */
  readonly above: readonly string[]
  readonly target: Pick<Share, 'collection' | 'item'>
}

/** From the root down, so that what stands above is known before what is below. */
async function placesOf(
  on: { readonly folders: FolderTable; readonly drive: FoundDrive; readonly shared: ReadonlyMap<string, Json> },
  call: Call,
): Promise<readonly SharedPlace[]> {
  const { folders, drive, shared } = on
  const places: SharedPlace[] = []
  for (const [id, item] of shared) {
    const sort = sortOf(item)
    const isFolder = sort === 'folder' || sort === 'root'
    const home = isFolder ? id : (parentIdOf(item) ?? '')
    try {
      const collection = await folders.collection(drive, home, call)
      const file = isFolder ? {} : { item: { id: drive.idOf(id), name: nameOf(item) } }
      const around = folders.above(drive, home)
      places.push({
        id,
        path: `/drives/${encodeURIComponent(drive.id)}/items/${encodeURIComponent(id)}`,
        isRoot: sort === 'root',
        above: isFolder ? around : [home, ...around],
        target: { collection, ...file },
      })
    } catch (thrown) {
      if (!(thrown instanceof Fault) || thrown.reason !== 'gone') throw thrown
    }
  }
  return places.sort((a, b) => a.above.length - b.above.length)
}

interface FoundGrant {
  readonly share: Share
  readonly isInherited: boolean
}

async function grantsAt({ client, domains }: Sharing, place: SharedPlace, call: Call): Promise<readonly FoundGrant[]> {
  const found: FoundGrant[] = []
  let path: string | undefined = `${place.path}/permissions`
  while (path !== undefined) {
    const page: Json = await client.json({ path, asks: 'drive-permissions', units: PERMISSION_UNITS }, call)
    for (const permission of objectsOf(page['value'])) {
      const may = grantedBy(permission)
      if (may === undefined) continue
      // What a root inherits, it inherits from the site, which is not in the drive.
      const isInherited = !place.isRoot && isObject(permission['inheritedFrom'])
      for (const to of granteesOf(permission, domains)) {
        found.push({ share: { ...place.target, to, ...may, ...conditionsOf(permission) }, isInherited })
      }
    }
    path = linkOf(page, '@odata.nextLink')
  }
  return found
}

const keyOf = ({ to, access, as, expires, noDownload }: Share): string => JSON.stringify([to, access, as, expires, noDownload])

/**
 * Grants of its own, where everybody above may enter here as well. Where somebody above may not, SharePoint has broken with what is above, and its whole list
 * is told: whoever is not in it stays outside.
 */
function* tellable(
  grants: readonly FoundGrant[],
  on: { readonly place: SharedPlace; readonly above: ReadonlySet<string> | undefined; readonly account: Account },
): Generator<Share> {
  const here = new Set(grants.map(({ share }) => keyOf(share)))
  const isAlone = [...(on.above ?? [])].some((key) => !here.has(key))
  if (!isAlone) {
    for (const { share, isInherited } of grants) if (!isInherited) yield share
    return
  }
  for (const { share, isInherited } of grants) yield { ...share, alone: true, ...(isInherited ? { inherited: true } : {}) }
  if (grants.length > 0) return
  const { name, displayName, kind } = on.account
  const owner = kind === 'site' ? { name: displayName ?? name } : { address: name }
  yield { ...on.place.target, to: { kind: 'user', ...owner }, access: 'manage', alone: true }
}

function conditionsOf(permission: Json): Pick<Share, 'expires' | 'password' | 'findable'> {
  const expires = Date.parse(textOf(permission['expirationDateTime']) ?? '')
  return {
    ...(Number.isNaN(expires) || expires <= 0 ? {} : { expires }),
    ...(permission['hasPassword'] === true ? { password: true } : {}),
    ...(isFindable(permission) ? { findable: true } : {}),
  }
}

/** What of an organisation's settings tells its own people from others. */
export function domainsOf(organisations: readonly Json[], account: Account): Domains {
  const verified = organisations.flatMap((each) => objectsOf(each['verifiedDomains']).map((domain) => textOf(domain['name'])))
  const own = [account.name, ...(account.aliases ?? [])].map((each) => (each.includes('@') ? each.split('@').at(-1) : undefined))
  return new Set([...verified, ...own].filter((each) => each !== undefined).map((each) => each.toLowerCase()))
}

export const organisationsOf = (answer: Json): readonly Json[] => objectsOf(answer['value']).map((each) => objectOf(each))
