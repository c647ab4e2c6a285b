import { randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { readBody } from '../serve/read-body.ts'
import type { EmulatedTenant } from '../tenant.ts'
import { callDesk, isDeskCall } from './desk-calls.ts'

/** The hands of a tenant, held out to other processes on this machine. */
export interface ControlServer {
  /** `http://127.0.0.1:PORT/_emulator/KEY/`: who does not know the key gets nothing. */
  readonly url: string
  close(): Promise<void>
}

/** What a request to the control server comes to. */
type Outcome = { readonly json: unknown } | { readonly bytes: Uint8Array }

const ROOT = '/_emulator/'
const PAGE = 5_000

/** Serves the control API of `tenant` on loopback, on a port of its own. */
export async function serveControl(tenant: EmulatedTenant): Promise<ControlServer> {
  const base = `${ROOT}${randomBytes(18).toString('base64url')}/`
  const server = createServer((request, response) => {
    void answer(tenant, base, { request, response })
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  const address: AddressInfo | string | null = server.address()
  if (address === null || typeof address === 'string') throw new Error('The control API has no port.')
  return {
    url: `http://127.0.0.1:${address.port}${base}`,
    close: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      server.closeAllConnections()
      await closed
    },
  }
}

async function answer(
  tenant: EmulatedTenant,
  base: string,
  { request, response }: { readonly request: IncomingMessage; readonly response: ServerResponse },
): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://127.0.0.1')
  if (!url.pathname.startsWith(base)) {
    response.writeHead(404).end()
    return
  }
  const parts = url.pathname.slice(base.length).split('/').map(decodeURIComponent)
  try {
    const body = (await readBody(request)).toString()
    const outcome = await perform(tenant, { method: request.method ?? 'GET', parts, query: url.searchParams, body })
    if ('bytes' in outcome) response.writeHead(200, { 'content-type': 'application/octet-stream' }).end(outcome.bytes)
    else response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(outcome.json ?? null))
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    response.writeHead(400, { 'content-type': 'application/json' }).end(JSON.stringify({ message }))
  }
}

interface Wish {
  readonly method: string
  readonly parts: readonly string[]
  readonly query: URLSearchParams
  readonly body: string
}

async function perform(tenant: EmulatedTenant, wish: Wish): Promise<Outcome> {
  const [what = '', ...rest] = wish.parts
  switch (`${wish.method} ${what}`) {
    case 'GET info': {
      const { graphUrl, loginUrl, tenantId, domain, clientId, ca } = tenant
      return { json: { graphUrl, loginUrl, tenantId, domain, clientId, ca } }
    }
    case 'GET violations':
      return { json: tenant.violations() }
    case 'GET stats':
      return { json: tenant.stats() }
    case 'POST faults':
      return { json: tenant.faults.add(JSON.parse(wish.body)) }
    case 'DELETE faults':
      return { json: tenant.faults.clear() }
    case 'POST scenario':
      return { json: tenant.scenario(JSON.parse(wish.body)) }
    case 'POST admin':
      return { json: administer(tenant, rest[0] ?? '', wish.body) }
    case 'GET mailbox':
      return look(tenant, rest, wish.query)
    case 'POST mailbox': {
      const [address = '', call = ''] = rest
      if (!isDeskCall(call)) throw new Error(`The control API knows no "${call}".`)
      return { json: await callDesk(tenant.mailbox(address), call, JSON.parse(wish.body)) }
    }
    default:
      throw new Error(`The control API knows no "${wish.method} ${what}".`)
  }
}

function administer(tenant: EmulatedTenant, act: string, body: string): void {
  if (act === 'secret') {
    // What was left out is null in JSON.
    const [secret, expiresAt]: readonly [string, (number | null)?] = JSON.parse(body)
    tenant.admin.secret(secret, expiresAt ?? undefined)
    return
  }
  if (act !== 'grant' && act !== 'scope' && act !== 'certificates') throw new Error(`The control API knows no "${act}" for administrators.`)
  const [names]: readonly [readonly string[]] = JSON.parse(body)
  tenant.admin[act](names)
}

async function look(
  tenant: EmulatedTenant,
  [address = '', what = '', id = '']: readonly string[],
  query: URLSearchParams,
): Promise<Outcome> {
  const desk = tenant.mailbox(address)
  if (what === 'folders') return { json: await desk.folders() }
  if (what === 'bytes') return { bytes: await desk.bytes(id) }
  if (what === 'hash') return { json: await desk.hash(id) }
  if (what !== 'messages') throw new Error(`The control API knows no "${what}" of a mailbox.`)
  const from = Number(query.get('from') ?? 0)
  return { json: { messages: await desk.messages({ from, count: PAGE }), page: PAGE } }
}
