import { type Account, type Call, Fault, type Log } from '@offramp/core'
import { type Json, objectOf, textOf, textsOf } from '@offramp/wire'
import type { Google } from './client.ts'
import { directoryPages } from './directory-pages.ts'
import { PAGE } from './limits.ts'

/** Everybody whom the domain knows: users, then groups and rooms, which have no mailbox that could be read. */
export async function* readAccounts(google: Google, log: Log, call: Call): AsyncGenerator<Account> {
  for await (const users of userPages(google, call)) for (const user of users) yield* accountOf(user)
  yield* whereGranted(groups(google, call), { what: 'groups', log })
  yield* whereGranted(rooms(google, call), { what: 'rooms', log })
}

/** By id, main address or alias. Undefined where the domain has nobody of that name. */
export async function readAccount(
  google: Google,
  log: Log,
  { name, call, usersOnly = false }: { readonly name: string; readonly call: Call; readonly usersOnly?: boolean },
): Promise<Account | undefined> {
  const wanted = name.trim()
  // What leads to another address of the API is nobody's name.
  if (wanted === '' || /[/\\?#]|^\.+$/.test(wanted)) return undefined
  const user = await orMissing(
    google.directory(
      {
        workload: 'users',
        asks: 'users',
        send: (api, common, options) => api.users.get({ ...common, userKey: wanted, projection: 'full' }, options),
      },
      call,
    ),
  )
  const [account] = user === undefined ? [] : accountOf(user)
  if (account !== undefined || usersOnly) return account
  const goesBy = (each: Account): boolean =>
    [each.id, each.name, ...(each.aliases ?? [])].some((one) => one.toLowerCase() === wanted.toLowerCase())
  for await (const each of whereGranted(groups(google, call), { what: 'groups', log })) if (goesBy(each)) return each
  for await (const each of whereGranted(rooms(google, call), { what: 'rooms', log })) if (goesBy(each)) return each
  return undefined
}

async function orMissing(asked: Promise<Json>): Promise<Json | undefined> {
  try {
    return await asked
  } catch (thrown) {
    if (thrown instanceof Fault && thrown.code === 'google-no-such-user') return undefined
    throw thrown
  }
}

export const userPages = (google: Google, call: Call): AsyncGenerator<readonly Json[]> =>
  directoryPages(
    google,
    {
      workload: 'users',
      asks: 'users',
      field: 'users',
      // By customer: a domain may have secondary ones.
      send: (api, common, options) =>
        api.users.list({ ...common, customer: 'my_customer', maxResults: PAGE.users, orderBy: 'email', projection: 'full' }, options),
    },
    call,
  )

/** What the directory itself says of a user. */
export function* accountOf(user: Json): Generator<Account> {
  const id = textOf(user['id'])
  const name = textOf(user['primaryEmail'])
  if (id === undefined || name === undefined) return
  const displayName = textOf(objectOf(user['name'])['fullName'])
  const unavailable = whyUnavailable(user)
  yield {
    id,
    name,
    kind: 'user',
    // Not `nonEditableAliases`: addresses of Google's own making (`…test-google-a.com`), by which nobody is mapped.
    aliases: textsOf(user['aliases']),
    enabled: user['suspended'] !== true && user['archived'] !== true,
    ...(displayName === undefined ? {} : { displayName }),
    ...(unavailable === undefined ? {} : { unavailable }),
  }
}

function whyUnavailable(user: Json): string | undefined {
  if (user['isGuestUser'] === true) return 'A guest: the mailbox is in another organisation.'
  if (user['suspended'] === true)
    return 'The user is suspended, and Google lets nobody in for a suspended user. Reactivate it until the migration is over.'
  if (user['isMailboxSetup'] === false) return 'The user has no Gmail: the service is off, or there is no licence for it.'
  return undefined
}

const NO_ARCHIVE =
  "A group has members and no mailbox. Google offers no way to read a group's conversations; export them with Takeout or Vault if they matter."

async function* groups(google: Google, call: Call): AsyncGenerator<Account> {
  const pages = directoryPages(
    google,
    {
      workload: 'groups',
      asks: 'groups',
      field: 'groups',
      send: (api, common, options) => api.groups.list({ ...common, customer: 'my_customer', maxResults: PAGE.groups }, options),
    },
    call,
  )
  for await (const page of pages)
    for (const group of page) {
      const id = textOf(group['id'])
      const name = textOf(group['email'])
      const displayName = textOf(group['name'])
      if (id === undefined || name === undefined) continue
      const aliases = textsOf(group['aliases'])
      yield { id, name, kind: 'group', aliases, ...(displayName === undefined ? {} : { displayName }), unavailable: NO_ARCHIVE }
    }
}

async function* rooms(google: Google, call: Call): AsyncGenerator<Account> {
  const pages = directoryPages(
    google,
    {
      workload: 'rooms',
      asks: 'rooms',
      field: 'items',
      send: (api, common, options) => api.resources.calendars.list({ ...common, customer: 'my_customer', maxResults: PAGE.rooms }, options),
    },
    call,
  )
  for await (const page of pages)
    for (const resource of page) {
      const name = textOf(resource['resourceEmail'])
      const id = textOf(resource['resourceId']) ?? name
      const displayName = textOf(resource['resourceName'])
      if (id === undefined || name === undefined) continue
      const isThing = resource['resourceCategory'] === 'OTHER'
      yield {
        id,
        name,
        kind: isThing ? 'equipment' : 'room',
        ...(displayName === undefined ? {} : { displayName }),
        unavailable: `${isThing ? 'Equipment' : 'A room'} has a calendar at Google, and no mailbox.`,
      }
    }
}

export const NOT_GRANTED: readonly string[] = ['google-not-delegated', 'google-scope-missing', 'google-not-admin']

/** Groups and rooms are told where their scopes are granted; mail moves without. */
async function* whereGranted(
  accounts: AsyncIterable<Account>,
  { what, log }: { readonly what: string; readonly log: Log },
): AsyncGenerator<Account> {
  try {
    yield* accounts
  } catch (thrown) {
    if (!(thrown instanceof Fault) || !NOT_GRANTED.includes(thrown.code)) throw thrown
    log.warn({ code: thrown.code, what }, 'A scope is not granted, so that some accounts are not named.')
  }
}
