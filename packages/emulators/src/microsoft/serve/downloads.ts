import type { IncomingMessage, ServerResponse } from 'node:http'
import type { TenantState } from './tenant-state.ts'

/** The other host: addresses that hold their own permission. Whoever sends a token there gives it to a stranger. */
export function serveDownloads(state: TenantState, request: IncomingMessage, response: ServerResponse): void {
  if (request.headers.authorization !== undefined) state.violations.note('Authorization sent to a pre-authenticated download host')
  const bytes = state.downloads.get(request.url ?? '')
  if (!bytes) {
    response.writeHead(404).end()
    return
  }
  response.writeHead(200, { 'content-type': 'application/octet-stream', 'content-length': bytes.length }).end(bytes)
}
