import type { Access, Account, Call, Grantee, Share } from '@offramp/core'
import { type Json, textOf } from '@offramp/wire'
import type { DriveClient } from './files-client.ts'
import { readPermissions } from './files-drives.ts'
import { Folders } from './files-folders.ts'
import { FOLDER, type RemoteFile, SHARE_FIELDS } from './files-model.ts'
import { allFiles, quoted } from './files-pages.ts'

const ACCESS: Readonly<Record<string, Access>> = {
  reader: 'read',
  commenter: 'comment',
  writer: 'write',
  fileOrganizer: 'write',
  organizer: 'manage',
  owner: 'manage',
}

const KINDS: Readonly<Record<string, Grantee['kind']>> = { user: 'user', group: 'group', domain: 'organisation', anyone: 'public' }

const rankOf = (permission: Json): number => Object.keys(ACCESS).indexOf(textOf(permission['role']) ?? '')

/** One drive, and what is needed to say who may reach what in it. */
export interface ShareParts {
  readonly client: DriveClient
  readonly account: Pick<Account, 'name'>
  readonly driveId: string | undefined
  /** Whether an address or a domain is of this organisation. */
  readonly isInside: (domain: string) => boolean
  /** Who may do what with the whole of a shared drive. */
  readonly ofDrive?: (call: Call) => Promise<readonly Json[]>
}

/**
 * Everything that is granted in a drive, each grant once, where it was given: what a folder hands down is not told again of what is in it. 100 units
 * for 1,000 files; in a shared drive 5 more for each that has rights of its own.
 */
export async function* readFileShares(parts: ShareParts, call: Call): AsyncGenerator<Share> {
  const { client, driveId } = parts
  const folders = new Folders(async () => client, { driveId })
  const root = await folders.root(call)
  const handed = new Handed()
  if (parts.ofDrive !== undefined) {
    const permissions = await parts.ofDrive(call)
    handed.set(root.id, permissions)
    for (const permission of permissions) yield* shareOf(parts, permission, { collection: root })
  }
  const all: RemoteFile[] = []
  for await (const some of allFiles(
    client,
    { driveId, q: `trashed = false and mimeType = ${quoted(FOLDER)}`, fields: SHARE_FIELDS },
    call,
  )) {
    for (const folder of some) folders.learn(folder)
    all.push(...some)
  }
  const depths = await Promise.all(all.map(async (folder) => ({ folder, collection: await folders.collectionOf(folder, call) })))
  // What is above is known first.
  for (const { folder, collection } of depths.sort((left, right) => left.collection.path.length - right.collection.path.length)) {
    const permissions = await permissionsOf(parts, folder, call)
    if (permissions !== undefined) handed.set(folder.id, permissions)
    yield* sharesOf(parts, { file: folder, permissions: permissions ?? [], handed }, { collection })
  }
  for await (const some of allFiles(
    client,
    { driveId, q: `trashed = false and mimeType != ${quoted(FOLDER)}`, fields: SHARE_FIELDS },
    call,
  ))
    for (const file of some) {
      const permissions = await permissionsOf(parts, file, call)
      if (permissions === undefined || permissions.length === 0) continue
      const { id, name } = file
      yield* sharesOf(parts, { file, permissions, handed }, { collection: await folders.homeOf(file, call), item: { id, name } })
    }
}

/** Of what is in a shared drive, the list says only whether there are rights beyond the drive's own. Undefined: there are none. */
async function permissionsOf({ client, driveId }: ShareParts, file: RemoteFile, call: Call): Promise<readonly Json[] | undefined> {
  if (driveId === undefined) return file.permissions
  return file.augmented || file.limited ? readPermissions(client, { id: file.id, asAdmin: false }, call) : undefined
}

/** What folders hand down to what is in them. */
class Handed {
  readonly #byFolder = new Map<string, ReadonlyMap<string, number>>()

  set(id: string, permissions: readonly Json[]): void {
    this.#byFolder.set(id, new Map(permissions.map((each) => [textOf(each['id']) ?? '', rankOf(each)])))
  }

  /** Somebody may do less here than in the folder above: of before 2025, when one could be taken out of a file in a shared folder. */
  isShort(file: RemoteFile, permissions: readonly Json[]): boolean {
    const own = new Map(permissions.map((each) => [textOf(each['id']) ?? '', rankOf(each)]))
    const owner = Object.keys(ACCESS).indexOf('owner')
    return file.parents.some((parent) =>
      [...(this.#byFolder.get(parent) ?? [])].some(([id, rank]) => rank < owner && (own.get(id) ?? -1) < rank),
    )
  }

  /** It comes from above, and gives no more here than there. */
  isFromAbove(file: RemoteFile, permission: Json): boolean {
    const id = textOf(permission['id']) ?? ''
    return file.parents.some((parent) => (this.#byFolder.get(parent)?.get(id) ?? -1) >= rankOf(permission))
  }
}

interface Granted {
  readonly file: RemoteFile
  readonly permissions: readonly Json[]
  readonly handed: Handed
}

/**
 * Where a place breaks with what is above, everything that holds there is told, also the owner's own right, so that it is known for one that breaks
 * even where nobody else is let in.
 */
function* sharesOf(parts: ShareParts, { file, permissions, handed }: Granted, where: Pick<Share, 'collection' | 'item'>): Generator<Share> {
  const breaks = file.limited || (parts.driveId === undefined && handed.isShort(file, permissions))
  for (const permission of permissions) {
    const details = permission['permissionDetails']
    const inherited = Array.isArray(details) && details.length > 0 && details.every((each) => each?.['inherited'] === true)
    const above = inherited || (!file.limited && handed.isFromAbove(file, permission))
    if (above && !breaks) continue
    const isOwner = textOf(permission['role']) === 'owner'
    yield* shareOf(parts, permission, {
      ...where,
      ...(breaks ? { alone: true } : {}),
      ...(breaks && (above || isOwner) ? { inherited: true } : {}),
    })
  }
}

function* shareOf(
  parts: ShareParts,
  permission: Json,
  where: Pick<Share, 'collection' | 'item' | 'inherited' | 'alone'>,
): Generator<Share> {
  const role = textOf(permission['role']) ?? ''
  const [access, kind] = [ACCESS[role], KINDS[textOf(permission['type']) ?? '']]
  // Whose account is gone, and who has not yet taken what he was offered, has nothing.
  if (access === undefined || kind === undefined || permission['deleted'] === true || permission['pendingOwner'] === true) return
  // A document that is published as a web page is no grant on the file.
  if (textOf(permission['view']) === 'published') return
  if (role === 'owner' && where.inherited !== true) return
  const to = granteeOf(parts, permission, kind)
  const ends = Date.parse(textOf(permission['expirationTime']) ?? '')
  yield {
    ...where,
    to,
    access,
    as: role,
    // A contributor of a shared drive may not delete, which a content manager may.
    ...(role === 'writer' && parts.driveId !== undefined ? { noDelete: true as const } : {}),
    ...(Number.isNaN(ends) ? {} : { expires: ends }),
    ...(permission['allowFileDiscovery'] === true ? { findable: true as const } : {}),
  }
}

function granteeOf({ isInside }: ShareParts, permission: Json, kind: Grantee['kind']): Grantee {
  const domain = textOf(permission['domain'])
  const address = kind === 'organisation' ? domain : textOf(permission['emailAddress'])
  const name = textOf(permission['displayName'])
  const at = address?.slice(address.lastIndexOf('@') + 1).toLowerCase()
  const outside = kind === 'public' || at === undefined || !isInside(at)
  return {
    kind,
    ...(address === undefined ? {} : { address }),
    ...(name === undefined ? {} : { name }),
    ...(outside ? { outside: true as const } : {}),
  }
}
