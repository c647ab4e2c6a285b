import { Readable } from 'node:stream'
import { asFault, Fault } from '@offramp/core'
import { type Head, Incoming } from './incoming.ts'
import type { LargeAsking, LargeWay } from './large-way.ts'
import { bareCause, redactUrl } from './redact.ts'
import type { WireRequest } from './request.ts'
import type { Watch } from './watch.ts'
import { ADDRESS_REFUSED, type Way, type Ways } from './ways.ts'

/** One answer whose head has arrived. */
export interface Exchange extends Head {
  readonly body: Incoming
}

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308])
const MOST_REDIRECTS = 5

/** WebDAV gives their bodies a meaning (RFC 3253, 3.6; 4791, 5.3.1; 5689). undici 8.12 knows none of them, and hangs up after a body that it did not expect. */
const WITH_BODY: ReadonlySet<WireRequest['method']> = new Set(['REPORT', 'MKCOL', 'MKCALENDAR'])

/**
 * Sends one request and waits for the head of the answer. Follows redirects of safe methods; Authorization and cookies never travel
 * to another origin, and never from https to http. A host out there cannot redirect to this machine, its networks or its cloud's metadata.
 * Throws a `call` fault, or the watch's reason.
 */
export async function exchange(
  asked: WireRequest,
  headers: Readonly<Record<string, string>>,
  { ways, watch }: { readonly ways: Ways; readonly watch: Watch },
): Promise<Exchange> {
  let url = asked.url
  let sent = headers
  let way: Way | undefined = asked.toldBy === undefined ? ways.own : toldWay(asked, asked.toldBy, ways)
  for (let hops = 0; ; hops++) {
    const answer = await sendOnce({ ...asked, url }, sent, { way, watch })
    const target = redirectTarget(asked, url, answer)
    if (target === undefined) return answer
    answer.body.destroy()
    if (hops >= MOST_REDIRECTS) throw badRedirect(asked, `It redirected more than ${MOST_REDIRECTS} times.`)
    if (url.startsWith('https:') && target.protocol !== 'https:') throw badRedirect(asked, 'It redirected to an unencrypted address.')
    way = ways.onward(new URL(asked.url), target)
    if (way === undefined) throw badRedirect(asked, 'It redirected to an address inside this network or machine.')
    if (target.origin !== new URL(url).origin) sent = withoutSecrets(sent)
    url = target.href
  }
}

/** To an address that another host has told. */
function toldWay(asked: WireRequest, toldBy: string, ways: Ways): Way {
  const target = URL.parse(asked.url)
  const way =
    target === null || (toldBy.startsWith('https:') && target.protocol !== 'https:') ? undefined : ways.onward(new URL(toldBy), target)
  if (way !== undefined) return way
  const message = `${redactUrl(asked.url)} (${asked.about}) is no address that ${new URL(toldBy).host} may send us to.`
  throw new Fault({ reach: 'call', code: 'http-told-refused', message })
}

function redirectTarget(asked: WireRequest, url: string, answer: Exchange): URL | undefined {
  const location = answer.headers['location']
  if (!REDIRECTS.has(answer.status) || location === undefined) return undefined
  if (asked.method !== 'GET' && asked.method !== 'HEAD') return undefined
  return URL.parse(location, url) ?? undefined
}

const withoutSecrets = (headers: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => !/^(authorization|cookie|proxy-authorization)$/i.test(name)))

const badRedirect = (asked: WireRequest, why: string): Fault =>
  new Fault({ reach: 'call', code: 'http-redirect', message: `${redactUrl(asked.url)} (${asked.about}) could not be read. ${why}` })

async function sendOnce(
  asked: WireRequest,
  headers: Readonly<Record<string, string>>,
  on: { readonly way: Way; readonly watch: Watch },
): Promise<Exchange> {
  try {
    const { origin, pathname, search } = new URL(asked.url)
    const large = largeOf(asked, on.way)
    const body = large === undefined ? bodyOf(asked, headers, on.watch) : null
    const incoming = new Incoming(body)
    // Heard at once, also while no connection has come about: into a black hole that takes as long as undici's own patience.
    on.watch.whenBroken((reason) => incoming.destroy(reason))
    if (large !== undefined)
      large.way.dispatch({ method: large.method, origin, path: pathname + search, headers, ...partsOf(asked, headers, on.watch) }, incoming)
    else {
      // The watch keeps the times, by a clock that a test can set.
      const asking = { origin, path: pathname + search, method: asked.method, headers, body, headersTimeout: 0, bodyTimeout: 0 }
      on.way.usual.dispatch(WITH_BODY.has(asked.method) ? { ...asking, reset: false } : asking, incoming)
    }
    const { status, headers: answered } = await incoming.head
    return { status, headers: answered, body: incoming }
  } catch (thrown) {
    throw brokenOff(asked, on.watch, thrown)
  }
}

/** Reading pays there only where memory may be used again, and writing where it comes in parts. */
function largeOf(asked: WireRequest, { large }: Way): { readonly way: LargeWay; readonly method: 'GET' | 'PUT' } | undefined {
  if (asked.large !== true || large === undefined) return undefined
  if (asked.method === 'GET') return { way: large, method: 'GET' }
  return asked.method === 'PUT' && typeof asked.body === 'function' ? { way: large, method: 'PUT' } : undefined
}

function partsOf(asked: WireRequest, headers: Readonly<Record<string, string>>, watch: Watch): Pick<LargeAsking, 'body'> {
  if (typeof asked.body !== 'function') return {}
  return { body: announced(asked, { parts: asked.body(), length: Number(headers['content-length'] ?? Number.NaN) }, watch) }
}

function bodyOf(asked: WireRequest, headers: Readonly<Record<string, string>>, watch: Watch): string | Uint8Array | Readable | null {
  const { body } = asked
  if (typeof body !== 'function') return body ?? null
  const length = Number(headers['content-length'] ?? Number.NaN)
  // An empty stream leaves undici waiting for a byte that does not come.
  if (length === 0) return new Uint8Array()
  return Readable.from(announced(asked, { parts: body(), length }, watch), { objectMode: false, highWaterMark: 1 })
}

/** Exactly as many bytes as were announced, or a fault: a server must never take half a file for the whole. While the source is slow, nothing times out. */
async function* announced(
  asked: WireRequest,
  { parts, length }: { readonly parts: AsyncIterable<Uint8Array>; readonly length: number },
  watch: Watch,
): AsyncGenerator<Uint8Array> {
  let passed = 0
  watch.arrived()
  for await (const part of inFaults(parts)) {
    watch.throwIfBroken()
    passed += part.byteLength
    if (!(passed <= length)) throw otherLength(asked, length)
    // Nothing to send, and an empty part would end the stream.
    if (part.byteLength === 0) continue
    watch.waiting()
    yield part
    watch.arrived()
  }
  if (passed !== length) throw otherLength(asked, length)
  watch.sent()
}

/** What ends a body is the source's, and no sign of a broken connection to here. */
async function* inFaults(parts: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* parts
  } catch (thrown) {
    throw asFault(thrown)
  }
}

const otherLength = (asked: WireRequest, length: number): Fault =>
  new Fault({
    reach: 'call',
    code: 'http-body-length',
    message: `What was to be sent to ${redactUrl(asked.url)} (${asked.about}) is not the ${length} bytes that were announced. Nothing of it is taken for whole.`,
  })

/** Whatever ended an exchange early, as a fault without the socket's or SDK's own error object. */
export function brokenOff(asked: WireRequest, watch: Watch, thrown: unknown): unknown {
  if (watch.broken !== undefined) return watch.broken.reason
  if (thrown instanceof Fault) return thrown
  const cause = bareCause(thrown)
  const says = sayCode(cause.code)
  return new Fault({
    reach: 'call',
    code: isLasting(cause.code) ? 'http-untrusted' : cause.code === 'ENOTFOUND' ? 'http-no-such-host' : 'http-connection',
    message: `${redactUrl(asked.url)} (${asked.about}) could not be reached or hung up: ${says ?? (cause.code || cause.name)}.`,
    connection: true,
    cause,
  })
}

/** Reasons that are the same a second later: a certificate that is not trusted, a name that leads where it must not. */
const isLasting = (code: string): boolean => code === ADDRESS_REFUSED || /CERT|^UNABLE_TO_|^ERR_TLS_/.test(code)

function sayCode(code: string): string | undefined {
  const words: Readonly<Record<string, string>> = {
    [ADDRESS_REFUSED]: `its name leads to an address inside this network or machine, where it must not (${ADDRESS_REFUSED})`,
    ECONNREFUSED: 'nothing listens there (ECONNREFUSED)',
    ECONNRESET: 'the connection was reset (ECONNRESET)',
    ENOTFOUND: 'there is no such host (ENOTFOUND)',
    ERR_STREAM_PREMATURE_CLOSE: 'the connection was closed in the middle (ERR_STREAM_PREMATURE_CLOSE)',
    UND_ERR_SOCKET: 'the connection was closed in the middle (UND_ERR_SOCKET)',
    UND_ERR_CONNECT_TIMEOUT: 'no connection came about in time (UND_ERR_CONNECT_TIMEOUT)',
    CERT_HAS_EXPIRED: "the server's certificate has expired (CERT_HAS_EXPIRED)",
    SELF_SIGNED_CERT_IN_CHAIN: "the server's certificate is signed by nobody trusted here; give its CA (SELF_SIGNED_CERT_IN_CHAIN)",
    DEPTH_ZERO_SELF_SIGNED_CERT: "the server's certificate is signed by itself; give it as CA (DEPTH_ZERO_SELF_SIGNED_CERT)",
    UNABLE_TO_VERIFY_LEAF_SIGNATURE:
      "the server's certificate is signed by nobody trusted here; give its CA (UNABLE_TO_VERIFY_LEAF_SIGNATURE)",
    ERR_TLS_CERT_ALTNAME_INVALID: "the server's certificate is for another name (ERR_TLS_CERT_ALTNAME_INVALID)",
  }
  return words[code]
}
