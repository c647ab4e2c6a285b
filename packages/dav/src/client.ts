import { createHash } from 'node:crypto'
import { type Call, Fault, type Services } from '@offramp/core'
import { makeWire, type Wire, type WireAnswer, type WireRequest } from '@offramp/wire'
import { type Asks, classify, DavRefusal } from './faults.ts'
import { hostGate } from './host-gate.ts'
import { CONNECTIONS, CONNECTIONS_PER_ACCOUNT, LISTING_BYTES, OBJECT_BYTES } from './limits.ts'
import { type DavResponse, readMultistatus } from './multistatus.ts'
import { baseOf, type DavSettings, refuseControlCharacters } from './settings.ts'

export interface DavRequest {
  readonly method: WireRequest['method']
  /** A path, or an address at the same host. */
  readonly href: string
  readonly asks: Asks
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array
  /** For a multistatus. Default `0`. */
  readonly depth?: '0' | '1'
  /** HTML is what was asked for: an attachment may be a web page. */
  readonly any?: boolean
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
export interface DavHost {
  readonly settings: DavSettings
  readonly services: Services
  readonly base: URL
  readonly wire: Wire
  /** Logins that the server has refused, by a print of account and secret: they are not tried again. */
  readonly refusals: Map<string, Fault>
  close(): Promise<void>
}

const hostKey = (base: URL): string => `dav:{${base.host}}`

export function openHost(settings: DavSettings, services: Services): DavHost {
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

interface Credentials {
  readonly headers: Readonly<Record<string, string>>
  /** Tells one login from another without holding its secret. */
  readonly print: string
}

const basic = (user: string, secret: string): string => `Basic ${Buffer.from(`${user}:${secret}`, 'utf8').toString('base64')}`

async function credentialsOf({ auth }: DavSettings, account: string): Promise<Credentials> {
  refuseControlCharacters('login', account)
  const headers = await headersOf(auth, account)
  const print = createHash('sha256').update(JSON.stringify(headers)).digest('base64url').slice(0, 16)
  return { headers, print }
}

async function headersOf(auth: DavSettings['auth'], account: string): Promise<Record<string, string>> {
  if (auth.kind === 'bearer') {
    const token = await auth.token(account)
    refuseControlCharacters('token', token)
    return { authorization: `Bearer ${token}` }
  }
  const secret = auth.kind === 'proxy' ? await auth.secret() : await auth.secret(account)
  refuseControlCharacters('password', secret)
  return auth.kind === 'proxy'
    ? { authorization: basic(auth.user, secret), 'authorize-as': account }
    : { authorization: basic(account, secret) }
}

const SMALL: ReadonlySet<Asks> = new Set(['discover', 'make', 'share', 'remove', 'move'])

export function makeClient(host: DavHost, account: string): DavClient {
  const { settings, base, wire, refusals } = host
  const concurrent = settings.connectionsPerAccount ?? CONNECTIONS_PER_ACCOUNT
  const key = `${hostKey(base)}:${account}`

  const pathOf = (href: string): string | undefined => {
    const url = URL.parse(href, base.href)
    // Behind a proxy that ends TLS, servers write http: into their own addresses.
    return url !== null && url.host === base.host && url.username === '' ? url.pathname : undefined
  }
  const urlOf = (path: string): string => new URL(path, base.origin).href

  const send = async (request: DavRequest, call: Call, stream = false): Promise<WireAnswer> => {
    const path = pathOf(request.href)
    if (path === undefined) throw foreign(base.host)
    const { headers, print } = await credentialsOf(settings, account)
    const refused = refusals.get(print)
    if (refused !== undefined) throw refused
    try {
      return await wire.send(
        {
          method: request.method,
          url: urlOf(path),
          headers: { ...headers, ...request.headers },
          ...(request.body === undefined ? {} : { body: request.body }),
          quota: request.asks === 'make' ? { key: `${key}:new`, concurrent: 1 } : { key, concurrent },
          weight: 1,
          about: account,
          asks: request.asks,
          expects: request.any || request.asks !== 'look' ? 'any' : 'bytes',
          reads: stream ? 'stream' : 'whole',
          maxBytes: stream ? LISTING_BYTES : SMALL.has(request.asks) ? 8 * 1024 * 1024 : OBJECT_BYTES,
          tries: 3,
        },
        call,
      )
    } catch (thrown) {
      if (thrown instanceof DavRefusal && thrown.said.status === 401) refusals.set(print, thrown)
      throw thrown
    }
  }

  return {
    account,
    host: base.host,
    pathOf,
    urlOf,
    send: (request, call) => send(request, call),
    async multistatus(request, take, call) {
      const headers = { 'content-type': 'application/xml; charset=utf-8', depth: request.depth ?? '0', ...request.headers }
      const answer = await send({ ...request, headers }, call, true)
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
