import { createHash } from 'node:crypto'
import { admin, type admin_directory_v1, type admin_reports_v1 } from '@googleapis/admin'
import { type calendar_v3, calendar as calendarApi } from '@googleapis/calendar'
import { drive as driveApi } from '@googleapis/drive'
import { gmail, type gmail_v1 } from '@googleapis/gmail'
import { type people_v1, people as peopleApi } from '@googleapis/people'
import { type tasks_v1, tasks as tasksApi } from '@googleapis/tasks'
import { type Account, type Call, type Clock, Fault, type Gate, type Quota } from '@offramp/core'
import { type Json, objectOf, parseObject, type TokenSource, type Wire, type WireAnswer, type WireRequest } from '@offramp/wire'
import { BATCH_HEADERS, batchAnswers, batchBody, GMAIL_BATCH, type Inner } from './batch.ts'
import type { Asks } from './faults.ts'
import { type DriveClient, driveClient } from './files-client.ts'
import {
  apiQuota,
  BYTES,
  type CountedApi,
  directoryQuota,
  type GmailMethod,
  mailboxQuota,
  photoQuota,
  RAW_TIMES,
  unitsOf,
  WORK_BYTES,
} from './limits.ts'
import type { Workload } from './scopes.ts'
import type { GoogleHosts, GoogleSettings } from './settings.ts'
import type { Signer } from './signer.ts'
import type { Tokens } from './token.ts'

/** What the SDK is given with every call: it builds the address, and `adapter` takes it from there. */
export interface Sent {
  readonly adapter: (options: { readonly url: URL | string }) => Promise<never>
  readonly retry: false
}

/** Parameters of every call. Without `quotaUser` the whole domain would be counted as one user. */
export interface Common {
  readonly quotaUser: string
}

/** One question to an API of the SDK. */
export interface Ask<Api> {
  readonly asks: Asks
  readonly send: (api: Api, common: Common, options: Sent) => Promise<unknown>
  readonly tries?: number
}

export type GmailAsk = Ask<gmail_v1.Resource$Users> & { readonly method: GmailMethod }

/** One mailbox. */
export interface GmailClient {
  /** Whose calls these are, for people: `the mailbox of anna@example.com`. */
  readonly about: string
  json(ask: GmailAsk, call: Call): Promise<Json>
  /** Several questions in one request, each at its own price. What refuses one of them refuses all, with the words that it would have had alone. */
  together(asks: readonly GmailAsk[], call: Call): Promise<readonly Json[]>
  /** The answer's body as it arrives: a message is JSON of any size. */
  stream(ask: GmailAsk, call: Call): Promise<WireAnswer>
}

/** An answer, and when Google gave it. */
export interface Dated {
  readonly json: Json
  /** By Google's own clock, in milliseconds since the Unix epoch. Undefined where the answer does not say. */
  readonly at: number | undefined
}

/** One account's part of an API that counts requests. */
export interface WorkClient<Api> {
  /** Whose calls these are, for people: `the calendars of anna@example.com`. */
  readonly about: string
  ask(asked: Ask<Api>, call: Call): Promise<Dated>
}

export type CalendarClient = WorkClient<calendar_v3.Calendar>
export type PeopleClient = WorkClient<people_v1.People> & {
  /** A picture at an address that People has told: https, and not in this network. Throws a `call` fault for what is too large or is none. */
  photo(url: string, call: Call): Promise<{ readonly bytes: Uint8Array; readonly mediaType: string | undefined }>
}
export type TasksClient = WorkClient<tasks_v1.Tasks>

/** By whose leave: each has a token of its own. */
export type CalendarWorkload = Extract<Workload, 'calendars' | 'acls'>
export type PeopleWorkload = Extract<Workload, 'contacts' | 'collected'>

export interface Google {
  calendars(account: Pick<Account, 'id' | 'name'>, workload?: CalendarWorkload): CalendarClient
  people(account: Pick<Account, 'id' | 'name'>, workload?: PeopleWorkload): PeopleClient
  tasks(account: Pick<Account, 'id' | 'name'>): TasksClient
  mailbox(account: Pick<Account, 'id' | 'name'>): GmailClient
  /** Drive in the name of a user. `about`: whose files, for people. */
  drive(subject: string, about: string): DriveClient
  directory(ask: Ask<admin_directory_v1.Admin> & { readonly workload: Workload }, call: Call): Promise<Json>
  reports(ask: Ask<admin_reports_v1.Admin>, call: Call): Promise<Json>
}

export interface GoogleServices {
  readonly wire: Wire
  readonly tokens: Tokens
  readonly signer: Signer
  readonly hosts: GoogleHosts
  readonly gate: Gate
  readonly clock: Clock
}

/** One of the APIs that count requests. */
interface Part<Api> {
  readonly api: Api
  readonly counts: CountedApi
  readonly origin: string
  readonly workload: Workload
  readonly what: string
}

/** Everything of a request that the SDK does not know. */
export type Rest = Omit<WireRequest, 'url' | 'method' | 'headers'>

/** Where a request of the SDK's goes, and as what. */
export interface Going {
  readonly rest: Rest
  readonly origin: string
  readonly call: Call
  /** Default: GET. */
  readonly method?: 'POST'
  readonly headers?: Readonly<Record<string, string>>
}

export function makeGoogle(settings: GoogleSettings, services: GoogleServices): Google {
  const { wire, tokens, signer, hosts } = services
  // The SDK builds addresses. Its own transport retries a throttled call three times within two seconds, ignores Retry-After, has no
  // timeout, shares no gate, and takes a truncated gzip body for whole (gaxios 8.3.3); so it never gets to send anything.
  const users = gmail({ version: 'v1', rootUrl: `${hosts.gmailUrl}/` }).users
  const directory = admin({ version: 'directory_v1', rootUrl: `${hosts.adminUrl}/` })
  const reports = admin({ version: 'reports_v1', rootUrl: `${hosts.adminUrl}/` })
  const calendar = calendarApi({ version: 'v3', rootUrl: `${hosts.calendarUrl}/` })
  const people = peopleApi({ version: 'v1', rootUrl: `${hosts.peopleUrl}/` })
  const drive = driveApi({ version: 'v3', rootUrl: `${hosts.driveUrl}/` })
  const tasks = tasksApi({ version: 'v1', rootUrl: `${hosts.tasksUrl}/` })

  let isBatchRefused = false

  async function ask(send: (options: Sent) => Promise<unknown>, on: Going): Promise<WireAnswer> {
    let outcome: { readonly answer: WireAnswer } | { readonly failure: unknown } | undefined
    const adapter: Sent['adapter'] = async ({ url }) => {
      try {
        const { origin, href } = new URL(url)
        if (origin !== on.origin) throw new Fault({ reach: 'run', code: 'google-foreign-host', message: 'A call led away from Google.' })
        const headers = { accept: 'application/json', ...on.headers }
        outcome = { answer: await wire.send({ ...on.rest, method: on.method ?? 'GET', url: href, headers }, on.call) }
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

  /** The address that the SDK makes of a call. */
  async function addressOf(send: (options: Sent) => Promise<unknown>): Promise<string> {
    let made: string | undefined
    const adapter: Sent['adapter'] = async ({ url }) => {
      made = new URL(url).href
      throw new Error('taken over')
    }
    await send({ adapter, retry: false }).catch((thrown: unknown) => {
      if (made === undefined) throw thrown
    })
    return made ?? ''
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
    const together = async (asks: readonly GmailAsk[], call: Call): Promise<readonly Json[]> => {
      if (isBatchRefused) throw noBatches()
      const { project } = await signer.identity()
      let isWithin = false
      const inner: Inner[] = []
      for (const one of asks) inner.push({ url: await addressOf((options) => one.send(users, common, options)), asks: one.asks })
      const answers = async ({ headers, text }: Pick<WireAnswer, 'headers' | 'text'>) =>
        batchAnswers(inner, headers['content-type'] ?? '', await text())
      const asked = wire.send(
        {
          ...{ method: 'POST', url: hosts.gmailUrl + GMAIL_BATCH, headers: BATCH_HEADERS, body: batchBody(inner) },
          ...{ quota: mailboxQuota(settings, project, account.id), about, token, asks: 'mailbox' },
          weight: asks.reduce((sum, { method }) => sum + unitsOf(settings, method), 0),
          // Nothing but GETs are in it.
          repeatable: true,
          expects: 'bytes',
          reads: 'whole',
          maxBytes: BYTES.answer,
          refusedWithin: async (whole) => {
            const refused = (await answers(whole)).find(({ status }) => status < 200 || status > 299)
            isWithin = refused !== undefined
            return refused
          },
        },
        call,
      )
      const answer = await asked.catch((thrown: unknown) => {
        // Something between us and Google lets single calls through and no batches: it is asked for no more of them.
        isBatchRefused = !isWithin && thrown instanceof Fault && /^(http-(4\d\d|501)|google-bad-request)$/.test(thrown.code)
        throw thrown
      })
      return (await answers(answer)).map(({ body }) => parseObject(body))
    }
    return {
      about,
      json: async (asked, call) => objectOf(await (await asking(asked, {}, call)).json()),
      together,
      stream: (asked, call) => asking(asked, { reads: 'stream', maxBytes: BYTES.message, ...RAW_TIMES }, call),
    }
  }

  function work<Api>(account: Pick<Account, 'id' | 'name'>, part: Part<Api>): WorkClient<Api> {
    const about = `${part.what} of ${account.name}`
    const token = tokens.of(part.workload, account.name)
    const common = { quotaUser: quotaUserOf(account.name) }
    return {
      about,
      async ask(asked, call) {
        const { project } = await signer.identity()
        const quota = apiQuota(settings, part.counts, { project, user: account.id })
        const rest = { ...restOf({ quota, about, token }, asked, 1), maxBytes: WORK_BYTES.answer }
        const answer = await ask((options) => asked.send(part.api, common, options), { rest, origin: part.origin, call })
        const at = Date.parse(answer.headers['date'] ?? '')
        return { json: objectOf(await answer.json()), at: Number.isNaN(at) ? undefined : at }
      },
    }
  }

  async function photo(url: string, about: string, call: Call): Promise<{ bytes: Uint8Array; mediaType: string | undefined }> {
    const { project } = await signer.identity()
    const asked = { asks: 'photo', quota: photoQuota(project), weight: 1, expects: 'bytes', reads: 'whole', tries: 2 } as const
    // The address comes out of an answer: it is asked without a token, and leads nowhere that the API's own host may not redirect to.
    const answer = await wire.send(
      { ...asked, method: 'GET', url, toldBy: hosts.peopleUrl, about: `a picture in ${about}`, maxBytes: WORK_BYTES.photo },
      call,
    )
    const parts: Uint8Array[] = []
    for await (const chunk of answer.body) parts.push(chunk)
    return { bytes: Buffer.concat(parts), mediaType: answer.headers['content-type']?.split(';')[0]?.trim().toLowerCase() }
  }

  return {
    calendars: (account, workload = 'calendars') =>
      work(account, { api: calendar, counts: 'calendar', origin: hosts.calendarUrl, workload, what: 'the calendars' }),
    people(account, workload = 'contacts') {
      const client = work(account, { api: people, counts: 'people', origin: hosts.peopleUrl, workload, what: 'the contacts' })
      return { ...client, photo: (url, call) => photo(url, client.about, call) }
    },
    tasks: (account) => work(account, { api: tasks, counts: 'tasks', origin: hosts.tasksUrl, workload: 'tasks', what: 'the tasks' }),
    mailbox,
    drive: (subject, about) =>
      driveClient({ settings, services, api: drive, ask, common: { quotaUser: quotaUserOf(subject) } }, { subject, about }),
    directory: (asked, call) => adminApi(asked, { api: directory, counts: 'directory' }, call),
    reports: (asked, call) => adminApi({ ...asked, workload: 'sizes' }, { api: reports, counts: 'reports' }, call),
  }
}

const noBatches = (): Fault =>
  new Fault({
    reach: 'call',
    code: 'google-batch-refused',
    message: 'Requests of several calls were refused before; they are asked one by one.',
  })

/** At most 40 characters, the same in every process, and no address in anybody's log. */
const quotaUserOf = (subject: string): string => createHash('sha256').update(subject.toLowerCase()).digest('hex').slice(0, 32)
