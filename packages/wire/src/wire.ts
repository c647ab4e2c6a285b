import { type Call, type Clock, Fault, type Gate, type Log } from '@offramp/core'
import { backoff } from './backoff.ts'
import { boundedBody, errorWords, wholeBody, wrongSort } from './body.ts'
import { type Exchange, exchange } from './exchange.ts'
import { httpFault, passes } from './http-fault.ts'
import { redactUrl } from './redact.ts'
import type { Classify, ResponseFacts, WireAnswer, WireRequest, Within } from './request.ts'
import { parseRetryAfter } from './retry-after.ts'
import { type TimeLimits, type Watch, Watches } from './watch.ts'
import { makeWays, type WayOptions } from './ways.ts'

export interface WireOptions extends WayOptions {
  /** `http://proxy:3128`: every request goes through it. The composition root reads it from wherever the operator put it. */
  readonly proxy?: string
  readonly gate: Gate
  readonly log: Log
  readonly clock: Clock
  readonly userAgent: string
  readonly classify: Classify
  readonly timeouts?: Partial<TimeLimits>
  /** Instead of every other limit for the head of an answer and between two chunks, also of those that a request brings. Milliseconds. */
  readonly silenceMs?: number
}

/** HTTP as a provider wants it: gate, token, request, classify, redact. The only place that waits between tries. */
export interface Wire {
  /**
   * Resolves for 2xx only; everything else is a fault. Throttling shuts the gate for everyone who shares the quota and is then waited
   * for inside it, or thrown as the gate's fault. Aborts with the call's own reason.
   */
  send(request: WireRequest, call: Call): Promise<WireAnswer>
  close(): Promise<void>
}

/** Milliseconds. */
const TIMEOUTS: TimeLimits = { headMs: 60_000, idleMs: 60_000, totalMs: 300_000 }
const TRIES = 4
/** How often one request may be sent away by a provider before its caller is told, and may do something else meanwhile. */
const MOST_THROTTLES = 5
const RETRY_WAIT = { first: 1_000, most: 30_000 }
/** For a 429 that does not say when to come back: growing, because throttled requests count as well. */
const THROTTLE_WAIT = { first: 4_000, most: 300_000 }
const ERROR_BODY_BYTES = 65_536

const SAFE: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'PROPFIND', 'REPORT'])

/** Faults of a call that a second try would only repeat. */
const FINAL: ReadonlySet<string> = new Set(['http-too-long', 'http-untrusted', 'http-told-refused', 'http-no-such-host'])

/** What one try came to. */
type Tried =
  | { readonly answer: WireAnswer }
  | { readonly fault: unknown; readonly again: boolean; readonly status?: number; readonly token?: string | undefined }

export function makeWire(options: WireOptions): Wire {
  const { gate, log, clock } = options
  const ways = makeWays(options)
  const watches = new Watches(clock)
  const throttled = new Map<string, number>()

  async function send(request: WireRequest, call: Call): Promise<WireAnswer> {
    const tries = SAFE.has(request.method) || request.repeatable === true ? (request.tries ?? TRIES) : 1
    let failures = 0
    let throttles = 0
    let renewed = false
    for (;;) {
      const tried = await tryOnce(request, call)
      if ('answer' in tried) {
        for (const { key } of [request.quota, ...(request.quota.also ?? [])]) throttled.delete(key)
        return tried.answer
      }
      const { fault, token } = tried
      const isThrottled = fault instanceof Fault && fault.reach === 'gate'
      // Also by whoever gives up at this moment: everyone else has to hear of it.
      const shut = isThrottled ? await shutGate(request, fault) : undefined
      call.signal.throwIfAborted()
      if (shut !== undefined) {
        if (++throttles > MOST_THROTTLES) throw shut
      } else if (tried.status === 401 && token !== undefined && !renewed) {
        renewed = true
        request.token?.refused(token)
      } else if (tried.again && ++failures < tries) {
        const waitMs = backoff(failures, RETRY_WAIT)
        log.info({ ...seen(request, tried.status, fault), try: failures, waitMs }, 'A request failed and is tried again.')
        await clock.sleep(waitMs, call)
      } else {
        log.info(seen(request, tried.status, fault), 'A request failed.')
        throw fault
      }
    }
  }

  async function shutGate(request: WireRequest, fault: Fault): Promise<Fault> {
    const key = fault.gate ?? request.quota.key
    const again = (throttled.get(key) ?? 0) + 1
    throttled.set(key, again)
    const until = fault.until ?? clock.now() + backoff(again, THROTTLE_WAIT)
    log.warn({ ...seen(request, undefined, fault), gate: key, waitMs: until - clock.now() }, 'The gate is shut.')
    await gate.shut(key, until, fault.message)
    return new Fault({ reach: 'gate', code: fault.code, message: fault.message, gate: key, until })
  }

  async function tryOnce(request: WireRequest, call: Call): Promise<Tried> {
    const ticket = await gate.enter(request.quota, request.weight, call)
    let watch: Watch | undefined
    const close = () => {
      watch?.end()
      ticket.leave()
    }
    let held = false
    try {
      const token = await request.token?.token(call)
      watch = watches.begin({ limits: limitsOf(options, request), what: () => redactUrl(request.url), call })
      try {
        const answer = await exchange(isLarge(request, call) ? request : { ...request, large: false }, headersOf(options, request, token), {
          ways,
          watch,
        })
        if (answer.status < 200 || answer.status > 299) return { ...(await refusal(request, answer, watch)), token }
        const wrong = wrongSort(request, answer)
        if (wrong !== undefined) {
          answer.body.destroy()
          return { fault: wrong, again: true, status: answer.status }
        }
        const handed = await handOver(request, answer, { watch, close })
        const within = await request.refusedWithin?.(handed)
        if (within !== undefined) return { ...judged(request, within), token }
        held = true
        return { answer: handed }
      } catch (thrown) {
        return { fault: thrown, again: thrown instanceof Fault && thrown.reach === 'call' && !FINAL.has(thrown.code) }
      }
    } finally {
      if (!held) close()
    }
  }

  async function refusal(request: WireRequest, answer: Exchange, watch: Watch): Promise<Exclude<Tried, { answer: WireAnswer }>> {
    const { status, headers } = answer
    return judged(request, { status, headers, body: await errorText(answer, watch) })
  }

  function judged(request: WireRequest, { status, headers, body, asks = request.asks }: Within): Exclude<Tried, { answer: WireAnswer }> {
    const now = clock.now()
    const retryAfterMs = parseRetryAfter(headers, now)
    const facts: ResponseFacts = { status, headers, body, about: request.about, asks, now, retryAfterMs }
    const fault = options.classify(facts) ?? httpFault(request, facts)
    if (fault.reach !== 'gate') return { fault, status, again: passes(status) && (fault.reach === 'call' || fault.reach === 'item') }
    const until = fault.until ?? (retryAfterMs === undefined ? undefined : now + retryAfterMs)
    const { code, message, gate: key } = fault
    const timed = new Fault({
      reach: 'gate',
      code,
      message,
      ...(until === undefined ? {} : { until }),
      ...(key === undefined ? {} : { gate: key }),
    })
    return { fault: timed, status, again: false }
  }

  return { send, close: ways.close }
}

/** Memory is used again only where it comes back; without that, reading so costs more than it saves. */
const isLarge = ({ large, method }: WireRequest, { lends }: Call): boolean => large === true && (method !== 'GET' || lends === true)

function limitsOf(options: WireOptions, request: WireRequest): TimeLimits {
  const usual = { ...TIMEOUTS, ...options.timeouts }
  return {
    headMs: options.silenceMs ?? request.headTimeoutMs ?? usual.headMs,
    idleMs: options.silenceMs ?? request.idleTimeoutMs ?? usual.idleMs,
    totalMs: request.timeoutMs ?? usual.totalMs,
  }
}

function headersOf(options: WireOptions, request: WireRequest, token: string | undefined): Record<string, string> {
  return {
    'user-agent': options.userAgent,
    'accept-encoding': request.reads === 'whole' ? 'gzip' : 'identity',
    ...request.headers,
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
  }
}

/** What may be logged of a failure. */
function seen(request: WireRequest, status: number | undefined, fault: unknown): object {
  const code = fault instanceof Fault ? fault.code : 'unclassified'
  return { method: request.method, route: redactUrl(request.url), code, ...(status === undefined ? {} : { status }) }
}

/** The start of an error's body. Reading it is a courtesy: that it fails must not hide what the status says. */
async function errorText(answer: Exchange, watch: Watch): Promise<string> {
  const parts: Uint8Array[] = []
  let length = 0
  try {
    while (length < ERROR_BODY_BYTES) {
      watch.waiting()
      const some = await answer.body.take()
      if (some.length === 0) break
      parts.push(...some)
      length = some.reduce((sum, part) => sum + part.byteLength, length)
    }
  } catch {
    // What has come so far will do.
  }
  answer.body.destroy()
  return errorWords(answer, Buffer.concat(parts)).subarray(0, ERROR_BODY_BYTES).toString('utf8')
}

async function handOver(request: WireRequest, answer: Exchange, on: { watch: Watch; close: () => void }): Promise<WireAnswer> {
  const chunks = boundedBody(request, answer, on)
  const { status, headers } = answer
  const streamed = async (): Promise<Buffer> => wholeBody(request, answer, chunks)
  const discard = () => {
    answer.body.destroy()
    on.close()
  }
  if (request.reads === 'stream') {
    // Whoever never reads the body must not keep the place in the gate for ever.
    on.watch.whenBroken(on.close)
    const given = { status, headers, body: chunks, discard }
    return { ...given, text: async () => (await streamed()).toString('utf8'), json: async () => parse(request, await streamed()) }
  }
  const bytes = await streamed()
  const value = request.expects === 'json' ? parse(request, bytes) : undefined
  return {
    status,
    headers,
    body: one(bytes),
    text: async () => bytes.toString('utf8'),
    json: async () => (request.expects === 'json' ? value : parse(request, bytes)),
    discard,
  }
}

async function* one(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}

function parse(request: WireRequest, bytes: Buffer): unknown {
  try {
    const value: unknown = JSON.parse(bytes.toString('utf8'))
    return value
  } catch {
    const message = `The answer of ${redactUrl(request.url)} (${request.about}) is not JSON, although it says so.`
    throw new Fault({ reach: 'call', code: 'http-bad-json', message })
  }
}
