import type { Reply } from '../../serve/reply.ts'
import { readPath } from '../odata/matches.ts'
import type { Asked } from './asked.ts'
import { badRequest } from './errors.ts'
import { JSON_TYPE, jsonReply } from './reply.ts'

const MOST = 20

/** One request of a batch, as it stands in the envelope. */
export interface BatchItem {
  readonly id: string
  readonly method: string
  /** Relative, without the version. */
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
  readonly dependsOn: readonly string[]
}

export interface BatchAnswer {
  readonly reply: Reply
  leave(): void
}

type AnswerOne = (item: BatchItem) => BatchAnswer

function headersOf(value: unknown): Readonly<Record<string, string>> {
  if (typeof value !== 'object' || value === null) return {}
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name.toLowerCase(), String(each)]))
}

function itemOf(value: unknown): BatchItem {
  const [id, method, url] = ['id', 'method', 'url'].map((name) => readPath(value, name))
  if (typeof id !== 'string' || typeof method !== 'string' || typeof url !== 'string')
    throw badRequest("Invalid batch payload: each request needs 'id', 'method' and 'url'.")
  if (/^https?:/i.test(url) || /^\/?(?:v1\.0|beta)\//i.test(url))
    throw badRequest(`Invalid batch payload: the url of request '${id}' must be relative and without a version.`)
  const body = readPath(value, 'body')
  const dependsOn = readPath(value, 'dependsOn')
  return {
    id,
    method: method.toUpperCase(),
    url: url.startsWith('/') ? url : `/${url}`,
    headers: headersOf(readPath(value, 'headers')),
    body: body === undefined ? Buffer.alloc(0) : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
    dependsOn: Array.isArray(dependsOn) ? dependsOn.map(String) : [],
  }
}

/** Parses `POST /$batch`; throws the outer 400 of an envelope that is malformed. */
function readBatch(asked: Asked): readonly BatchItem[] {
  let parsed: unknown
  try {
    parsed = JSON.parse(asked.body.toString())
  } catch {
    throw badRequest('Invalid batch payload format.')
  }
  const requests = readPath(parsed, 'requests')
  if (asked.method !== 'POST' || !Array.isArray(requests) || requests.length === 0) throw badRequest('Invalid batch payload format.')
  if (requests.length > MOST) throw badRequest(`Number of batch request steps exceeds the maximum value of ${MOST}.`)
  const items = requests.map(itemOf)
  const ids = new Set(items.map((item) => item.id))
  if (ids.size !== items.length) throw badRequest("Invalid batch payload: 'id' values must be unique.")
  for (const item of items) {
    for (const id of item.dependsOn)
      if (!ids.has(id)) throw badRequest(`Invalid batch payload: request '${item.id}' depends on an unknown request '${id}'.`)
  }
  return items
}

const isJson = (reply: Reply): boolean => reply.type === JSON_TYPE

function responseOf(id: string, reply: Reply): Record<string, unknown> {
  const bytes = Buffer.concat(reply.body)
  const headers = {
    ...reply.headers,
    ...(reply.type !== undefined && { 'Content-Type': isJson(reply) ? 'application/json' : reply.type }),
    ...retryAfter(reply),
  }
  const parsed: unknown = isJson(reply) && bytes.length > 0 ? JSON.parse(bytes.toString()) : undefined
  return { id, status: reply.status, headers, ...(bytes.length > 0 && { body: parsed ?? bytes.toString('base64') }) }
}

const retryAfter = (reply: Reply): Record<string, string> => {
  const seconds = reply.headers?.['retry-after']
  return seconds === undefined ? {} : { 'Retry-After': seconds }
}

const failedDependency = (): Reply => jsonReply({ error: { code: 'FailedDependency', message: 'The dependent request failed.' } }, 424)

/**
 * Answers a batch: 200 also where all inner requests fail; the order of answers is not that of requests. Each inner request counts
 * against the mailbox, and four run at once (facts 8.1), so that the places of a mailbox are given back in groups.
 */
export function runBatch(asked: Asked, answerOne: AnswerOne, atOnce: number): Reply {
  const items = readBatch(asked)
  const done = new Map<string, Reply>()
  let open: BatchAnswer[] = []
  for (const item of items) {
    if (item.dependsOn.some((id) => (done.get(id)?.status ?? 500) >= 400)) {
      done.set(item.id, failedDependency())
      continue
    }
    const answer = answerOne(item)
    done.set(item.id, answer.reply)
    open.push(answer)
    if (open.length >= atOnce) {
      for (const each of open) each.leave()
      open = []
    }
  }
  for (const each of open) each.leave()
  const responses = [...done].map(([id, reply]) => responseOf(id, reply))
  return jsonReply({ responses: responses.reverse() })
}
