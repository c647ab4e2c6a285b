import type { Reply } from '../../serve/reply.ts'
import { escapeXml } from '../xml/write.ts'

/** An answer of OCS that is a refusal. Version 1 says it within 200, version 2 by HTTP where it is a number of HTTP's, else 400. */
export class OcsError extends Error {
  readonly code: number

  constructor(code: number, message: string) {
    super(message)
    this.name = 'OcsError'
    this.code = code
  }
}

/** How an answer is to look. */
export interface OcsManner {
  readonly version: 1 | 2
  readonly format: 'json' | 'xml'
}

const RIGHT: OcsManner = { version: 2, format: 'json' }

export const ocsReply = (data: unknown, manner: OcsManner = RIGHT): Reply =>
  written({ status: 'ok', code: manner.version === 1 ? 100 : 200, message: 'OK', http: 200 }, data, manner)

export function ocsError(code: number, message: string, manner: OcsManner = RIGHT): Reply {
  const http = code >= 200 && code <= 600 ? code : code === 997 ? 401 : code === 998 ? 404 : 400
  // Who is not let in is told by HTTP in both.
  const isPlain = manner.version === 1 && http !== 401 && http !== 412
  return written({ status: 'failure', code, message, http: isPlain ? 200 : http }, [], manner)
}

interface Meta {
  readonly status: string
  readonly code: number
  readonly message: string
  readonly http: number
}

function written({ status, code, message, http }: Meta, data: unknown, { format }: OcsManner): Reply {
  const meta = { status, statuscode: code, message }
  if (format === 'json')
    return { status: http, body: [Buffer.from(JSON.stringify({ ocs: { meta, data } }))], type: 'application/json; charset=utf-8' }
  const xml = `<?xml version="1.0"?>\n<ocs>${xmlOf({ meta, data })}</ocs>\n`
  return { status: http, body: [Buffer.from(xml)], type: 'application/xml; charset=utf-8' }
}

/** Lists become `<element>`, as PHP has it; true is 1 and false is nothing. */
function xmlOf(value: unknown): string {
  if (Array.isArray(value)) return value.map((each) => `<element>${xmlOf(each)}</element>`).join('')
  if (typeof value === 'object' && value !== null)
    return Object.entries(value)
      .map(([key, each]) => {
        const name = /^[A-Za-z_]/.test(key) ? key : 'element'
        const inner = xmlOf(each)
        return inner === '' ? `<${name}/>` : `<${name}>${inner}</${name}>`
      })
      .join('')
  if (value === true) return '1'
  return value === false || value === null || value === undefined ? '' : escapeXml(String(value))
}
