import { type Call, Fault, type Services, type SourceEndpoint } from '@offramp/core'
import { makeWire } from '@offramp/wire'
import { calendarSource } from './calendars.ts'
import { readShares } from './calendars-shares.ts'
import { makeGoogle } from './client.ts'
import { contactSource } from './contacts.ts'
import { readAccounts } from './directory.ts'
import { classifyFor, type Whose } from './faults.ts'
import { fileSource } from './files.ts'
import { fileShares, findAccount, namedDrives, spaceOf } from './files-space.ts'
import { mailSource } from './mail.ts'
import type { Bounds } from './mail-bodies.ts'
import { readMailSettings } from './mail-settings.ts'
import { preflight } from './preflight.ts'
import { type GoogleSettings, hostsOf, policyOf, USER_AGENT } from './settings.ts'
import { makeSigner, type Signer } from './signer.ts'
import { readSizes } from './sizes.ts'
import { taskSource } from './tasks.ts'
import { googleTokens } from './token.ts'

/**
 * A Google Workspace to read from, by a service account with domain-wide delegation. Throws a `run` fault for settings that cannot be
 * right; asks nobody yet. `bounds`: what is held in memory of one mailbox.
 */
export function googleSource(settings: GoogleSettings, services: Services, bounds?: Bounds): SourceEndpoint {
  const hosts = hostsOf(settings)
  const { clock, log } = services
  let whose: Whose = { clientId: settings.clientId, project: undefined }
  const wire = makeWire({
    ...services,
    userAgent: settings.userAgent ?? USER_AGENT,
    classify: classifyFor(() => whose),
    ...(settings.ca === undefined ? {} : { ca: settings.ca }),
    ...(settings.proxy === undefined ? {} : { proxy: settings.proxy }),
  })
  const signer = remembering(makeSigner(settings, { wire, hosts, ...services }), (found) => {
    whose = found
  })
  const tokens = googleTokens(settings, { wire, hosts, signer, ...services })
  const google = makeGoogle(settings, { wire, tokens, signer, hosts, gate: services.gate, clock })
  const domain = { google, admin: settings.admin, log }
  const sizes = sizesWhenAsked((call) => readSizes(google, clock, call))
  return {
    name: settings.name,
    kinds: ['mail', 'event', 'contact', 'task', 'file'],
    manner: policyOf(settings).labels === 'copies' ? 'labels: copies' : 'labels: folder or archive',
    check: (asked, call) => preflight({ settings, google, tokens, signer, clock, log }, asked, call),
    async *accounts(call) {
      // Whoever asks for everybody wants to see how much there is.
      await sizes.ask(call).catch((thrown: unknown) => {
        call.signal.throwIfAborted()
        log.info({ code: thrown instanceof Fault ? thrown.code : 'unclassified' }, 'Sizes of the mailboxes are not to be had.')
      })
      yield* readAccounts(google, log, call)
      yield* namedDrives(domain, call)
    },
    account: (name, call) => findAccount(domain, name, call),
    async connect(account, kind) {
      if (kind === 'mail') {
        const policy = policyOf(settings)
        return mailSource(google, account, { clock, log, policy, bytesOf: sizes.of, ...(bounds === undefined ? {} : { bounds }) })
      }
      const { choices = {} } = settings
      if (kind === 'event')
        return calendarSource(google, account, { ...given('choices', choices.calendars), ...given('held', bounds?.series) })
      if (kind === 'contact') return contactSource(google, account, given('choices', choices.contacts))
      if (kind === 'task') return taskSource(google, account, { clock })
      if (kind === 'file')
        return fileSource(spaceOf(domain, account), { ...given('choices', choices.files), ...given('folder', bounds?.folder) })
      const message = `Endpoint ${settings.name} moves mail, events, contacts, tasks and files; ${kind} of Google Workspace is not among the kinds it names.`
      throw new Fault({ reach: 'run', code: 'google-kind', message, remedy: `Take ${kind} out of the project.` })
    },
    async *shares(account, kind, call) {
      if (kind === 'event') yield* readShares(google, account, call)
      if (kind === 'file') yield* fileShares(domain, account, call)
    },
    mailSettings: (account, call) => readMailSettings(google, account, { labels: policyOf(settings).labels, call }),
    close: () => wire.close(),
  }
}

function given<Key extends string, Value>(key: Key, value: Value | undefined): { readonly [K in Key]?: Value } {
  const empty: { readonly [K in Key]?: Value } = {}
  return value === undefined ? empty : { ...empty, [key]: value }
}

/** The key file is read when something is signed; who it belongs to is remembered, and nothing else of it. */
function remembering(signer: Signer, found: (whose: Whose) => void): Signer {
  let known: ReturnType<Signer['identity']> | undefined
  return {
    sign: (claims, call) => signer.sign(claims, call),
    identity() {
      known ??= signer
        .identity()
        .then((identity) => {
          found({ clientId: identity.clientId, project: identity.project })
          return identity
        })
        .catch((thrown: unknown) => {
          known = undefined
          throw thrown
        })
      return known
    },
  }
}

/** Sizes are read once, and only for whoever lists all accounts: a worker does without. */
function sizesWhenAsked(read: (call: Call) => Promise<ReadonlyMap<string, number>>) {
  let sizes: ReadonlyMap<string, number> = new Map()
  return {
    async ask(call: Call): Promise<void> {
      if (sizes.size === 0) sizes = await read(call)
    },
    of: (address: string): number | undefined => sizes.get(address.toLowerCase()),
  }
}
