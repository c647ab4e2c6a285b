import type { Reply } from '../../serve/reply.ts'

export const JSON_TYPE = 'application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8'

export const jsonReply = (value: unknown, status = 200, headers: Readonly<Record<string, string>> = {}): Reply => ({
  status,
  headers,
  body: [Buffer.from(JSON.stringify(value))],
  type: JSON_TYPE,
})

export const bytesReply = (body: readonly Buffer[], type: string): Reply => ({ status: 200, body, type })

/** Graph's error envelope. `ids` are the request's, as the headers say them too. */
export const errorBody = (
  code: string,
  message: string,
  ids: { readonly requestId: string; readonly clientRequestId: string; readonly date: string },
): unknown => ({
  error: {
    code,
    message,
    innerError: { date: ids.date, 'request-id': ids.requestId, 'client-request-id': ids.clientRequestId },
  },
})
