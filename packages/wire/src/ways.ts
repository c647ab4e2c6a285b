import { lookup as systemLookup } from 'node:dns'
import type { LookupFunction } from 'node:net'
import { createSecureContext, rootCertificates } from 'node:tls'
import { Agent, type Dispatcher, ProxyAgent } from 'undici'
import { addressIn, isInside, type Refuses, refusedAlways, refusedFromOutside } from './addresses.ts'
import { type LargeWay, makeLargeWay } from './large-way.ts'

export interface WayOptions {
  /** PEM. Trusted beside the well-known authorities, never instead of checking. */
  readonly ca?: string
  readonly proxy?: string
  /** How names become addresses. The system's own way, unless a test has another. */
  readonly lookup?: LookupFunction
}

/** One kind of connections, of which some addresses are refused. */
export interface Way {
  readonly usual: Dispatcher
  /** For large answers. Absent where a proxy stands between. */
  readonly large?: LargeWay
}

/** Connections to the hosts that a wire talks to. */
export interface Ways {
  /** To the host that was asked for. */
  readonly own: Way
  /** To where the host that was asked for has redirected; undefined where nothing may be asked. */
  onward(asked: URL, target: URL): Way | undefined
  close(): Promise<void>
}

/** In an error's `code`, as Node writes its own. */
export const ADDRESS_REFUSED = 'ERR_ADDRESS_REFUSED'

/**
 * Looks a name up and refuses it when any of its addresses is refused. The socket connects to what this has seen, so an answer that changes
 * between a look and the connection (DNS rebinding) changes nothing.
 */
const guarded =
  (refuses: Refuses, lookup: LookupFunction): LookupFunction =>
  (name, options, done) => {
    lookup(name, { ...options, all: true }, (error, found) => {
      // With an error Node gives nothing at all, whatever its types say.
      const addresses = Array.isArray(found) ? found : []
      const [first] = addresses
      if (error !== null) done(error, [])
      else if (first === undefined) done(Object.assign(new Error('The name has no address.'), { code: 'ENOTFOUND' }), [])
      else if (addresses.some(({ address }) => refuses(address)))
        done(Object.assign(new Error('The name leads to an address that is not to be asked.'), { code: ADDRESS_REFUSED }), [])
      else if (options.all === true) done(null, addresses)
      else done(null, first.address, first.family)
    })
  }

/** Through a proxy it is the proxy that looks names up: then only addresses that stand in a URL can be refused. */
export function makeWays({ ca, proxy, lookup = systemLookup }: WayOptions): Ways {
  // Read once: some 150 authorities take tens of milliseconds, which each new connection would pay.
  const trust = ca === undefined ? {} : { secureContext: createSecureContext({ ca: [...rootCertificates, ca] }) }
  const wayTo = (refuses: Refuses): Way => {
    const guard = guarded(refuses, lookup)
    const connect = { timeout: 20_000, lookup: guard, ...trust }
    // One request a connection: what the provider counts as in flight is then what we count.
    const limits = { connect, connections: 64, keepAliveTimeout: 30_000, allowH2: false }
    if (proxy !== undefined) return { usual: new ProxyAgent({ ...limits, uri: proxy, requestTls: connect }) }
    return { usual: new Agent(limits), large: makeLargeWay({ lookup: guard, ...trust }) }
  }
  const own = wayTo(refusedAlways)
  const foreign = wayTo(refusedFromOutside)
  return {
    own,
    onward(asked, target) {
      if (target.origin === asked.origin) return own
      const inside = isInside(asked)
      const address = addressIn(target)
      const refuses = inside ? refusedAlways : refusedFromOutside
      if (address !== undefined && refuses(address)) return undefined
      return inside ? own : foreign
    },
    async close() {
      for (const way of [own, foreign]) way.large?.close()
      await Promise.all([own.usual.destroy(), foreign.usual.destroy()])
    },
  }
}
