import { randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { listen, shut } from '../serve/listen.ts'
import { readBody } from '../serve/read-body.ts'

/** The hands of an emulator, held out to other processes on this machine. */
export interface ControlServer {
  /** `http://127.0.0.1:PORT/_emulator/KEY/`: who does not know the key gets nothing. */
  readonly url: string
  close(): Promise<void>
}

/** A request to a control server, its path cut behind the key. */
export interface Wish {
  readonly method: string
  readonly parts: readonly string[]
  readonly query: URLSearchParams
  readonly body: string
}

/** What a wish comes to. */
export type Outcome = { readonly json: unknown } | { readonly bytes: Uint8Array }

type Perform = (wish: Wish) => Promise<Outcome>

const ROOT = '/_emulator/'

/** Grants wishes on loopback, on a port of its own. */
export async function serveWishes(perform: Perform): Promise<ControlServer> {
  const base = `${ROOT}${randomBytes(18).toString('base64url')}/`
  const server = createServer((request, response) => {
    void answer(perform, base, { request, response })
  })
  const port = await listen(server, 0)
  return { url: `http://127.0.0.1:${port}${base}`, close: () => shut(server) }
}

async function answer(
  perform: Perform,
  base: string,
  { request, response }: { readonly request: IncomingMessage; readonly response: ServerResponse },
): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://127.0.0.1')
  if (!url.pathname.startsWith(base)) {
    response.writeHead(404).end()
    return
  }
  try {
    const parts = url.pathname.slice(base.length).split('/').map(decodeURIComponent)
    const body = (await readBody(request, () => new Error('The control API takes at most 4 MB.'))).toString()
    const outcome = await perform({ method: request.method ?? 'GET', parts, query: url.searchParams, body })
    if ('bytes' in outcome) response.writeHead(200, { 'content-type': 'application/octet-stream' }).end(outcome.bytes)
    else response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(outcome.json ?? null))
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    response.writeHead(400, { 'content-type': 'application/json' }).end(JSON.stringify({ message }))
  }
}
