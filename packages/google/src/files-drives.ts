import { type Account, type Call, Fault, type Log } from '@offramp/core'
import { type Json, objectsOf, textOf } from '@offramp/wire'
import type { Google } from './client.ts'
import { readAccount } from './directory.ts'
import { readMembers } from './directory-circles.ts'
import type { DriveClient } from './files-client.ts'
import { WHOLE } from './files-pages.ts'
import { PAGE } from './limits.ts'

/** A shared drive as the administrator sees it. */
export interface SharedDrive {
  readonly id: string
  readonly name: string
}

/** Roles in whose name a drive is read, the best first: an organizer may also say that a suspicious file is wanted. */
const ROLES: readonly string[] = ['organizer', 'fileOrganizer', 'writer', 'commenter', 'reader']

/** Pages of a list, by the token of the one before. */
async function* pages(ask: (token: string | undefined) => Promise<Json>): AsyncGenerator<Json> {
  let token: string | undefined
  do {
    const page: Json = await ask(token)
    yield page
    token = textOf(page['nextPageToken'])
  } while (token !== undefined)
}

/** All shared drives of the domain, whoever is in them. */
export async function readDrives(admin: DriveClient, call: Call): Promise<readonly SharedDrive[]> {
  const drives: SharedDrive[] = []
  const ask = (token: string | undefined): Promise<Json> =>
    admin.json(
      {
        asks: 'drives',
        units: 'list',
        send: (api, common, options) =>
          api.drives.list(
            {
              ...common,
              useDomainAdminAccess: true,
              pageSize: PAGE.drives,
              fields: 'nextPageToken,drives(id,name)',
              ...(token === undefined ? {} : { pageToken: token }),
            },
            options,
          ),
      },
      call,
    )
  for await (const page of pages(ask))
    for (const drive of objectsOf(page['drives'])) {
      const id = textOf(drive['id'])
      if (id !== undefined) drives.push({ id, name: textOf(drive['name']) ?? id })
    }
  return drives
}

export const PERMISSION_FIELDS =
  'id,type,role,emailAddress,domain,displayName,allowFileDiscovery,expirationTime,deleted,pendingOwner,view,permissionDetails(inherited,role)'

/** Who may do what with a file, or, `asAdmin`, with a shared drive as a whole. */
export async function readPermissions(
  client: DriveClient,
  { id, asAdmin }: { readonly id: string; readonly asAdmin: boolean },
  call: Call,
): Promise<readonly Json[]> {
  const permissions: Json[] = []
  const ask = (token: string | undefined): Promise<Json> =>
    client.json(
      {
        asks: 'permissions',
        units: 'other',
        send: (api, common, options) =>
          api.permissions.list(
            {
              ...common,
              ...WHOLE,
              fileId: id,
              pageSize: PAGE.permissions,
              fields: `nextPageToken,permissions(${PERMISSION_FIELDS})`,
              ...(asAdmin ? { useDomainAdminAccess: true } : {}),
              ...(token === undefined ? {} : { pageToken: token }),
            },
            options,
          ),
      },
      call,
    )
  for await (const page of pages(ask)) permissions.push(...objectsOf(page['permissions']))
  return permissions
}

const rank = (permission: Json): number => {
  const at = ROLES.indexOf(textOf(permission['role']) ?? '')
  return at < 0 ? ROLES.length : at
}

/** Somebody of the domain in whose name the content of a shared drive can be read. */
export interface Reader {
  readonly address: string
  /** Of which group, where nobody is a member by himself. */
  readonly through?: string
}

interface Search {
  readonly google: Google
  readonly log: Log
  readonly call: Call
}

/**
 * The administrator sees that a drive is there, and not what is in it: that takes a member who is an active user. Where only groups are members,
 * somebody of these. Undefined where there is nobody.
 */
export async function readerOf(permissions: readonly Json[], search: Search): Promise<Reader | undefined> {
  const living = permissions.filter((each) => each['deleted'] !== true).sort((left, right) => rank(left) - rank(right))
  const of = (type: string): readonly string[] =>
    living.filter((each) => each['type'] === type).flatMap((each) => textOf(each['emailAddress']) ?? [])
  for (const address of of('user')) if (await isActive(address, search)) return { address }
  for (const group of of('group'))
    for (const address of await membersOf(group, search)) if (await isActive(address, search)) return { address, through: group }
  return undefined
}

async function isActive(address: string, { google, log, call }: Search): Promise<boolean> {
  const account = await readAccount(google, log, { name: address, call, usersOnly: true })
  return account?.kind === 'user' && account.enabled !== false
}

/** Groups in groups are followed, each once. */
async function membersOf(group: string, { google, log, call }: Search): Promise<readonly string[]> {
  const seen = new Set<string>()
  const waiting = [group]
  const people: string[] = []
  for (let next = waiting.shift(); next !== undefined && people.length < MOST_TRIED; next = waiting.shift()) {
    if (seen.has(next)) continue
    seen.add(next)
    for (const { address, kind } of await readMembers(google, log, { group: next, call }))
      (kind === 'GROUP' ? waiting : people).push(address)
  }
  return people.slice(0, MOST_TRIED)
}

/** Of a large group, so many are asked whether they are there. */
const MOST_TRIED = 50

const NOBODY =
  'No active user of the domain is a member, by name or in a group whose members can be read, so that nobody can read what is in it. Make one a member (reader is enough), in admin.google.com > Apps > Google Workspace > Drive and Docs > Manage shared drives.'

/** Drives as accounts. Several of one name are told apart by their ids. `reading`: whether somebody can read them is found out as well. */
export async function* driveAccounts(admin: DriveClient, search: Search & { readonly reading: boolean }): AsyncGenerator<Account> {
  const drives = await readDrives(admin, search.call)
  const count = new Map<string, number>()
  for (const { name } of drives) count.set(name.toLowerCase(), (count.get(name.toLowerCase()) ?? 0) + 1)
  for (const { id, name } of drives) {
    const alone = count.get(name.toLowerCase()) === 1 && !name.includes('@')
    const account: Account = { id, name: alone ? name : `${name} (${id})`, kind: 'drive', displayName: name, aliases: [id], enabled: true }
    const reader = search.reading ? await readerOf(await readPermissions(admin, { id, asAdmin: true }, search.call), search) : undefined
    yield search.reading && reader === undefined ? { ...account, unavailable: NOBODY } : account
  }
}

/** The drive's content in a member's name. Throws an `account` fault where there is none. */
export async function clientOfDrive(
  google: Google,
  account: Pick<Account, 'id' | 'name'>,
  on: { readonly admin: DriveClient; readonly log: Log; readonly call: Call },
): Promise<DriveClient> {
  const reader = await readerOf(await readPermissions(on.admin, { id: account.id, asAdmin: true }, on.call), { google, ...on })
  if (reader !== undefined) return google.drive(reader.address, `the shared drive ${account.name}`)
  throw new Fault({
    reach: 'account',
    code: 'google-drive-no-reader',
    message: `The shared drive ${account.name} cannot be read.`,
    remedy: NOBODY,
  })
}
