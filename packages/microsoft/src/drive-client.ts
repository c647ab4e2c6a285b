import { randomUUID } from 'node:crypto'
import { type Call, type Clock, Fault, type Gate, type Quota } from '@offramp/core'
import { type Json, numberOf, objectOf, type TokenSource, type Wire, type WireAnswer, type WireRequest } from '@offramp/wire'
import type { CloudHosts } from './clouds.ts'
import type { DriveAsks } from './drive-faults.ts'
import { BYTES, DOWNLOAD, egressQuota, filesQuota } from './limits.ts'
import type { MicrosoftSettings } from './settings.ts'

interface DriveAsk {
  /** `/drives/...` with its query, encoded; or a link that an earlier answer gave, without its host (`/v1.0/drives/...`), as it came. */
  readonly path: string
  readonly asks: DriveAsks
  /** Resource units. Default 1. */
  readonly units?: number
  readonly prefer?: string
}

/** Where bytes are: an address that holds its own permission, or a path of Graph that leads to one. */
export type BytesAt = { readonly address: string } | { readonly path: string }

interface BytesAsk {
  readonly at: BytesAt
  /** `bytes=100-`. */
  readonly range?: string
  readonly ifRange?: string
  /** The file is a web page itself. */
  readonly isPage: boolean
  /** Bytes that may come, for the time that it may take. */
  readonly bytes: number
}

/** OneDrive and SharePoint of a tenant: one quota for all of them. */
export interface DriveClient {
  /** Whose drive it is, for people: `the OneDrive of anna@example.com`. */
  readonly about: string
  json(ask: DriveAsk, call: Call): Promise<Json>
  bytes(ask: BytesAsk, call: Call): Promise<WireAnswer>
}

export interface Drives {
  of(about: string): DriveClient
}

/**
 * When nobody asks any more before SharePoint says that there is room again: while as many are left as may be in flight already, within these shares of what a
 * minute allows. It says so from 80 % on.
 */
const NEARLY_NONE = { least: 0.05, most: 0.2 }
const MIB = 2 ** 20
/** Bytes from which it pays to open a connection for them alone. */
const LARGE = 8 * MIB
/** Egress is counted in MiB, and asked for in steps of so many. */
const EGRESS_STEP = 64

export function makeDrives(
  settings: MicrosoftSettings,
  services: { readonly wire: Wire; readonly tokens: TokenSource; readonly hosts: CloudHosts; readonly gate: Gate; readonly clock: Clock },
): Drives {
  const { wire, gate, clock, tokens } = services
  const { graphUrl } = services.hosts
  const quota = filesQuota(settings)
  const leave = egress({ gate, quota: egressQuota(settings) })

  async function obey(headers: Readonly<Record<string, string>>): Promise<void> {
    const [limit, remaining, reset] = ['limit', 'remaining', 'reset'].map((name) => numberOf(headers[`ratelimit-${name}`]))
    if (limit === undefined || remaining === undefined || reset === undefined) return
    const spare = Math.max(limit * NEARLY_NONE.least, Math.min(limit * NEARLY_NONE.most, quota.concurrent ?? 1))
    if (remaining > spare) return
    await gate.shut(quota.key, clock.now() + reset * 1000, 'SharePoint says that the minute is nearly used up.')
  }

  const urlOf = (path: string): string => (path.startsWith('/v1.0/') ? graphUrl + path : `${graphUrl}/v1.0${path}`)

  function of(about: string): DriveClient {
    const common = { quota, about, method: 'GET' } as const
    return {
      about,
      async json({ path, asks, units = 1, prefer }, call) {
        const headers = { accept: 'application/json', 'client-request-id': randomUUID(), ...(prefer === undefined ? {} : { prefer }) }
        const request = { ...common, asks, weight: units, url: urlOf(path), headers, token: tokens } as const
        const answer = await wire.send({ ...request, expects: 'json', reads: 'whole', maxBytes: BYTES.page }, call)
        await obey(answer.headers)
        return objectOf(await answer.json())
      },
      async bytes({ at, range, ifRange, isPage, bytes }, call) {
        // Some nodes answer 416 to a range without it (facts of Corso, collection/drive/item.go).
        const headers = {
          accept: '*/*',
          ...(range === undefined ? {} : { range }),
          ...(ifRange === undefined ? {} : { 'if-range': ifRange }),
        }
        const way: Pick<WireRequest, 'url' | 'toldBy' | 'token'> =
          'address' in at ? { url: at.address, toldBy: graphUrl } : { url: urlOf(at.path), token: tokens }
        const times = { headTimeoutMs: DOWNLOAD.headMs, idleTimeoutMs: DOWNLOAD.idleMs, timeoutMs: DOWNLOAD.totalMs(bytes) }
        const request = { ...common, ...way, ...times, asks: 'drive-bytes', weight: 1, headers, large: bytes > LARGE } as const
        const answer = await wire.send(
          { ...request, expects: isPage ? 'any' : 'bytes', reads: 'stream', maxBytes: Number.MAX_SAFE_INTEGER },
          call,
        )
        await obey(answer.headers)
        return { ...answer, body: leave(answer.body, call) }
      },
    }
  }
  return { of }
}

/** Counts what leaves the tenant as it comes, a step at a time, so that small files cost the gate nothing. */
function egress({ gate, quota }: { readonly gate: Gate; readonly quota: Quota }) {
  const most = quota.windows?.[0]?.amount ?? Number.MAX_SAFE_INTEGER
  let owed = 0
  return async function* (body: AsyncIterable<Uint8Array>, call: Call): AsyncGenerator<Uint8Array> {
    for await (const chunk of body) {
      owed += chunk.byteLength / MIB
      if (owed >= Math.min(EGRESS_STEP, most)) {
        const weight = Math.min(most, Math.floor(owed))
        owed -= weight
        const ticket = await gate.enter(quota, weight, call)
        ticket.leave()
      }
      yield chunk
    }
  }
}

export const foreignLink = (): Fault =>
  new Fault({ reach: 'call', code: 'graph-no-link', message: 'A page of a drive ended without a link to go on from.' })
