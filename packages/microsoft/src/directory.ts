import { type Account, type AccountKind, type Call, Fault } from '@offramp/core'
import { type Json, objectsOf, textOf, textsOf } from '@offramp/wire'
import { type Graph, linkOf } from './client.ts'
import { LIST_USERS_UNITS, PAGE, READ_USER_UNITS } from './limits.ts'

const SELECT = 'id,userPrincipalName,displayName,mail,proxyAddresses,accountEnabled,userType,assignedPlans'

/** How many mailboxes are looked at side by side. Each has a quota of its own, so that this only bounds our own work. */
const PROBES = 8

/** What `userPurpose` says, which is the only app-only way to tell a room or a shared mailbox from a person. */
const KINDS: Readonly<Record<string, AccountKind>> = {
  user: 'user',
  linked: 'user',
  shared: 'shared',
  room: 'room',
  equipment: 'equipment',
}

/** The directory, and what the app may read. */
export interface Directory {
  readonly graph: Graph
  readonly roles: readonly string[]
}

/** Every user of the tenant, with what stands in the way of moving it. */
export async function* readAccounts({ graph, roles }: Directory, call: Call): AsyncGenerator<Account> {
  let path: string | undefined = `/users?$select=${SELECT}&$top=${PAGE.users}`
  const seen = new Set<string>()
  while (path !== undefined) {
    const page: Json = await graph.directory.json({ path, asks: 'users', weight: LIST_USERS_UNITS }, call)
    const users = objectsOf(page['value'])
    for (let at = 0; at < users.length; at += PROBES) {
      for (const account of await Promise.all(users.slice(at, at + PROBES).map((user) => describe({ graph, roles }, user, call)))) {
        if (account === undefined || seen.has(account.id)) continue
        seen.add(account.id)
        yield account
      }
    }
    path = linkOf(page, '@odata.nextLink')
  }
}

/** By id, main address or alias. Undefined where the tenant has no such user. */
export async function readAccount({ graph, roles }: Directory, name: string, call: Call): Promise<Account | undefined> {
  const user = (await byId(graph, name.trim(), call)) ?? (await byAddress(graph, name.trim(), call))
  return user === undefined ? undefined : describe({ graph, roles }, user, call)
}

/** `/users/$x` is another route, so that a name which begins with `$` can only be searched for. */
async function byId(graph: Graph, name: string, call: Call): Promise<Json | undefined> {
  if (name === '' || name.startsWith('$')) return undefined
  try {
    return await graph.directory.json(
      { path: `/users/${encodeURIComponent(name)}?$select=${SELECT}`, asks: 'users', weight: READ_USER_UNITS },
      call,
    )
  } catch (thrown) {
    if (isMissing(thrown)) return undefined
    throw thrown
  }
}

async function byAddress(graph: Graph, name: string, call: Call): Promise<Json | undefined> {
  if (!name.includes('@')) return undefined
  const quoted = name.replaceAll("'", "''")
  const filter = `userPrincipalName eq '${quoted}' or mail eq '${quoted}' or proxyAddresses/any(p:p eq 'smtp:${quoted}')`
  const path = `/users?$select=${SELECT}&$filter=${encodeURIComponent(filter)}`
  const page = await graph.directory.json({ path, asks: 'users', weight: LIST_USERS_UNITS }, call)
  return objectsOf(page['value'])[0]
}

const isMissing = (thrown: unknown): boolean =>
  thrown instanceof Fault && ['graph-no-such-user', 'graph-folder-gone', 'graph-bad-request', 'http-404'].includes(thrown.code)

async function describe({ graph, roles }: Directory, user: Json, call: Call): Promise<Account | undefined> {
  const account = accountOf(user)
  if (account === undefined || account.unavailable !== undefined) return account
  const { kind, unavailable } = await probe(graph, account, hasExchange(user), call)
  const hasFiles = readsFiles(roles) && hasPlan(user, /^SharePoint$/i) && (!hasExchange(user) || readsFilesAlone(roles))
  return { ...account, kind, ...(unavailable === undefined || hasFiles ? {} : { unavailable }) }
}

const readsFiles = (roles: readonly string[]): boolean => roles.some((role) => /^(Files|Sites)\./.test(role))

/** An app that moves files and nothing else is let into no mailbox, which says nothing of the files. */
const readsFilesAlone = (roles: readonly string[]): boolean =>
  !roles.some((role) => /^(Mail|MailboxSettings|Calendars|Contacts|Tasks)\./.test(role))

/** What the directory itself says of a user. */
export function accountOf(user: Json): Account | undefined {
  const id = textOf(user['id'])
  if (id === undefined) return undefined
  const login = textOf(user['userPrincipalName'])
  const proxies = textsOf(user['proxyAddresses'])
  const main = textOf(user['mail']) ?? proxies.find((each) => each.startsWith('SMTP:'))?.slice(5) ?? login ?? id
  const others = [login, ...proxies.filter((each) => /^smtp:/i.test(each)).map((each) => each.slice(5))]
  const aliases = [...new Set(others.filter((each): each is string => each !== undefined && each.toLowerCase() !== main.toLowerCase()))]
  const displayName = textOf(user['displayName'])
  // `userType` is null on old accounts, which are members.
  const guest = user['userType'] === 'Guest' && !hasExchange(user)
  return {
    id,
    name: main,
    kind: 'unknown',
    aliases,
    ...(displayName === undefined ? {} : { displayName }),
    ...(typeof user['accountEnabled'] === 'boolean' ? { enabled: user['accountEnabled'] } : {}),
    ...(guest ? { unavailable: 'A guest: the mailbox is in another organisation.' } : {}),
  }
}

const hasPlan = (user: Json, service: RegExp): boolean =>
  objectsOf(user['assignedPlans']).some((plan) => service.test(textOf(plan['service']) ?? '') && plan['capabilityStatus'] === 'Enabled')

const hasExchange = (user: Json): boolean => hasPlan(user, /^exchange$/)

/**
 * Looks at the mailbox: what it is for, and whether it is there at all. Shared mailboxes usually have no licence, so that a licence
 * proves nothing. Without MailboxSettings.Read the kind stays unknown, and the inbox is asked for instead.
 */
async function probe(
  graph: Graph,
  account: Account,
  licensed: boolean,
  call: Call,
): Promise<{ readonly kind: AccountKind; readonly unavailable?: string }> {
  const mailbox = graph.mailbox(account)
  const user = `/users/${encodeURIComponent(account.id)}`
  try {
    const answer = await mailbox.json({ path: `${user}/mailboxSettings/userPurpose`, asks: 'mailbox' }, call)
    const purpose = textOf(answer['value']) ?? textOf(answer['userPurpose'])
    return { kind: KINDS[purpose ?? ''] ?? 'unknown' }
  } catch (thrown) {
    if (isMissingMailbox(thrown)) return { kind: 'unknown', unavailable: whyMissing(licensed) }
    if (!isDenied(thrown)) throw thrown
  }
  try {
    await mailbox.json({ path: `${user}/mailFolders/inbox?$select=id`, asks: 'mailbox' }, call)
    return { kind: licensed ? 'user' : 'unknown' }
  } catch (thrown) {
    if (isMissingMailbox(thrown)) return { kind: 'unknown', unavailable: whyMissing(licensed) }
    if (isDenied(thrown))
      return { kind: 'unknown', unavailable: "Microsoft does not let the app into this mailbox: it is outside the app's scope." }
    throw thrown
  }
}

export const isDenied = (thrown: unknown): boolean =>
  thrown instanceof Fault && ['graph-out-of-scope', 'graph-access-denied', 'graph-permission-missing'].includes(thrown.code)

const isMissingMailbox = (thrown: unknown): boolean =>
  thrown instanceof Fault && ['graph-no-mailbox', 'graph-no-such-user', 'graph-folder-gone'].includes(thrown.code)

const whyMissing = (licensed: boolean): string =>
  licensed
    ? 'It has a licence for Exchange Online, and yet no mailbox there: it was not made yet, is inactive, or lives on a server of its own.'
    : 'It has no mailbox in Exchange Online.'
