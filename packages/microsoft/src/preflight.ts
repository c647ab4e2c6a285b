import { type Account, type Call, type CheckRequest, type Clock, Fault, type Finding, type Kind } from '@offramp/core'
import type { TokenSource } from '@offramp/wire'
import type { Graph } from './client.ts'
import { isDenied, readAccount } from './directory.ts'
import type { Drives } from './drive-client.ts'
import { checkFiles } from './files-preflight.ts'
import { everybodys, permissions } from './permissions.ts'
import type { MicrosoftSettings } from './settings.ts'
import { readCertificate, rolesIn } from './token.ts'

export interface PreflightParts {
  readonly settings: MicrosoftSettings
  readonly graph: Graph
  readonly drives: Drives
  readonly tokens: TokenSource
  readonly clock: Clock
}

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
  const kinds = asked.kinds.filter((kind) => kind !== 'file')
  const mailboxes = { accounts: asked.accounts.filter(({ kind }) => kind !== 'site'), kinds }
  const probes = kinds.length === 0 ? [] : await probeAll(parts, mailboxes, call)
  yield* permissions(roles, asked.kinds, { mailboxes: probes.length, kinds: new Set(probes.flatMap(({ open }) => open)) })
  yield* probes.flatMap(({ findings }) => findings)
  if (kinds.length > 0) yield await scope(parts, { roles, kinds }, call)
  for (const kind of asked.kinds) {
    const finding = NOT_READABLE[kind]
    if (finding !== undefined) yield { level: 'warning', about: 'what an app cannot read', ...finding }
  }
  if (asked.kinds.includes('file')) yield* checkFiles(parts, { accounts: asked.accounts, roles }, call)
}

const NOT_READABLE: Readonly<Partial<Record<Kind, Pick<Finding, 'says' | 'remedy'>>>> = {
  mail: {
    says: 'In-place archives, public folders, group conversations, and Recoverable Items are not in the Graph mail API and are not moved.',
    remedy: 'Move what matters out of them into the mailboxes before the migration, or export it to PST. See docs/microsoft-365.md.',
  },
  event: {
    says: 'Calendars of Microsoft 365 groups and public folders, and addresses of files that are linked in an event, are not told to an app.',
    remedy: 'Copy what matters in group calendars into a calendar of somebody. See docs/microsoft-365.md.',
  },
  contact: {
    says: 'Personal distribution lists, and telephone numbers beyond two of work, two of home and one mobile, are not told to an app.',
    remedy: 'Export the address book from Outlook where they matter. See docs/microsoft-365.md.',
  },
  task: {
    says: 'Tasks of Planner and earlier instances of tasks that repeat are not in the To Do API and are not moved.',
  },
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
  readonly findings: readonly Finding[]
  readonly open: readonly Kind[]
}

async function probeAll(parts: PreflightParts, asked: CheckRequest, call: Call): Promise<readonly Probe[]> {
  const probes: Probe[] = []
  for (let at = 0; at < asked.accounts.length; at += PROBES) {
    const some = asked.accounts.slice(at, at + PROBES)
    probes.push(...(await Promise.all(some.map((account) => probe(parts, { account, kinds: asked.kinds }, call)))))
  }
  return probes
}

/** One item of each kind. A message with its text: the inbox alone opens with Mail.ReadBasic too, which cannot read a text. */
const PROBE: Readonly<Partial<Record<Kind, string>>> = {
  mail: 'mailFolders/inbox/messages?$select=id,body',
  event: 'events?$select=id,body',
  contact: 'contacts?$select=id',
  task: 'todo/lists',
}

const CALLED: Readonly<Partial<Record<Kind, string>>> = { event: 'calendars', contact: 'contacts', task: 'tasks' }

async function probe(
  { graph }: PreflightParts,
  { account, kinds }: { readonly account: Account; readonly kinds: readonly Kind[] },
  call: Call,
): Promise<Probe> {
  const user = `/users/${encodeURIComponent(account.id)}`
  const failed: Finding[] = []
  const open: Kind[] = []
  for (const kind of kinds) {
    const path = PROBE[kind]
    if (path === undefined) continue
    try {
      await graph.mailbox(account).json({ path: `${user}/${path}`, asks: 'mailbox', prefer: ['odata.maxpagesize=1'] }, call)
      open.push(kind)
    } catch (thrown) {
      call.signal.throwIfAborted()
      const finding = asError(account.name, thrown)
      const what = CALLED[kind]
      failed.push(what === undefined ? finding : { ...finding, says: `Its ${what}: ${finding.says}` })
    }
  }
  return { account, open, findings: failed.length > 0 ? failed : [{ level: 'ok', about: account.name, says: 'The mailbox can be read.' }] }
}

/** Grants add up: an app scoped in Exchange still reads everybody's mail while Mail.Read is consented to in Entra. */
async function scope(
  parts: PreflightParts,
  { roles, kinds }: { readonly roles: readonly string[]; readonly kinds: readonly Kind[] },
  call: Call,
): Promise<Finding> {
  const about = 'scope of the app'
  const address = parts.settings.outOfScopeProbe
  const remedy =
    'Scope the app with RBAC for Applications and remove the Entra consent for Mail.Read: grants add up (docs/microsoft-365.md). Changes take 30 minutes to 2 hours.'
  if (address === undefined) {
    const all = everybodys(roles)
    if (all !== undefined) return { level: 'warning', about, says: `The app can read everybody's ${all} in the tenant.`, remedy }
    const says = 'No mailbox outside the scope was named, so that the scope is not proven.'
    return { level: 'warning', about, says, remedy: "Name one in the endpoint's settings (outOfScopeProbe)." }
  }
  try {
    const account = await readAccount({ graph: parts.graph, roles }, address, call)
    if (account === undefined) {
      return {
        level: 'warning',
        about,
        says: `${address}, which was to prove the scope, is not in the tenant.`,
        remedy: 'Name another mailbox (outOfScopeProbe).',
      }
    }
    const what = kinds.includes('mail') ? undefined : kinds.flatMap((kind) => (kind === 'task' ? [] : (PROBE[kind] ?? [])))[0]
    const path = `/users/${encodeURIComponent(account.id)}/${what ?? 'mailFolders/inbox?$select=id'}`
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
