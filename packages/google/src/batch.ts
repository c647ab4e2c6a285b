import { Fault } from '@offramp/core'
import type { Within } from '@offramp/wire'

/** One call of a batch, as the SDK makes its address. */
export interface Inner {
  readonly url: string
  /** What it asks for, where its refusal is another than its neighbour's. */
  readonly asks: string
}

/** Path of the batches of one API. https://developers.google.com/workspace/gmail/api/guides/batch */
export const GMAIL_BATCH = '/batch/gmail/v1'

const BOUNDARY = 'offramp-cut'

export const BATCH_HEADERS = { 'content-type': `multipart/mixed; boundary=${BOUNDARY}`, accept: 'multipart/mixed' }

/** Several GETs as one request; each costs its own units. */
export const batchBody = (inner: readonly Inner[]): string =>
  `${inner.map(({ url }, at) => `--${BOUNDARY}\r\nContent-Type: application/http\r\nContent-ID: <${at}>\r\n\r\nGET ${pathOf(url)}\r\n\r\n`).join('')}--${BOUNDARY}--\r\n`

function pathOf(url: string): string {
  const { pathname, search } = new URL(url)
  return pathname + search
}

/**
 * The answers in the order of the calls: Google gives them in any. Throws a `call` fault where one is missing or no HTTP, because a call without an
 * answer would pass for one without a result.
 */
export function batchAnswers(inner: readonly Inner[], contentType: string, text: string): readonly Within[] {
  const [, quoted, bare] = /boundary=(?:"([^"]+)"|([^;\s]+))/i.exec(contentType) ?? []
  const boundary = quoted ?? bare
  const parts = boundary === undefined ? [] : text.split(`--${boundary}`).slice(1)
  const found = new Map<number, Within>()
  for (const part of parts) {
    const [outside, http] = cut(part.replace(/^\r?\n/, ''))
    const id = /^content-id:\s*<?response-<?(\d+)>?/im.exec(outside)?.[1]
    const answer = answerIn(http)
    if (id !== undefined && answer !== undefined) found.set(Number(id), answer)
  }
  return inner.map(({ asks }, at) => {
    const answer = found.get(at)
    if (answer === undefined) throw unreadable()
    return { ...answer, asks }
  })
}

function answerIn(http: string): Within | undefined {
  const [head, body] = cut(http)
  const [first = '', ...lines] = head.split(/\r?\n/)
  const status = /^HTTP\/\d(?:\.\d)? (\d{3})/.exec(first)?.[1]
  if (status === undefined) return undefined
  const headers = lines.flatMap((line) => {
    const [, name, value] = /^([^:\s]+):\s*(.*)$/.exec(line) ?? []
    return name === undefined || value === undefined ? [] : [[name.toLowerCase(), value]]
  })
  return { status: Number(status), headers: Object.fromEntries(headers), body: body.trimEnd() }
}

/** What stands before and behind the first empty line. */
function cut(text: string): readonly [string, string] {
  const empty = /\r?\n\r?\n/.exec(text)
  return empty === null ? [text, ''] : [text.slice(0, empty.index), text.slice(empty.index + empty[0].length)]
}

const unreadable = (): Fault =>
  new Fault({
    reach: 'call',
    code: 'google-batch-unreadable',
    message: 'Google answered a batch with something else than the answers to its calls.',
  })
