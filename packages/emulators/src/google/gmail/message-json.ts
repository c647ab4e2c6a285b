import type { MailBody } from '../../mail/body.ts'
import { writeBody } from '../../mail/body.ts'
import { type Leaf, type MimeRoot, readParts } from '../../mail/read-mime.ts'
import { warmBytes } from '../../mail/warm.ts'
import type { Shown } from '../serve/asked.ts'
import { type Mask, wants } from '../serve/fields.ts'
import type { GmailMessage } from './state.ts'

export type Format = 'minimal' | 'metadata' | 'full' | 'raw'

export interface Wish {
  readonly format: Format
  /** Lower case; empty: all of them. */
  readonly headers: ReadonlySet<string>
  readonly mask: Mask | 'all'
  readonly warm: boolean
  /** Another one each time that an attachment is shown (facts 4.1). */
  readonly attachmentId: (leaf: number) => string
}

const SNIPPET = 200
/** Characters in which a snippet is looked for. */
const LOOKED_AT = 20_000

const bytesOf = (message: GmailMessage, warm: boolean): readonly Buffer[] => (warm ? warmBytes(message) : writeBody(message.body))

/** The message's bytes, as `format=raw` holds them. */
export const rawOf = (body: MailBody): Buffer => Buffer.concat(writeBody(body))

const sizeOf = (pieces: readonly Buffer[]): number => pieces.reduce((sum, piece) => sum + piece.length, 0)

/** Bytes of the message; written once to know. */
export function messageSize(message: GmailMessage): number {
  message.size ??= sizeOf(writeBody(message.body))
  return message.size
}

/** A message as `messages.get` shows it. What costs time is only done where `fields` asks for it. */
export function showMessage(message: GmailMessage, wish: Wish): Shown {
  const asks = (name: string): boolean => wants(wish.mask, name)
  const isRaw = wish.format === 'raw' && asks('raw')
  const pieces = isRaw ? bytesOf(message, wish.warm) : undefined
  if (pieces) message.size ??= sizeOf(pieces)
  const labels = [...message.labels]
  const json = {
    id: message.id,
    threadId: message.threadId,
    ...(labels.length > 0 && { labelIds: labels }),
    ...(asks('snippet') && { snippet: snippetOf(message.body) }),
    ...((wish.format === 'full' || wish.format === 'metadata') && asks('payload') && { payload: payloadOf(message.body, wish) }),
    ...(asks('sizeEstimate') && { sizeEstimate: messageSize(message) }),
    historyId: String(message.historyId),
    internalDate: String(message.internalDate),
  }
  return { json, ...(pieces && { raw: pieces }) }
}

function decoded(leaf: Leaf): string {
  try {
    return new TextDecoder(leaf.charset).decode(leaf.content())
  } catch {
    return leaf.content().toString('latin1')
  }
}

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

/** HTML-escaped, as the API has it. */
function snippetOf(body: MailBody): string {
  const leaf = readParts(rawOf(body))
    .leaves()
    .find((each) => !each.attached)
  const text = leaf ? decoded(leaf).slice(0, LOOKED_AT) : ''
  return text
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, SNIPPET)
    .replace(/[&<>"']/g, (sign) => ESCAPES[sign] ?? sign)
}

function payloadOf(body: MailBody, wish: Wish): object {
  const root = readParts(rawOf(body))
  const headers = root.headers
    .filter(([name]) => wish.headers.size === 0 || wish.headers.has(name.toLowerCase()))
    .map(([name, value]) => ({ name, value: Buffer.from(value, 'latin1').toString() }))
  const contentType = root.headers.find(([name]) => name.toLowerCase() === 'content-type')?.[1] ?? 'text/plain'
  const mimeType = contentType.split(';')[0]?.trim().toLowerCase() ?? 'text/plain'
  if (wish.format === 'metadata') return { mimeType, headers }
  return { partId: '', mimeType, filename: '', headers, ...contentOf(root, mimeType, wish) }
}

/** All leaves stand in one row: as much of the tree as reading a chat or an attachment needs. */
function contentOf(root: MimeRoot, mimeType: string, wish: Wish): object {
  const leaves = root.leaves()
  const [only] = leaves
  if (!mimeType.startsWith('multipart/') && only) return { body: bodyJson(only, 0, wish) }
  const parts = leaves.map((leaf, at) => ({
    partId: String(at),
    mimeType: leaf.mediaType,
    filename: leaf.name ?? '',
    headers: [{ name: 'Content-Type', value: leaf.contentType }],
    body: bodyJson(leaf, at, wish),
  }))
  return { body: { size: 0 }, parts }
}

function bodyJson(leaf: Leaf, at: number, wish: Wish): object {
  const content = leaf.content()
  if (leaf.attached) return { attachmentId: wish.attachmentId(at), size: content.length }
  return { size: content.length, data: content.toString('base64url') }
}
