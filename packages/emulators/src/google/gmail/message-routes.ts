import { readParts } from '../../mail/read-mime.ts'
import type { Asked, Shown } from '../serve/asked.ts'
import { forbidden, GoogleError, invalidArgument, notFound } from '../serve/errors.ts'
import { type Mask, parseFields } from '../serve/fields.ts'
import { pageOf, sizeOf, tokenOf } from '../serve/pages.ts'
import { type Format, rawOf, showMessage } from './message-json.ts'
import { matcher } from './search.ts'
import type { GmailMessage } from './state.ts'

const FORMATS: readonly string[] = ['minimal', 'metadata', 'full', 'raw'] satisfies Format[]
const isFormat = (text: string): text is Format => FORMATS.includes(text.toLowerCase())

/** So many messages of a mailbox may be looked at in full: a migration reads them raw. */
const FEW = 20

const maskOf = (asked: Asked): Mask | 'all' => {
  const fields = asked.query.get('fields')
  return fields === null ? 'all' : parseFields(fields)
}

function formatOf(asked: Asked): Format {
  const format = (asked.query.get('format') ?? 'full').toLowerCase()
  if (!isFormat(format)) throw invalidArgument(`Invalid value at 'format' (type.googleapis.com/gmail.api.Format), "${format}"`)
  const only = [...asked.scopes].every((scope) => scope.endsWith('/gmail.metadata'))
  if (only && (format === 'raw' || format === 'full')) throw forbidden(`Metadata scope doesn't allow format ${format.toUpperCase()}`)
  return format
}

/** Reading in full decodes, and loses bytes; chats alone can be read in no other way. */
function watchFormat(asked: Asked, message: GmailMessage, format: Format): void {
  if (format !== 'full' || message.labels.has('CHAT')) return
  const { habits, violations } = asked.state
  const key = `full ${asked.account.address}`
  const times = (habits.get(key) ?? 0) + 1
  habits.set(key, times)
  if (times === FEW + 1) violations.note(`messages.get with format=full in bulk, in ${asked.account.address}`)
}

/** By id; poisoned ones never come. */
function messageOf(asked: Asked, id = asked.names['id'] ?? ''): GmailMessage {
  if (!/^[0-9a-f]{1,16}$/i.test(id)) throw invalidArgument('Invalid id value')
  const message = asked.account.mailbox.messages.get(id)
  if (!message) throw notFound()
  if (asked.state.poisoned.has(`${asked.account.address}/${id}`))
    throw new GoogleError(500, { message: 'Internal error encountered.', reason: 'backendError' })
  return message
}

export function showAsAsked(asked: Asked, message: GmailMessage, mask = maskOf(asked)): Shown {
  const format = formatOf(asked)
  watchFormat(asked, message, format)
  const shown = showMessage(message, {
    format,
    headers: new Set(asked.query.getAll('metadataHeaders').map((name) => name.toLowerCase())),
    mask,
    warm: asked.state.warm,
    attachmentId: (leaf) => asked.state.pages.seal({ of: message.id, page: leaf, at: [] }),
  })
  const { rawReads } = asked.account.mailbox
  if (shown.raw !== undefined) rawReads.set(message.id, (rawReads.get(message.id) ?? 0) + 1)
  return shown
}

export const getMessage = (asked: Asked): Shown => showAsAsked(asked, messageOf(asked))

export function getAttachment(asked: Asked): Shown {
  const message = messageOf(asked)
  const named = asked.state.pages.open(asked.names['attachment'] ?? '')
  const leaf = named?.of === message.id ? readParts(rawOf(message.body)).leaves()[named.page] : undefined
  if (!leaf) throw invalidArgument('Invalid attachment token')
  const content = leaf.content()
  return { json: { size: content.length, data: content.toString('base64url') } }
}

/** `messages.list`: newest first, and none of the promises that a listing does not make: pages may be short or empty, and may repeat. */
export function listMessages(asked: Asked): Shown {
  const { mailbox } = asked.account
  const most = sizeOf(asked, 100, 500)
  const state = pageOf(asked)
  const page = state?.page ?? 0
  const fits = matcher(asked)
  const [date, id] = state?.at ?? []
  const after = typeof date === 'number' && typeof id === 'string' ? { date, id } : undefined
  const room = roomOf(asked, page, most)
  const found: GmailMessage[] = []
  let more = false
  for (const message of mailbox.shelf.from(after === undefined ? 0 : mailbox.shelf.behind(after))) {
    if (!fits(message)) continue
    more = found.length >= room
    if (more) break
    found.push(message)
  }
  const last = found.at(-1)
  const at = last ? [last.internalDate, last.id] : (state?.at ?? [])
  const shown = [...repeated(asked, page, after?.id, fits), ...found]
  return {
    json: {
      ...(shown.length > 0 && { messages: shown.map((message) => ({ id: message.id, threadId: message.threadId })) }),
      ...(more && { nextPageToken: tokenOf(asked, page + 1, at) }),
      // An estimate: what a first page says of a mailbox with more than fits in it.
      resultSizeEstimate: more ? 201 : shown.length,
    },
  }
}

/** How many items a page has room for. Never none on the first page, so that something comes. */
export function roomOf(asked: Asked, page: number, most: number): number {
  const { emptyPageEvery } = asked.state.quirks
  if (page > 0 && emptyPageEvery > 0 && (page + 1) % emptyPageEvery === 0) return 0
  return page % 4 === 3 ? Math.ceil(most * 0.6) : most
}

function repeated(asked: Asked, page: number, id: string | undefined, fits: (message: GmailMessage) => boolean): readonly GmailMessage[] {
  const { repeatEvery } = asked.state.quirks
  if (page === 0 || repeatEvery === 0 || (page + 1) % repeatEvery !== 0 || id === undefined) return []
  const message = asked.account.mailbox.messages.get(id)
  return message && fits(message) ? [message] : []
}
