import type { IncomingMessage, ServerResponse } from 'node:http'
import { serveFile } from '../drive/download.ts'
import type { TenantState } from './tenant-state.ts'

/** The other host: addresses that hold their own permission. Whoever sends a token there gives it to a stranger. */
export async function serveDownloads(state: TenantState, request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (await serveFile(state, request, response)) return
  if (request.headers.authorization !== undefined) state.violations.note('Authorization sent to a pre-authenticated download host')
  const bytes = state.downloads.get(request.url ?? '')
  if (!bytes) {
    response.writeHead(404).end()
    return
  }
  response.writeHead(200, { 'content-type': 'application/octet-stream', 'content-length': bytes.length }).end(bytes)
}
