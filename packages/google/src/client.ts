import { createHash } from 'node:crypto'
import { admin, type admin_directory_v1, type admin_reports_v1 } from '@googleapis/admin'
import { gmail, type gmail_v1 } from '@googleapis/gmail'
import { type Account, type Call, Fault, type Quota } from '@offramp/core'
import { type Json, objectOf, type TokenSource, type Wire, type WireAnswer, type WireRequest } from '@offramp/wire'
import type { Asks } from './faults.ts'
import { BYTES, directoryQuota, type GmailMethod, mailboxQuota, RAW_TIMES, unitsOf } from './limits.ts'
import type { Workload } from './scopes.ts'
import type { GoogleHosts, GoogleSettings } from './settings.ts'
import type { Signer } from './signer.ts'
import type { Tokens } from './token.ts'

/** What the SDK is given with every call: it builds the address, and `adapter` takes it from there. */
interface Sent {
  readonly adapter: (options: { readonly url: URL | string }) => Promise<never>
  readonly retry: false
}

/** Parameters of every call. Without `quotaUser` the whole domain would be counted as one user. */
interface Common {
  readonly quotaUser: string
}

/** One question to an API of the SDK. */
interface Ask<Api> {
  readonly asks: Asks
  readonly send: (api: Api, common: Common, options: Sent) => Promise<unknown>
  readonly tries?: number
}

type GmailAsk = Ask<gmail_v1.Resource$Users> & { readonly method: GmailMethod }

/** One mailbox. */
export interface GmailClient {
  /** Whose calls these are, for people: `the mailbox of anna@example.com`. */
  readonly about: string
  json(ask: GmailAsk, call: Call): Promise<Json>
  /** The answer's body as it arrives: a message is JSON of any size. */
  stream(ask: GmailAsk, call: Call): Promise<WireAnswer>
}

export interface Google {
  mailbox(account: Pick<Account, 'id' | 'name'>): GmailClient
  directory(ask: Ask<admin_directory_v1.Admin> & { readonly workload: Workload }, call: Call): Promise<Json>
  reports(ask: Ask<admin_reports_v1.Admin>, call: Call): Promise<Json>
}

interface GoogleServices {
  readonly wire: Wire
  readonly tokens: Tokens
  readonly signer: Signer
  readonly hosts: GoogleHosts
}

/** Everything of a request that the SDK does not know. */
type Rest = Omit<WireRequest, 'url' | 'method' | 'headers'>

export function makeGoogle(settings: GoogleSettings, services: GoogleServices): Google {
  const { wire, tokens, signer, hosts } = services
  // The SDK builds addresses. Its own transport retries a throttled call three times within two seconds, ignores Retry-After, has no
  // timeout, shares no gate, and takes a truncated gzip body for whole (gaxios 8.3.3); so it never gets to send anything.
  const users = gmail({ version: 'v1', rootUrl: `${hosts.gmailUrl}/` }).users
  const directory = admin({ version: 'directory_v1', rootUrl: `${hosts.adminUrl}/` })
  const reports = admin({ version: 'reports_v1', rootUrl: `${hosts.adminUrl}/` })

  async function ask(send: (options: Sent) => Promise<unknown>, on: { rest: Rest; origin: string; call: Call }): Promise<WireAnswer> {
    let outcome: { readonly answer: WireAnswer } | { readonly failure: unknown } | undefined
    const adapter: Sent['adapter'] = async ({ url }) => {
      try {
        const { origin, href } = new URL(url)
        if (origin !== on.origin) throw new Fault({ reach: 'run', code: 'google-foreign-host', message: 'A call led away from Google.' })
        const headers = { accept: 'application/json' }
        outcome = { answer: await wire.send({ ...on.rest, method: 'GET', url: href, headers }, on.call) }
      } catch (failure) {
        outcome = { failure }
      }
      // It is out of the SDK's hands: what it would make of the answer is not wanted.
      throw new Error('taken over')
    }
    await send({ adapter, retry: false }).catch((thrown: unknown) => {
      if (outcome === undefined) throw thrown
    })
    if (outcome === undefined)
      throw new Fault({ reach: 'run', code: 'google-no-request', message: 'The client of Google made no request.' })
    if ('failure' in outcome) throw outcome.failure
    return outcome.answer
  }

  const restOf = (on: { quota: Quota; about: string; token: TokenSource }, asked: Ask<never>, weight: number): Rest => ({
    ...on,
    weight,
    asks: asked.asks,
    expects: 'json',
    reads: 'whole',
    maxBytes: BYTES.answer,
    ...(asked.tries === undefined ? {} : { tries: asked.tries }),
  })

  async function adminApi<Api>(
    asked: Ask<Api> & { readonly workload: Workload },
    on: { api: Api; counts: 'directory' | 'reports' },
    call: Call,
  ): Promise<Json> {
    const { project } = await signer.identity()
    const scope = {
      quota: directoryQuota(project, on.counts),
      about: `endpoint ${settings.name}`,
      token: tokens.of(asked.workload, settings.admin),
    }
    const send = (options: Sent) => asked.send(on.api, { quotaUser: quotaUserOf(settings.admin) }, options)
    const answer = await ask(send, { rest: restOf(scope, asked, 1), origin: hosts.adminUrl, call })
    return objectOf(await answer.json())
  }

  function mailbox(account: Pick<Account, 'id' | 'name'>): GmailClient {
    const about = `the mailbox of ${account.name}`
    const token = tokens.of('mail', account.name)
    const common = { quotaUser: quotaUserOf(account.name) }
    const asking = async (asked: GmailAsk, more: Partial<Rest>, call: Call): Promise<WireAnswer> => {
      const { project } = await signer.identity()
      const rest = restOf({ quota: mailboxQuota(settings, project, account.id), about, token }, asked, unitsOf(settings, asked.method))
      return ask((options) => asked.send(users, common, options), { rest: { ...rest, ...more }, origin: hosts.gmailUrl, call })
    }
    return {
      about,
      json: async (asked, call) => objectOf(await (await asking(asked, {}, call)).json()),
      stream: (asked, call) => asking(asked, { reads: 'stream', maxBytes: BYTES.message, ...RAW_TIMES }, call),
    }
  }

  return {
    mailbox,
    directory: (asked, call) => adminApi(asked, { api: directory, counts: 'directory' }, call),
    reports: (asked, call) => adminApi({ ...asked, workload: 'sizes' }, { api: reports, counts: 'reports' }, call),
  }
}

/** At most 40 characters, the same in every process, and no address in anybody's log. */
const quotaUserOf = (subject: string): string => createHash('sha256').update(subject.toLowerCase()).digest('hex').slice(0, 32)
