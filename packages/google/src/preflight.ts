import { type Account, type Call, type CheckRequest, type Clock, Fault, type Finding, type Kind, type Log, silentLog } from '@offramp/core'
import { inArchive } from './archive-room.ts'
import { asError } from './as-error.ts'
import type { Google } from './client.ts'
import { copiesFactor } from './copies-factor.ts'
import { readAccount } from './directory.ts'
import { allowancesOf } from './limits.ts'
import { movableIn } from './mail-measure.ts'
import { duration, paceOf } from './pace.ts'
import { probeFiles } from './preflight-files.ts'
import { probeWork } from './preflight-work.ts'
import { delegationRemedy, SCOPES, scopeUrl, type Workload, workloadsFor } from './scopes.ts'
import { type GoogleSettings, type LabelPolicy, policyOf } from './settings.ts'
import type { Signer } from './signer.ts'
import { readSizes } from './sizes.ts'
import type { Tokens } from './token.ts'

export interface PreflightParts {
  readonly settings: GoogleSettings
  readonly google: Google
  readonly tokens: Tokens
  readonly signer: Signer
  readonly clock: Clock
  readonly log: Log
}

/** How many mailboxes are looked at side by side. */
const PROBES = 8

/** Everything that could stop a run, found before it starts. */
export async function* preflight(parts: PreflightParts, asked: CheckRequest, call: Call): AsyncGenerator<Finding> {
  const about = `endpoint ${parts.settings.name}`
  try {
    const { email, clientId } = await parts.signer.identity()
    yield credential(parts, { email, clientId })
  } catch (thrown) {
    call.signal.throwIfAborted()
    yield asError(about, thrown)
    return
  }
  const scopes = await tryScopes(parts, asked, call)
  const wrong = scopes.find(({ fault }) => fault?.reach === 'run')
  if (wrong?.fault !== undefined) {
    yield asError(about, wrong.fault)
    return
  }
  yield* delegation(parts, scopes)
  if (isGranted(scopes, 'users')) yield await directory(parts, call)
  // A shared drive holds files and nothing else.
  const people = asked.accounts.filter(({ kind }) => kind !== 'drive')
  const probes = isGranted(scopes, 'mail') ? await probeAll(parts, people, call) : []
  yield* probes.map(({ finding }) => finding)
  if (asked.kinds.includes('mail')) {
    yield* pace(parts, probes)
    yield* await labels(parts, probes, call)
    if (isGranted(scopes, 'sizes')) yield* await sizes(parts, people, call)
    yield NOT_READABLE
  }
  if (asked.kinds.includes('file') && isGranted(scopes, 'files'))
    yield* probeFiles({ google: parts.google, admin: parts.settings.admin, log: parts.log }, parts.settings, { ...asked, call })
  yield* probeWork(parts, { ...asked, accounts: people, kinds: asked.kinds.filter((kind) => isGrantedFor(scopes, kind)) }, call)
}

const isGrantedFor = (tried: readonly Tried[], kind: Kind): boolean =>
  (kind === 'event' && isGranted(tried, 'calendars')) ||
  (kind === 'contact' && isGranted(tried, 'contacts')) ||
  (kind === 'task' && isGranted(tried, 'tasks'))

const NOT_READABLE: Finding = {
  level: 'warning',
  about: 'what Google does not let a program read',
  says: "Old chats, groups' conversations, the text of confidential-mode mail, and whether a message was answered or forwarded are not in the Gmail API and are not moved.",
  remedy: 'Export what matters with Takeout or Vault before the domain is closed. See docs/google-workspace.md.',
}

function credential(
  { settings }: PreflightParts,
  { email, clientId }: { readonly email: string; readonly clientId: string | undefined },
): Finding {
  if (!('key' in settings.auth))
    return { level: 'ok', about: 'service account', says: `${email}, signed for by Google's IAM: there is no key to lose.` }
  return {
    level: 'warning',
    about: 'service account',
    says: `${email} (client ID ${clientId ?? 'unknown'}) signs with a key file. It opens every mailbox of the domain, and does not end by itself.`,
    remedy:
      'Keep the file readable by Offramp alone (chmod 600), and delete the key when the migration is over: Google Cloud console > IAM & Admin > Service Accounts > Keys. Or do without one (`signAs`).',
  }
}

interface Tried {
  readonly workload: Workload
  /** Whose token was asked for. */
  readonly subject: string
  readonly fault: Fault | undefined
}

const isGranted = (tried: readonly Tried[], workload: Workload): boolean =>
  tried.some((each) => each.workload === workload && each.fault === undefined)

/** One token a scope: together, one that is missing would refuse all. */
async function tryScopes({ settings, tokens }: PreflightParts, asked: CheckRequest, call: Call): Promise<readonly Tried[]> {
  const wanted = workloadsFor(asked.kinds, settings.choices?.contacts?.collected === true)
  return Promise.all(
    wanted.map(async (workload): Promise<Tried> => {
      // The administrator is there for sure, an account may be suspended; delegation is the same for both.
      const subject = settings.admin
      try {
        await tokens.of(workload, subject).token(call)
        return { workload, subject, fault: undefined }
      } catch (thrown) {
        call.signal.throwIfAborted()
        const fault = thrown instanceof Fault ? thrown : new Fault({ reach: 'call', code: 'unclassified', message: String(thrown) })
        return { workload, subject, fault }
      }
    }),
  )
}

function* delegation(parts: PreflightParts, tried: readonly Tried[]): Generator<Finding> {
  const refused = tried.filter(({ fault }) => fault?.code === 'google-not-delegated')
  const subject = tried.find(({ fault }) => fault !== undefined && fault.code !== 'google-not-delegated')
  if (refused.length === tried.length) {
    const remedy = refused[0]?.fault?.remedy === undefined ? '' : (allScopes(parts, tried, refused[0].fault) ?? refused[0].fault.remedy)
    const says = 'The domain does not know the service account: its client ID is not in the list of delegations, or has none of the scopes.'
    yield { level: 'error', about: 'domain-wide delegation', says, remedy }
    return
  }
  // Every scope fails alike for a subject that is not there.
  if (subject?.fault !== undefined && tried.every(({ fault }) => fault !== undefined)) {
    yield asError(`administrator ${parts.settings.admin}`, subject.fault)
    return
  }
  for (const { workload, fault } of tried) {
    const { name, without, needed } = SCOPES[workload]
    const about = `scope ${name}`
    if (fault === undefined) yield { level: 'ok', about, says: 'Granted for the whole domain.' }
    else if (fault.code === 'google-not-delegated') {
      yield {
        level: needed ? 'error' : 'warning',
        about,
        says: `Missing. ${without}`,
        ...(fault.remedy === undefined ? {} : { remedy: fault.remedy }),
      }
    } else yield { ...asError(about, fault), level: needed ? 'error' : 'warning' }
  }
}

/** The remedy of one scope, for all of them. */
function allScopes(_: PreflightParts, tried: readonly Tried[], { remedy }: Fault): string | undefined {
  const clientId = /client ID (\d+)/.exec(remedy ?? '')?.[1]
  return delegationRemedy(
    clientId,
    tried.map(({ workload }) => scopeUrl(workload)),
  )
}

/** Whether the administrator may read the directory, and the API is enabled. */
async function directory({ settings, google }: PreflightParts, call: Call): Promise<Finding> {
  const about = `administrator ${settings.admin}`
  try {
    const account = await readAccount(google, silentLog, { name: settings.admin, call })
    if (account !== undefined) return { level: 'ok', about, says: 'May read the directory.' }
    return { level: 'error', about, says: 'Is not in the domain.', remedy: 'Name an administrator of this domain in the setting `admin`.' }
  } catch (thrown) {
    call.signal.throwIfAborted()
    return asError(about, thrown)
  }
}

interface Probe {
  readonly account: Account
  readonly finding: Finding
  /** Absent where the mailbox could not be opened. */
  readonly messages?: number
}

async function probeAll(parts: PreflightParts, accounts: readonly Account[], call: Call): Promise<readonly Probe[]> {
  const probes: Probe[] = []
  for (let at = 0; at < accounts.length; at += PROBES) {
    probes.push(...(await Promise.all(accounts.slice(at, at + PROBES).map((account) => probe(parts, account, call)))))
  }
  return probes
}

async function probe({ google }: PreflightParts, account: Account, call: Call): Promise<Probe> {
  const about = account.name
  if (account.unavailable !== undefined)
    return { account, finding: { level: 'error', about, says: account.unavailable, remedy: 'Leave it out of the mappings.' } }
  try {
    const messages = await movableIn(google.mailbox(account), call)
    return {
      account,
      messages,
      finding: { level: 'ok', about, says: `The mailbox can be read: ${messages.toLocaleString('en-US')} messages.` },
    }
  } catch (thrown) {
    call.signal.throwIfAborted()
    return { account, finding: asError(about, thrown) }
  }
}

function* pace({ settings }: PreflightParts, probes: readonly Probe[]): Generator<Finding> {
  const counts = probes.flatMap(({ messages }) => messages ?? [])
  if (counts.length === 0) return
  const { atLeastMs, decidedBy } = paceOf(settings, counts)
  const messages = counts.reduce((sum, each) => sum + each, 0).toLocaleString('en-US')
  const says = `The first pass over ${messages} messages takes ${duration(atLeastMs)} at least, whatever else is fast: Google allows ${decidedBy}.`
  yield { level: 'ok', about: 'time that Google needs', says }
}

/** How each policy is said; the size that is counted is that of `copies`. */
const POLICIES: Readonly<Record<LabelPolicy, string>> = {
  folder: 'Each is kept once, in the folder of its most telling label; its other labels become keywords.',
  archive: 'Each is kept once, in the archive; its labels become keywords.',
  copies: "Each is copied into every label's folder.",
}

/** Units; where there are fewer, none are spent on counting what nobody has chosen. */
const SCARCE = 1_000

async function labels({ settings, google, clock }: PreflightParts, probes: readonly Probe[], call: Call): Promise<readonly Finding[]> {
  const about = 'messages with several labels'
  const policy = policyOf(settings)
  const open = probes.flatMap(({ account, messages }) => (messages === undefined ? [] : [{ account, messages }]))
  if (open.length === 0) return []
  const count = async (): Promise<{ readonly copies: number; readonly counted: string }> => {
    const { copies, of } = await copiesFactor(google, open, { policy, clock, call })
    return { copies, counted: `about ${copies.toFixed(2)} copies a message (counted in ${of === 1 ? 'one mailbox' : `${of} mailboxes`})` }
  }
  try {
    if (policy.labels !== 'copies') {
      const accounts = open.map(({ account }) => account)
      const crowded = policy.labels === 'archive' ? await inArchive(google, accounts, { about, call }) : undefined
      const scarce = allowancesOf(settings).some(({ amount }) => amount < SCARCE)
      const more = scarce ? '' : ` With \`labels: copies\` there would be ${(await count()).counted}.`
      return [{ level: 'ok', about, says: POLICIES[policy.labels] + more }, ...(crowded === undefined ? [] : [crowded])]
    }
    const { copies, counted } = await count()
    const says = `${POLICIES.copies} That makes ${counted}, and so much more room is needed at the destination.`
    const remedy = 'Make room for it, or choose `labels: folder`.'
    return [copies > 1.5 ? { level: 'warning', about, says, remedy } : { level: 'ok', about, says }]
  } catch (thrown) {
    call.signal.throwIfAborted()
    return [policy.labels === 'copies' ? asError(about, thrown) : { level: 'ok', about, says: POLICIES[policy.labels] }]
  }
}

async function sizes({ google, clock }: PreflightParts, accounts: readonly Account[], call: Call): Promise<readonly Finding[]> {
  if (accounts.length === 0) return []
  const about = 'size of the mailboxes'
  try {
    const told = await readSizes(google, clock, call)
    const known = accounts.flatMap(({ name }) => told.get(name.toLowerCase()) ?? [])
    if (known.length === 0) return [{ level: 'ok', about, says: 'Google has no report of them yet.' }]
    const megabytes = known.reduce((sum, each) => sum + each, 0) / 2 ** 20
    const size = megabytes < 1024 ? `${megabytes.toFixed(1)} MB` : `${(megabytes / 1024).toFixed(1)} GB`
    return [{ level: 'ok', about, says: `${size} in ${known.length} mailboxes, as Google's report of some days ago has it.` }]
  } catch (thrown) {
    call.signal.throwIfAborted()
    return [{ ...asError(about, thrown), level: 'warning' }]
  }
}
