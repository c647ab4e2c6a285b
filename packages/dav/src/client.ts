import { type Call, Fault, type Services } from '@offramp/core'
import { makeWire, type Wire, type WireAnswer, type WireRequest } from '@offramp/wire'
import type { Digest } from './digest.ts'
import { type Asks, classify, type DavRefusal, isRefusal } from './faults.ts'
import { hostGate } from './host-gate.ts'
import { CONNECTIONS, CONNECTIONS_PER_ACCOUNT, LISTING_BYTES, OBJECT_BYTES } from './limits.ts'
import { type Login, loginsOf } from './logins.ts'
import { type DavResponse, readMultistatus } from './multistatus.ts'
import { baseOf, type DavSettings, type HostSettings } from './settings.ts'

export interface DavRequest {
  readonly method: WireRequest['method']
  /** A path, or an address at the same host. */
  readonly href: string
  /** With its question mark. */
  readonly query?: string
  readonly asks: Asks
  readonly headers?: Readonly<Record<string, string>>
  /** A function gives the bytes anew for each try; `headers` announce how many. */
  readonly body?: WireRequest['body']
  /** See `WireRequest.large`. */
  readonly large?: boolean
  /** For a multistatus. Default `0`. */
  readonly depth?: '0' | '1'
  /** HTML is what was asked for: an attachment may be a web page. */
  readonly any?: boolean
  /** The body is read by the caller, who may leave off. */
  readonly stream?: boolean
  /** Milliseconds, where the usual limits do not fit. */
  readonly headTimeoutMs?: number
  readonly timeoutMs?: number
  /** Bytes of the answer. */
  readonly maxBytes?: number
  /** How often it is tried where the method allows that. Default 3. */
  readonly tries?: number
}

/** One account's way to its server. Requests of any number of callers; the gate decides how many go at once. */
export interface DavClient {
  readonly account: string
  readonly host: string
  /** Throws a `DavRefusal` for what is not 2xx. Redirects are not followed. */
  send(request: DavRequest, call: Call): Promise<WireAnswer>
  /** Sends, and reads the multistatus that comes back, response by response. Throws where something else comes. */
  multistatus(request: DavRequest, take: (response: DavResponse) => void, call: Call): Promise<void>
  /** An address that the server wrote, as a path; undefined where it leads to another host. */
  pathOf(href: string): string | undefined
  /** The whole address of a path. */
  urlOf(path: string): string
}

/** What all accounts of one endpoint share. */
export interface DavHost<S extends HostSettings = DavSettings> {
  readonly settings: S
  readonly services: Services
  readonly base: URL
  readonly wire: Wire
  /** Logins that the server has refused, by a print of account and secret: they are not tried again. */
  readonly refusals: Map<string, Fault>
  close(): Promise<void>
}

const hostKey = (base: URL): string => `dav:{${base.host}}`

export function openHost<S extends HostSettings>(settings: S, services: Services): DavHost<S> {
  const base = baseOf(settings)
  const { head, total } = settings.timeouts ?? {}
  const wire = makeWire({
    gate: hostGate(services.gate, { key: hostKey(base), concurrent: settings.connections ?? CONNECTIONS }),
    log: services.log,
    clock: services.clock,
    userAgent: 'Offramp',
    classify: (facts) => toGate(classify(facts, base.host), base),
    timeouts: { ...(head === undefined ? {} : { headMs: head }), ...(total === undefined ? {} : { totalMs: total }) },
    ...(services.silenceMs === undefined ? {} : { silenceMs: services.silenceMs }),
    ...(settings.ca === undefined ? {} : { ca: settings.ca }),
    ...(settings.proxy === undefined ? {} : { proxy: settings.proxy }),
  })
  return { settings, services, base, wire, refusals: new Map(), close: () => wire.close() }
}

/** Maintenance is the host's; the wait for another calendar is that account's own, and holds nothing else up. */
function toGate(fault: Fault | undefined, base: URL): Fault | undefined {
  if (fault?.code !== 'dav-unavailable') return fault
  const { code, message, until } = fault
  return new Fault({ reach: 'gate', code, message, gate: hostKey(base), ...(until === undefined ? {} : { until }) })
}

const isUnknownLogin = (thrown: unknown): thrown is DavRefusal => isRefusal(thrown, 401)

/** What servers let an account do only so often: waited for by itself, while everything else goes on. */
const ownQuota: Readonly<Partial<Record<Asks, string>>> = { make: 'new', 'new-share': 'shares' }

const SMALL: ReadonlySet<Asks> = new Set([
  'discover',
  'make',
  'share',
  'new-share',
  'remove',
  'move',
  'upload',
  'folder',
  'assemble',
  'date',
])

export function makeClient(host: DavHost<HostSettings>, account: string): DavClient {
  const { settings, base, wire, refusals } = host
  const concurrent = settings.connectionsPerAccount ?? CONNECTIONS_PER_ACCOUNT
  const key = `${hostKey(base)}:${account}`

  const pathOf = (href: string): string | undefined => {
    const url = URL.parse(href, base.href)
    // Behind a proxy that ends TLS, servers write http: into their own addresses.
    return url !== null && url.host === base.host && url.username === '' ? url.pathname : undefined
  }
  const urlOf = (path: string): string => new URL(path, base.origin).href

  const logins = loginsOf(settings, host.services, account)

  const ask = (request: DavRequest, path: string, login: Login, call: Call): Promise<WireAnswer> => {
    const { method, asks, query = '', stream = false } = request
    return wire.send(
      {
        method,
        url: urlOf(path) + query,
        headers: { ...login.headers({ method, uri: path + query }), ...request.headers },
        ...(request.body === undefined ? {} : { body: request.body }),
        ...(request.large === undefined ? {} : { large: request.large }),
        quota: ownQuota[asks] === undefined ? { key, concurrent } : { key: `${key}:${ownQuota[asks]}`, concurrent: 1 },
        weight: 1,
        about: account,
        asks,
        expects: request.any || asks !== 'look' ? 'any' : 'bytes',
        reads: stream ? 'stream' : 'whole',
        maxBytes: request.maxBytes ?? (stream ? LISTING_BYTES : SMALL.has(asks) ? 8 * 1024 * 1024 : OBJECT_BYTES),
        // A second try would bear the same nonce and count, which a server takes for a replay.
        tries: login.digest === undefined ? (request.tries ?? 3) : 1,
        ...(request.headTimeoutMs === undefined ? {} : { headTimeoutMs: request.headTimeoutMs }),
        ...(request.timeoutMs === undefined ? {} : { timeoutMs: request.timeoutMs }),
      },
      call,
    )
  }

  let priming: Promise<void> | undefined

  /** A nonce, by a request that has no body to lose; asked for once, however many wait for it. */
  const prime = (login: Login, digest: Digest, call: Call): Promise<void> => {
    if (priming === undefined && !digest.isOld(host.services.clock.now())) return Promise.resolve()
    priming ??= takeNonce(login, digest, call).finally(() => {
      priming = undefined
    })
    return priming
  }

  const takeNonce = async (login: Login, digest: Digest, call: Call): Promise<void> => {
    const bare: DavRequest = { method: 'OPTIONS', href: base.pathname, asks: 'discover' }
    try {
      await ask(bare, base.pathname, { ...login, headers: () => ({}) }, call)
    } catch (thrown) {
      if (!isUnknownLogin(thrown)) throw thrown
      digest.take(thrown.said.challenge)
    }
    digest.taken(host.services.clock.now())
  }

  const send = async (request: DavRequest, call: Call): Promise<WireAnswer> => {
    const path = pathOf(request.href)
    if (path === undefined) throw foreign(base.host)
    const login = await logins()
    try {
      return await sendAs(login, { request, path }, call)
    } catch (thrown) {
      if (!isUnknownLogin(thrown)) throw thrown
      // The secret may have been exchanged since it was looked up.
      const now = await logins('anew')
      if (now.print === login.print) throw thrown
      return sendAs(now, { request, path }, call)
    }
  }

  const sendAs = async (login: Login, { request, path }: { request: DavRequest; path: string }, call: Call): Promise<WireAnswer> => {
    const refused = refusals.get(login.print)
    if (refused !== undefined) throw refused
    if (login.digest !== undefined) await prime(login, login.digest, call)
    for (let tries = 1; ; tries++) {
      try {
        return await ask(request, path, login, call)
      } catch (thrown) {
        if (!isUnknownLogin(thrown)) throw thrown
        if (tries === 1 && login.digest?.take(thrown.said.challenge)) continue
        refusals.set(login.print, thrown)
        throw thrown
      }
    }
  }

  return {
    account,
    host: base.host,
    pathOf,
    urlOf,
    send,
    async multistatus(request, take, call) {
      const headers = { 'content-type': 'application/xml; charset=utf-8', depth: request.depth ?? '0', ...request.headers }
      const answer = await send({ ...request, headers, stream: true }, call)
      if (answer.status !== 207 || !/xml/i.test(answer.headers['content-type'] ?? 'xml')) {
        answer.discard()
        throw noMultistatus(base.host, answer.status)
      }
      await readMultistatus(answer.body, take)
    },
  }
}

const noMultistatus = (host: string, status: number): Fault =>
  new Fault({
    reach: 'call',
    code: 'dav-no-multistatus',
    message: `${host} answered ${status} without a multistatus: a page of something in between, or no DAV server.`,
  })

const foreign = (host: string): Fault =>
  new Fault({
    reach: 'account',
    code: 'dav-foreign-address',
    message: `The server at ${host} leads to another host. Nothing was sent there, because the password would have gone with it.`,
    remedy: 'Write the address of that host as `url` of this destination, if it is yours.',
  })
