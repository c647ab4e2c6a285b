import { type Account, type Call, type Collection, Fault, type Share } from '@offramp/core'
import { isObject, type Json, objectOf, objectsOf, textOf } from '@offramp/wire'
import { linkOf } from './client.ts'
import type { DriveClient } from './drive-client.ts'
import { folderTable } from './drive-folders.ts'
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
  for (const [id, item] of shared) {
    const isFolder = ['folder', 'root'].includes(sortOf(item))
    try {
      const collection = await folders.collection(drive, isFolder ? id : (parentIdOf(item) ?? ''), call)
      const file = isFolder ? {} : { item: { id: drive.idOf(id), name: nameOf(item) } }
      yield* granted(
        on,
        { path: `/drives/${encodeURIComponent(drive.id)}/items/${encodeURIComponent(id)}`, item, target: { collection, ...file } },
        call,
      )
    } catch (thrown) {
      // Deleted since the walk.
      if (!(thrown instanceof Fault) || thrown.reason !== 'gone') throw thrown
    }
  }
}

interface Asked {
  readonly path: string
  readonly item: Json
  readonly target: { readonly collection: Collection; readonly item?: { readonly id: string; readonly name: string } }
}

async function* granted({ client, domains }: Sharing, asked: Asked, call: Call): AsyncGenerator<Share> {
  const isRoot = sortOf(asked.item) === 'root'
  const permissions: Json[] = []
  let path: string | undefined = `${asked.path}/permissions`
  while (path !== undefined) {
    const page: Json = await client.json({ path, asks: 'drive-permissions', units: PERMISSION_UNITS }, call)
    permissions.push(...objectsOf(page['value']))
    path = linkOf(page, '@odata.nextLink')
  }
  for (const permission of permissions) {
    // What a root inherits, it inherits from the site, which is not in the drive.
    if (!isRoot && isObject(permission['inheritedFrom']) && Object.keys(permission['inheritedFrom']).length > 0) continue
    const may = grantedBy(permission)
    if (may === undefined) continue
    for (const to of granteesOf(permission, domains)) yield { ...asked.target, to, ...may, ...conditionsOf(permission) }
  }
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
