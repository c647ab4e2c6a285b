import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import { retryAfterOf } from '../../faults/retry-after.ts'
import { hash32 } from '../../generate/random.ts'
import { httpDate } from '../../serve/send.ts'
import { replacementFor } from '../faults/effects.ts'
import type { FaultEffect } from '../faults/rule.ts'
import { GraphError } from '../serve/errors.ts'
import type { TenantState } from '../serve/tenant-state.ts'
import { type Content, piecesOf, sizeOf } from './content.ts'
import { type DriveItem, etagOf } from './drive.ts'
import type { Owned } from './files-state.ts'
import { ODD_QUERY } from './item-json.ts'
import { refuse } from './item-routes.ts'
import { mimeOf } from './mime.ts'

export const DRIVES = 'the drives'

interface Named {
  readonly owned: Owned
  readonly item: DriveItem
  readonly content: Content
  readonly etag: string
}

/** Bytes of files, from an address that holds its own permission. True where the address is one of a file. */
export async function serveFile(state: TenantState, request: IncomingMessage, response: ServerResponse): Promise<boolean> {
  const url = request.url ?? ''
  if (!url.includes('/_layouts/15/download.aspx')) return false
  response.on('error', () => response.destroy())
  const named = nameOf(state, url)
  const owner = 'owned' in named ? named.owned.owner : undefined
  state.counting.asked('download', owner)
  state.ticks('download', owner)
  state.limiter.notice(DRIVES)
  const charge = state.files.meter.take(1, state.now())
  const effect = state.faults.next({ method: request.method ?? 'GET', url, mailbox: owner })
  if (charge.retryAfter !== undefined) {
    state.limiter.told(DRIVES, charge.retryAfter)
    answer(state, response, { status: 429, headers: { ...charge.headers, 'retry-after': String(charge.retryAfter) } })
    return true
  }
  if (request.headers.authorization !== undefined && state.files.quirks.tokenAtDownloads === 'refused') {
    state.violations.note('Authorization sent to a pre-authenticated download host')
    answer(state, response, { status: 401 })
    return true
  }
  try {
    if (effect && (await instead(state, response, effect))) return true
    if ('status' in named) answer(state, response, named)
    else await send(state, { request, response, effect, headers: charge.headers }, named)
  } catch (thrown) {
    if (!(thrown instanceof GraphError)) throw thrown
    const body = JSON.stringify({ error: { code: thrown.code, message: thrown.message } })
    answer(state, response, { status: thrown.status, headers: { ...thrown.headers, 'content-type': 'application/json' }, body })
  }
  return true
}

interface Short {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

function answer(state: TenantState, response: ServerResponse, { status, headers = {}, body = '' }: Short): void {
  response.writeHead(status, { date: httpDate(state.now()), 'content-length': Buffer.byteLength(body), ...headers }).end(body)
  state.counting.answered(status, Buffer.byteLength(body))
}

async function instead(state: TenantState, response: ServerResponse, effect: FaultEffect): Promise<boolean> {
  if (effect.kind === 'delay') await pause(effect.ms)
  if (effect.kind === 'hang') {
    await once(response, 'close')
    return true
  }
  if (effect.kind === 'throttle') {
    const { seconds } = retryAfterOf(effect, state.now())
    if (seconds !== undefined && seconds > 0) state.limiter.told(DRIVES, seconds)
  }
  const replacement = replacementFor(effect, state.now())
  if (replacement === undefined) return false
  if ('error' in replacement) {
    const { status, code, message, headers } = replacement.error
    answer(state, response, {
      status,
      headers: { ...headers, 'content-type': 'application/json' },
      body: JSON.stringify({ error: { code, message } }),
    })
  } else {
    const { status, headers, body, type } = replacement.reply
    const text = Buffer.concat(body).toString()
    answer(state, response, { status, headers: { ...headers, ...(type === undefined ? {} : { 'content-type': type }) }, body: text })
  }
  return true
}

/** What an address means; or how it is refused. */
function nameOf(state: TenantState, url: string): Named | Short {
  const auth = /[?&]tempauth=([^&]*)/.exec(url)?.[1] ?? ''
  if (!auth.endsWith(ODD_QUERY)) {
    state.violations.note('the query of a download address was written anew')
    return { status: 401 }
  }
  const text = Buffer.from(auth.slice('v1.'.length, -ODD_QUERY.length), 'base64url').toString()
  const [drive = '', id = '', version = '', until = '', mac = ''] = text.split(/\.(?!0\.)/)
  const what = `${drive}.${id}.${version}`
  if (hash32(state.seed, what, Number(until)).toString(36) !== mac || state.now() > Number(until)) return { status: 401 }
  const owned = state.files.drives.get(drive)
  const item = owned?.drive.items.get(id)
  if (!owned || !item?.content) return { status: 404 }
  const old = version === '' ? undefined : item.versions.find((each) => each.id === version)
  if (version !== '' && !old) return { status: 404 }
  return { owned, item, content: old?.content ?? item.content, etag: old === undefined ? etagOf(item) : `"{${item.guid}},v${version}"` }
}

interface Way {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly effect: FaultEffect | undefined
  readonly headers: Readonly<Record<string, string>>
}

async function send(state: TenantState, { request, response, effect, headers }: Way, { item, content, etag }: Named): Promise<void> {
  refuse(item)
  // Seen from some nodes: no Accept, no range (facts 6.4).
  const range = request.headers.range
  if (range !== undefined && request.headers.accept !== '*/*') return answer(state, response, { status: 416 })
  const size = sizeOf(content)
  const part = rangeOf(state, request, { size, etag })
  if (part === 'beyond') return answer(state, response, { status: 416, headers: { 'content-range': `bytes */${size}` } })
  const { from, to } = part ?? { from: 0, to: size }
  const status = part ? 206 : 200
  response.writeHead(status, {
    date: httpDate(state.now()),
    'content-type': item.facts.mime ?? mimeOf(item.name),
    'content-length': to - from,
    'accept-ranges': 'bytes',
    etag,
    'last-modified': new Date(item.modifiedAt).toUTCString(),
    ...(part ? { 'content-range': `bytes ${from}-${to - 1}/${size}` } : {}),
    ...headers,
  })
  const sent = await stream(response, { content, from, to }, effect)
  state.counting.answered(status, sent)
}

/** Undefined: the whole file. */
function rangeOf(
  state: TenantState,
  request: IncomingMessage,
  { size, etag }: { readonly size: number; readonly etag: string },
): { readonly from: number; readonly to: number } | 'beyond' | undefined {
  const [, first, last] = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '') ?? []
  if (first === undefined) return undefined
  const { ignoreRangeEvery } = state.files.quirks
  state.files.ranges += 1
  if (ignoreRangeEvery > 0 && state.files.ranges % ignoreRangeEvery === 0) return undefined
  const condition = request.headers['if-range']
  if (typeof condition === 'string' && condition !== etag) return undefined
  const from = Number(first)
  if (from >= size) return 'beyond'
  return { from, to: last ? Math.min(size, Number(last) + 1) : size }
}

interface Stretch {
  readonly content: Content
  readonly from: number
  readonly to: number
}

/** Gives the number of bytes that were written. */
async function stream(response: ServerResponse, { content, from, to }: Stretch, effect: FaultEffect | undefined): Promise<number> {
  const most = effect?.kind === 'reset' ? (effect.afterBytes ?? 0) : effect?.kind === 'truncate' ? effect.bytes : to - from
  const end = Math.min(to, from + most)
  let sent = 0
  for (const piece of piecesOf(content, from, end)) {
    for (const bit of effect?.kind === 'drip' ? cut(piece, effect.chunkBytes) : [piece]) {
      if (response.destroyed) return sent
      sent += bit.length
      // The last is not waited for: nothing comes after it in its memory, and what was sent is counted before anybody has all of it.
      if (from + sent < end) await written(response, bit)
      else response.write(bit)
      if (effect?.kind === 'drip') await pause(effect.everyMs)
    }
  }
  if (effect?.kind === 'reset' || effect?.kind === 'truncate') await flushed(response)
  if (effect?.kind === 'reset') response.socket?.destroy()
  else if (effect?.kind === 'truncate') response.socket?.end()
  else response.end()
  return sent
}

function* cut(piece: Buffer, size: number): Generator<Buffer> {
  for (let at = 0; at < piece.length; at += size) yield piece.subarray(at, at + size)
}

const flushed = (response: ServerResponse): Promise<void> =>
  new Promise((resolve) => {
    response.write('', () => setTimeout(resolve, 5))
  })

/** Waits until the bytes have left: the next ones come in the same memory. */
const written = (response: ServerResponse, bytes: Buffer): Promise<void> =>
  new Promise((resolve) => {
    const done = (): void => {
      response.off('close', done)
      resolve()
    }
    response.on('close', done)
    response.write(bytes, done)
    if (response.destroyed) done()
  })
