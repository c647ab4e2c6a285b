import type { Reply } from '../../serve/reply.ts'

const OK = { status: 'ok', statuscode: 200, message: 'OK' } as const

const TYPE = 'application/json; charset=utf-8'

export const ocsReply = (data: unknown): Reply => ({
  status: 200,
  body: [Buffer.from(JSON.stringify({ ocs: { meta: OK, data } }))],
  type: TYPE,
})

/** Version 2 of OCS says it by HTTP as well. */
export const ocsError = (status: number, message: string): Reply => ({
  status,
  body: [Buffer.from(JSON.stringify({ ocs: { meta: { status: 'failure', statuscode: status, message }, data: [] } }))],
  type: TYPE,
})
