import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Reply } from '../../serve/reply.ts'
import { type Headers, httpDate } from '../../serve/send.ts'
import type { GraphError } from './errors.ts'
import { errorBody, JSON_TYPE, jsonReply } from './reply.ts'

const DIAGNOSTIC = '{"ServerInfo":{"DataCenter":"West Europe","Slice":"E","Ring":"5","ScaleUnit":"003","RoleInstance":"AM2PEPF0001C4A1"}}'

/** What stands in the headers of every answer. */
export interface RequestIds {
  readonly requestId: string
  readonly clientRequestId: string
}

export function idsOf(request: IncomingMessage): RequestIds {
  const requestId = randomUUID()
  const given = request.headers['client-request-id']
  return { requestId, clientRequestId: typeof given === 'string' ? given : requestId }
}

export function errorReply(error: GraphError, ids: RequestIds, now: number): Reply {
  const date = new Date(now).toISOString().slice(0, 19)
  return jsonReply(errorBody(error.code, error.message, { ...ids, date }), error.status, error.headers)
}

/** The headers of every answer of Graph's; `now` in milliseconds, as the tenant sees it. */
export function graphHeaders(
  reply: Reply,
  ids: RequestIds,
  facts: { readonly now: number; readonly applied: string | undefined },
): Headers {
  return {
    date: httpDate(facts.now),
    'cache-control': 'private',
    'strict-transport-security': 'max-age=31536000',
    'request-id': ids.requestId,
    'client-request-id': ids.clientRequestId,
    'x-ms-ags-diagnostic': DIAGNOSTIC,
    vary: 'Accept-Encoding',
    ...(reply.type === JSON_TYPE && { 'odata-version': '4.0' }),
    ...(facts.applied !== undefined && { 'preference-applied': facts.applied }),
  }
}
