import type { IncomingHttpHeaders } from 'node:http'
import type { Reply } from '../../serve/reply.ts'
import type { Answer, Call } from './answer.ts'
import { invalidArgument } from './errors.ts'

const MOST = 100
const PATH = /^\/batch(?:\/gmail\/v1|\/admin\/\w+)?$/

export const isBatch = (path: string): boolean => PATH.test(path)

interface Inner {
  readonly id: string | undefined
  readonly call: Call
}

function headersOf(text: string): Record<string, string> {
  const lines = text.split(/\r?\n/).map((line) => /^([^:]+):\s*(.*)$/.exec(line))
  return Object.fromEntries(lines.flatMap((line) => (line ? [[(line[1] ?? '').toLowerCase(), line[2] ?? '']] : [])))
}

/** The text before and behind the first blank line. */
function cut(text: string): readonly [string, string] {
  const blank = /\r?\n\r?\n/.exec(text)
  return blank ? [text.slice(0, blank.index), text.slice(blank.index + blank[0].length)] : [text, '']
}

function readInner(part: string, outer: IncomingHttpHeaders): Inner {
  const [outside, http] = cut(part.replace(/^\r?\n/, ''))
  const [head] = cut(http)
  const [, method, target] = /^([A-Z]+) (\S+)(?: HTTP\/1\.1)?\r?\n?/.exec(head) ?? []
  if (method === undefined || target === undefined)
    throw invalidArgument('Failed to parse batch request, error: Failed in parsing inner request.')
  const url = new URL(target, 'https://gmail.googleapis.com')
  const own = headersOf(head.slice(head.indexOf('\n') + 1))
  const authorization = own['authorization'] ?? outer.authorization
  return {
    id: headersOf(outside)['content-id'],
    call: {
      method,
      path: url.pathname,
      query: url.searchParams,
      headers: { ...own, ...(authorization !== undefined && { authorization }) },
    },
  }
}

/** The inner requests of a batch; throws the outer 400 of one that cannot be read. */
function readBatch(headers: IncomingHttpHeaders, body: Buffer): readonly Inner[] {
  const [, quoted, bare] = /^multipart\/mixed;.*boundary=(?:"([^"]+)"|([^;\s]+))/i.exec(headers['content-type'] ?? '') ?? []
  const boundary = quoted ?? bare
  if (boundary === undefined) throw invalidArgument('Failed to parse batch request, error: Missing boundary.')
  const parts = body.toString().split(`--${boundary}`).slice(1, -1)
  if (parts.length === 0) throw invalidArgument('Failed to parse batch request, error: 0 items.')
  if (parts.length > MOST) throw invalidArgument(`The batch contains too many calls: at most ${MOST} are allowed.`)
  return parts.map((part) => readInner(part, headers))
}

const REASONS: Readonly<Record<number, string>> = { 200: 'OK', 400: 'Bad Request', 401: 'Unauthorized', 403: 'Forbidden', 404: 'Not Found' }

function partOf({ id }: Inner, reply: Reply): readonly Buffer[] {
  const body = Buffer.concat(reply.body)
  const headers = { ...reply.headers, 'content-type': reply.type ?? 'text/plain', 'content-length': String(body.length) }
  const lines = [
    'Content-Type: application/http',
    ...(id === undefined ? [] : [`Content-ID: ${id.startsWith('<') ? `<response-${id.slice(1)}` : `response-${id}`}`]),
    '',
    `HTTP/1.1 ${reply.status} ${REASONS[reply.status] ?? 'Error'}`,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    '',
    '',
  ]
  return [Buffer.from(lines.join('\r\n')), body, Buffer.from('\r\n')]
}

/**
 * Answers a batch: 200 also where every inner call failed, and in no order. All of them are in flight at once, so that a batch of more than
 * a mailbox lets in has its own 429 within (facts 2.3).
 */
export function runBatch(headers: IncomingHttpHeaders, body: Buffer, answerOne: (call: Call) => Answer): Reply {
  const inner = readBatch(headers, body)
  const answers = inner.map((one) => ({ one, answer: answerOne(one.call) }))
  for (const { answer } of answers) answer.leave()
  const boundary = `batch_${inner.length}_AAAAAAAA`
  const pieces = answers.toReversed().flatMap(({ one, answer }) => [Buffer.from(`--${boundary}\r\n`), ...partOf(one, answer.reply)])
  return { status: 200, body: [...pieces, Buffer.from(`--${boundary}--\r\n`)], type: `multipart/mixed; boundary=${boundary}` }
}
