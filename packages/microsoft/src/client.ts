import { randomUUID } from 'node:crypto'
import { Client, type Context, type Middleware, ResponseType } from '@microsoft/microsoft-graph-client'
import { type Account, type Call, Fault, type Quota } from '@offramp/core'
import { type Json, objectOf, type TokenSource, type Wire, type WireAnswer, type WireRequest } from '@offramp/wire'
import type { CloudHosts } from './clouds.ts'
import type { Asks } from './faults.ts'
import { BYTES, directoryQuota, mailboxQuota } from './limits.ts'
import type { MicrosoftSettings } from './settings.ts'

/** One question to Graph. */
interface Ask {
  /** `/users/...` with its query, encoded; or a link that an earlier answer gave, as `linkOf` keeps it (`/v1.0/users...`). */
  readonly path: string
  readonly asks: Asks
  /** Resource units, where the service counts them. Default 1. */
  readonly weight?: number
  /** Further preferences beside those that the client always sends. */
  readonly prefer?: readonly string[]
  readonly headers?: Readonly<Record<string, string>>
  readonly tries?: number
}

interface AskBytes extends Ask {
  readonly expects: 'bytes' | 'any'
  readonly times: { readonly headTimeoutMs: number; readonly idleTimeoutMs: number; readonly timeoutMs: number }
}

/** Graph, seen from one quota: a mailbox, or the directory. */
export interface GraphClient {
  /** Whose calls these are, for people: `the mailbox of anna@example.com`. */
  readonly about: string
  json(ask: Ask, call: Call): Promise<Json>
  bytes(ask: AskBytes, call: Call): Promise<WireAnswer>
}

export interface Graph {
  readonly directory: GraphClient
  /** Every call asks for immutable ids: with the default ones a message that is moved becomes another message. */
  mailbox(account: Account): GraphClient
}

const IMMUTABLE = 'IdType="ImmutableId"'

/** Options of one call on its way through the SDK's chain; the answer or the failure comes back in it. */
class WireCall {
  readonly request: Omit<WireRequest, 'url' | 'method'>
  readonly call: Call
  outcome: { readonly answer: WireAnswer } | { readonly failure: unknown } | undefined

  constructor(request: Omit<WireRequest, 'url' | 'method'>, call: Call) {
    this.request = request
    this.call = call
  }
}

export function makeGraph(
  settings: MicrosoftSettings,
  services: { readonly wire: Wire; readonly tokens: TokenSource; readonly hosts: CloudHosts },
): Graph {
  const { graphUrl } = services.hosts
  // The SDK builds URLs and runs our chain. Its own handlers retry early, cap waits at 180 s, share no gate and decode bytes as UTF-8
  // (3.0.7, RetryHandler.ts and GraphResponseHandler.ts), so none of them is in it.
  const client = Client.initWithMiddleware({
    baseUrl: graphUrl,
    defaultVersion: 'v1.0',
    customHosts: new Set([new URL(graphUrl).hostname]),
    middleware: lastMiddleware(services.wire, graphUrl),
  })

  async function ask(asked: Ask, request: Omit<WireRequest, 'url' | 'headers' | 'method'>, call: Call): Promise<WireAnswer> {
    const { prefer = [] } = asked
    const headers: Record<string, string> = { ...asked.headers, 'client-request-id': randomUUID() }
    if (prefer.length > 0) headers['prefer'] = prefer.join(', ')
    const wireCall = new WireCall({ ...request, headers }, call)
    const path = asked.path.startsWith('/v1.0/') ? graphUrl + asked.path : asked.path
    try {
      await client.api(path).middlewareOptions([wireCall]).responseType(ResponseType.RAW).get()
    } catch (thrown) {
      // The SDK wraps what the chain throws and loses it; the chain has put it aside.
      if (wireCall.outcome === undefined) throw thrown
    }
    const { outcome } = wireCall
    if (outcome === undefined) throw new Fault({ reach: 'run', code: 'graph-no-answer', message: 'The Graph client made no request.' })
    if ('failure' in outcome) throw outcome.failure
    return outcome.answer
  }

  function scoped(scope: { readonly about: string; readonly quota: Quota; readonly prefer: readonly string[] }): GraphClient {
    const { about, quota } = scope
    const common = (asked: Ask) => ({
      quota,
      about,
      weight: asked.weight ?? 1,
      token: services.tokens,
      asks: asked.asks,
      ...(asked.tries === undefined ? {} : { tries: asked.tries }),
    })
    const preferring = <T extends Ask>(asked: T): T => ({ ...asked, prefer: [...scope.prefer, ...(asked.prefer ?? [])] })
    return {
      about,
      async json(asked, call) {
        const request = { ...common(asked), expects: 'json', reads: 'whole', maxBytes: BYTES.page } as const
        const answer = await ask(preferring({ ...asked, headers: { accept: 'application/json', ...asked.headers } }), request, call)
        return objectOf(await answer.json())
      },
      bytes(asked, call) {
        const { expects, times } = asked
        return ask(preferring(asked), { ...common(asked), expects, reads: 'stream', maxBytes: BYTES.message, ...times }, call)
      },
    }
  }

  return {
    directory: scoped({ about: `endpoint ${settings.name}`, quota: directoryQuota(settings), prefer: [] }),
    mailbox: (account) =>
      scoped({ about: `the mailbox of ${account.name}`, quota: mailboxQuota(settings, account.id), prefer: [IMMUTABLE] }),
  }
}

/** What the SDK is told: it looks at nothing of it, and hands it back unread. */
const PASSED_BY = new Response(null, { status: 204 })

/** The end of the SDK's chain: hands the request to the wire. The token goes to Graph's own host and nowhere else. */
function lastMiddleware(wire: Wire, graphUrl: string): Middleware {
  return {
    async execute(context: Context): Promise<void> {
      const options = context.middlewareControl?.getMiddlewareOptions(WireCall)
      if (!(options instanceof WireCall)) throw new Error('a call without its options')
      const url = typeof context.request === 'string' ? context.request : context.request.url
      try {
        if (!url.startsWith(`${graphUrl}/`)) {
          throw new Fault({
            reach: 'run',
            code: 'graph-foreign-host',
            message: 'A link led away from the host of Graph and was not followed.',
          })
        }
        // Their headers come with them: the SDK has none of its own to add to a GET, and copying them four times cost more than the wire.
        options.outcome = { answer: await wire.send({ ...options.request, method: 'GET', url }, options.call) }
        context.response = PASSED_BY
      } catch (failure) {
        options.outcome = { failure }
        throw failure
      }
    },
  }
}

/**
 * A next or delta link as a cursor may keep it: without the host, which may change between two runs and must not be chosen by what was
 * stored. Undefined where there is none.
 */
export function linkOf(answer: Json, name: '@odata.nextLink' | '@odata.deltaLink'): string | undefined {
  const link = answer[name]
  const url = typeof link === 'string' ? URL.parse(link) : null
  return url === null ? undefined : url.pathname + url.search
}
