import { type Account, type Call, type CheckRequest, type Clock, Fault, type Finding } from '@offramp/core'
import type { TokenSource } from '@offramp/wire'
import type { Graph } from './client.ts'
import { isDenied, readAccount } from './directory.ts'
import type { MicrosoftSettings } from './settings.ts'
import { readCertificate, rolesIn } from './token.ts'

export interface PreflightParts {
  readonly settings: MicrosoftSettings
  readonly graph: Graph
  readonly tokens: TokenSource
  readonly clock: Clock
}

/** A permission, and those that include it. https://learn.microsoft.com/graph/permissions-reference */
interface Needed {
  readonly name: string
  readonly includedIn: readonly string[]
  readonly without: string
  readonly level: 'error' | 'warning'
  /** Exchange can grant it for some mailboxes only, and a token does not show that. */
  readonly scoped: boolean
}

const NEEDED: readonly Needed[] = [
  {
    name: 'User.Read.All',
    includedIn: ['User.ReadWrite.All', 'Directory.Read.All', 'Directory.ReadWrite.All'],
    without: 'Without it the users of the tenant and their addresses cannot be listed.',
    level: 'error',
    scoped: false,
  },
  {
    name: 'Mail.Read',
    includedIn: ['Mail.ReadWrite'],
    without: 'Without it no message can be read.',
    level: 'error',
    scoped: true,
  },
  {
    name: 'MailboxSettings.Read',
    includedIn: ['MailboxSettings.ReadWrite'],
    without: 'Without it shared mailboxes and rooms cannot be told from people, and rules and automatic replies cannot be exported.',
    level: 'warning',
    scoped: true,
  },
]

/** Write permissions of a kind that a migration must not have in its hands. */
const TOO_MUCH = /\.(ReadWrite(\.All)?|Send|FullControl\.All|Manage\.All)$|^full_access_as_app$/

const CONSENT = 'App registrations, API permissions, Add a permission, Microsoft Graph, Application permissions; then Grant admin consent.'

/** How many mailboxes are looked at side by side. */
const PROBES = 8

/** Everything that could stop a run, found before it starts. */
export async function* preflight(parts: PreflightParts, asked: CheckRequest, call: Call): AsyncGenerator<Finding> {
  yield* credentialLife(parts, asked)
  let roles: readonly string[]
  try {
    roles = rolesIn(await parts.tokens.token(call))
  } catch (thrown) {
    call.signal.throwIfAborted()
    yield asError(`endpoint ${parts.settings.name}`, thrown)
    return
  }
  yield { level: 'ok', about: `endpoint ${parts.settings.name}`, says: 'Microsoft issues a token for the app.' }
  const probes = await probeAll(parts, asked.accounts, call)
  yield* permissions(roles, probes)
  yield* probes.map(({ finding }) => finding)
  yield await scope(parts, roles, call)
  if (asked.kinds.includes('mail')) yield NOT_READABLE
}

const NOT_READABLE: Finding = {
  level: 'warning',
  about: 'what an app cannot read',
  says: 'In-place archives, public folders, group conversations, and Recoverable Items are not in the Graph mail API and are not moved.',
  remedy: 'Move what matters out of them into the mailboxes before the migration, or export it to PST. See docs/microsoft-365.md.',
}

async function* credentialLife({ settings, clock }: PreflightParts, asked: CheckRequest): AsyncGenerator<Finding> {
  const what = 'secret' in settings.auth ? 'client secret' : 'certificate'
  let ends = settings.secretExpires
  if ('certificate' in settings.auth) {
    try {
      ends = readCertificate(settings, await settings.auth.certificate()).notAfter
    } catch (thrown) {
      yield asError('certificate', thrown)
      return
    }
  }
  if (ends === undefined) {
    const says = 'When the client secret ends is not known: Microsoft does not say it to the app.'
    yield {
      level: 'warning',
      about: what,
      says,
      remedy: "Write its end (secretExpires) into the endpoint's settings, or use a certificate.",
    }
    return
  }
  const day = new Date(ends).toISOString().slice(0, 10)
  const renew = `Make a new one before the migration starts: App registrations, Certificates & secrets.`
  if (ends <= clock.now()) yield { level: 'error', about: what, says: `The ${what} ended on ${day}.`, remedy: renew }
  else if (asked.plannedEnd !== undefined && ends <= asked.plannedEnd) {
    yield { level: 'warning', about: what, says: `The ${what} ends on ${day}, before the planned end of the migration.`, remedy: renew }
  } else yield { level: 'ok', about: what, says: `The ${what} is good until ${day}.` }
}

interface Probe {
  readonly account: Account
  readonly finding: Finding
  readonly open: boolean
}

async function probeAll(parts: PreflightParts, accounts: readonly Account[], call: Call): Promise<readonly Probe[]> {
  const probes: Probe[] = []
  for (let at = 0; at < accounts.length; at += PROBES) {
    probes.push(...(await Promise.all(accounts.slice(at, at + PROBES).map((account) => probe(parts, account, call)))))
  }
  return probes
}

/** Reads one message's id: the inbox alone opens with Mail.ReadBasic too, which cannot read a text. */
async function probe({ graph }: PreflightParts, account: Account, call: Call): Promise<Probe> {
  const user = `/users/${encodeURIComponent(account.id)}`
  try {
    await graph
      .mailbox(account)
      .json({ path: `${user}/mailFolders/inbox/messages?$select=id,body`, asks: 'mailbox', prefer: ['odata.maxpagesize=1'] }, call)
    return { account, open: true, finding: { level: 'ok', about: account.name, says: 'The mailbox can be read.' } }
  } catch (thrown) {
    call.signal.throwIfAborted()
    return { account, open: false, finding: asError(account.name, thrown) }
  }
}

function* permissions(roles: readonly string[], probes: readonly Probe[]): Generator<Finding> {
  const open = probes.some((each) => each.open)
  if (roles.length === 0 && !open) {
    const says = 'The token holds no permission at all: nobody has consented to any, or consent is younger than the token.'
    yield { level: 'error', about: 'permissions', says, remedy: CONSENT }
  }
  for (const { name, includedIn, without, level, scoped } of NEEDED) {
    const about = `permission ${name}`
    const wider = includedIn.find((each) => roles.includes(each))
    if (roles.includes(name)) yield { level: 'ok', about, says: 'Granted for the whole tenant.' }
    else if (wider !== undefined) yield { level: 'ok', about, says: `Contained in ${wider}.` }
    else if (scoped && open)
      yield { level: 'ok', about, says: 'Not in the token, and yet mailboxes open: granted in Exchange (RBAC for Applications).' }
    else if (scoped && probes.length === 0) {
      yield {
        level: 'warning',
        about,
        says: `Not in the token. ${without} It may be granted in Exchange, which shows with the first mailbox.`,
      }
    } else yield { level, about, says: `Missing. ${without}`, remedy: CONSENT }
  }
  for (const role of roles.filter((each) => TOO_MUCH.test(each))) {
    const says = 'The app may write, and a migration only reads here.'
    yield {
      level: 'warning',
      about: `permission ${role}`,
      says,
      remedy: 'Remove it in App registrations, API permissions, and in Enterprise applications, Permissions.',
    }
  }
}

/** Grants add up: an app scoped in Exchange still reads everybody's mail while Mail.Read is consented to in Entra. */
async function scope(parts: PreflightParts, roles: readonly string[], call: Call): Promise<Finding> {
  const about = 'scope of the app'
  const address = parts.settings.outOfScopeProbe
  const remedy =
    'Scope the app with RBAC for Applications and remove the Entra consent for Mail.Read: grants add up (docs/microsoft-365.md). Changes take 30 minutes to 2 hours.'
  if (address === undefined) {
    const all = roles.some((each) => each === 'Mail.Read' || each === 'Mail.ReadWrite')
    if (all) return { level: 'warning', about, says: "The app can read everybody's mail in the tenant.", remedy }
    const says = 'No mailbox outside the scope was named, so that the scope is not proven.'
    return { level: 'warning', about, says, remedy: "Name one in the endpoint's settings (outOfScopeProbe)." }
  }
  try {
    const account = await readAccount(parts.graph, address, call)
    if (account === undefined) {
      return {
        level: 'warning',
        about,
        says: `${address}, which was to prove the scope, is not in the tenant.`,
        remedy: 'Name another mailbox (outOfScopeProbe).',
      }
    }
    const path = `/users/${encodeURIComponent(account.id)}/mailFolders/inbox?$select=id`
    await parts.graph.mailbox(account).json({ path, asks: 'mailbox' }, call)
    return { level: 'warning', about, says: `The app can read ${address}, which is outside the scope: it reads everybody's mail.`, remedy }
  } catch (thrown) {
    call.signal.throwIfAborted()
    if (isDenied(thrown)) return { level: 'ok', about, says: `${address} is refused, as it should be.` }
    return { ...asError(about, thrown), level: 'warning' }
  }
}

function asError(about: string, thrown: unknown): Finding {
  const says = thrown instanceof Error ? thrown.message : String(thrown)
  const remedy = thrown instanceof Fault ? thrown.remedy : undefined
  return { level: 'error', about, says, ...(remedy === undefined ? {} : { remedy }) }
}
