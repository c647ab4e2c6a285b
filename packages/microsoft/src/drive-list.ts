import { type Account, type Call, Fault, type Listing } from '@offramp/core'
import { isObject, type Json, numberOf, objectOf, objectsOf, textOf } from '@offramp/wire'
import { linkOf } from './client.ts'
import type { DriveClient } from './drive-client.ts'

/** A drive of an account, and how things in it are called in the account's lane. */
export interface FoundDrive {
  readonly id: string
  /** What the paths of its folders begin with: the name of the library, where an account has several drives. */
  readonly path: readonly string[]
  /** An id of the drive's as one of the lane's. */
  idOf(id: string): string
  readonly listing: Listing
}

const SELECT = 'id,name,driveType,webUrl,quota,system'

/** OneDrive of a person; all document libraries of a site. None where the account has no OneDrive. */
export async function readDrives(client: DriveClient, account: Account, call: Call): Promise<readonly FoundDrive[]> {
  return account.kind === 'site' ? readLibraries(client, account, call) : readOneDrive(client, account, call)
}

/** `/users/{id}/drives` also lists libraries that hold what a policy keeps back; the default one is what its owner sees. */
async function readOneDrive(client: DriveClient, account: Account, call: Call): Promise<readonly FoundDrive[]> {
  try {
    const path = `/users/${encodeURIComponent(account.id)}/drive?$select=id,driveType,webUrl,quota`
    const drive = await client.json({ path, asks: 'drive' }, call)
    const id = textOf(drive['id'])
    return id === undefined ? [] : [{ id, path: [], idOf: (item) => item, listing: listingOf(drive, id) }]
  } catch (thrown) {
    if (thrown instanceof Fault && thrown.code === 'graph-no-drive') return []
    throw thrown
  }
}

async function readLibraries(client: DriveClient, account: Account, call: Call): Promise<readonly FoundDrive[]> {
  const found: FoundDrive[] = []
  let path: string | undefined = `/sites/${account.id}/drives?$select=${SELECT}`
  while (path !== undefined) {
    const page: Json = await client.json({ path, asks: 'drive', units: 2 }, call)
    for (const drive of objectsOf(page['value'])) {
      const id = textOf(drive['id'])
      if (id === undefined) continue
      // What a site keeps for itself (pages, styles, forms) is named, and left to the destination to have for itself.
      const skip = isObject(drive['system']) ? { skip: 'made-by-source' as const } : {}
      const name = textOf(drive['name']) ?? id
      found.push({ id, path: [name], idOf: (item) => `${id}/${item}`, listing: { ...listingOf(drive, id), ...skip } })
    }
    path = linkOf(page, '@odata.nextLink')
  }
  return found
}

/** `used` also counts earlier versions and the bin. */
function listingOf(drive: Json, id: string): Listing {
  const bytes = numberOf(objectOf(drive['quota'])['used'])
  return { id, ...(bytes === undefined ? {} : { bytes }) }
}
