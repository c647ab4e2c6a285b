import { randomBytes } from 'node:crypto'
import { type Call, Fault } from '@offramp/core'
import { type Json, objectOf, objectsOf, textOf } from '@offramp/wire'
import { type GraphClient, linkOf } from './client.ts'
import { BODY_TIMES } from './limits.ts'
import { base64Lines, dispositionOf, headerOf, rebuiltHeaders } from './mime-writing.ts'

export interface Rebuilding {
  readonly mailbox: GraphClient
  /** `/users/<id>/messages/<id>`. */
  readonly path: string
  /** Stands in the header that marks the message. */
  readonly why: string
}

const SELECT =
  'subject,from,sender,toRecipients,ccRecipients,bccRecipients,replyTo,sentDateTime,receivedDateTime,internetMessageId,internetMessageHeaders,importance,body'

/**
 * A message put together from what Graph's JSON says of it, for those above 25 MB whose MIME cannot be had: its text and every
 * attachment are there, its original structure and signature are not. Marked by the header `X-Offramp-Rebuilt`. Attachments are
 * streamed one by one, since asking for them together fails (Corso, api/mail.go).
 */
export async function* rebuildMessage(asked: Rebuilding, call: Call): AsyncGenerator<Uint8Array> {
  const { mailbox, path } = asked
  const message = await mailbox.json({ path: `${path}?$select=${SELECT}`, asks: 'item' }, call)
  const attachments = await listAttachments(asked, call)
  const outer = boundary()
  const inner = boundary()
  const inline = attachments.filter((each) => each['isInline'] === true)
  const others = attachments.filter((each) => each['isInline'] !== true)
  yield bytes(rebuiltHeaders(message, asked.why))
  yield bytes(`MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="${outer}"\r\n\r\n--${outer}\r\n`)
  yield bytes(`Content-Type: multipart/related; boundary="${inner}"\r\n\r\n--${inner}\r\n`)
  yield bytes(textPart(objectOf(message['body'])))
  for (const each of inline) {
    yield bytes(`\r\n--${inner}\r\n`)
    yield* attachmentPart(asked, each, call)
  }
  yield bytes(`\r\n--${inner}--\r\n`)
  for (const each of others) {
    yield bytes(`\r\n--${outer}\r\n`)
    yield* attachmentPart(asked, each, call)
  }
  yield bytes(`\r\n--${outer}--\r\n`)
}

const bytes = (text: string): Uint8Array => Buffer.from(text, 'utf8')

const boundary = (): string => `=_offramp_${randomBytes(12).toString('hex')}`

function textPart(body: Json): string {
  const type = body['contentType'] === 'html' ? 'text/html' : 'text/plain'
  const content = Buffer.from(textOf(body['content']) ?? '', 'utf8').toString('base64')
  return `Content-Type: ${type}; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n${content.replace(/.{76}/g, '$&\r\n')}`
}

async function listAttachments({ mailbox, path }: Rebuilding, call: Call): Promise<readonly Json[]> {
  const found: Json[] = []
  let next: string | undefined = `${path}/attachments?$select=id,name,contentType,size,isInline`
  while (next !== undefined) {
    const page: Json = await mailbox.json({ path: next, asks: 'item' }, call)
    found.push(...objectsOf(page['value']))
    next = linkOf(page, '@odata.nextLink')
  }
  return found
}

async function* attachmentPart(asked: Rebuilding, attachment: Json, call: Call): AsyncGenerator<Uint8Array> {
  const type = textOf(attachment['@odata.type']) ?? ''
  const id = textOf(attachment['id'])
  if (/referenceAttachment$/i.test(type) || id === undefined) {
    yield bytes(linkPart(attachment))
    return
  }
  const path = `${asked.path}/attachments/${encodeURIComponent(id)}`
  if (attachment['isInline'] === true && /fileAttachment$/i.test(type)) {
    // What the text refers to is said only with the whole attachment, and cannot be selected in a list.
    const whole = await asked.mailbox.json({ path, asks: 'item' }, call)
    yield* filePart({ ...attachment, contentId: whole['contentId'] }, one(Buffer.from(textOf(whole['contentBytes']) ?? '', 'base64')))
    return
  }
  const answer = await asked.mailbox.bytes({ path: `${path}/$value`, asks: 'item', expects: 'any', times: BODY_TIMES }, call)
  if (/itemAttachment$/i.test(type)) yield* itemPart(attachment, answer.body)
  else yield* filePart(attachment, answer.body)
}

async function* one(content: Uint8Array): AsyncGenerator<Uint8Array> {
  yield content
}

/** v1.0 does not say where a linked file is; its name is all there is. */
function linkPart(attachment: Json): string {
  const name = textOf(attachment['name']) ?? 'a file'
  const text = `This message had a link to a file in place of an attachment: ${name}\r\nThe file stays where it was shared (OneDrive or SharePoint).\r\n`
  return [
    'Content-Type: text/plain; charset=utf-8',
    'Content-Transfer-Encoding: base64',
    dispositionOf('attachment', `${name}.txt`),
    '',
    Buffer.from(text, 'utf8').toString('base64').replace(/.{76}/g, '$&\r\n'),
  ].join('\r\n')
}

async function* filePart(attachment: Json, content: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const given = textOf(attachment['contentType']) ?? ''
  const type = /^[\w!#$&^.+-]+\/[\w!#$&^.+-]+$/.test(given) ? given : 'application/octet-stream'
  const contentId = textOf(attachment['contentId'])
  const inline = attachment['isInline'] === true
  const lines = [`Content-Type: ${type}`, 'Content-Transfer-Encoding: base64']
  if (contentId !== undefined) lines.push(headerOf('Content-ID', `<${contentId.replace(/[<>\s]/g, '')}>`))
  lines.push(dispositionOf(inline ? 'inline' : 'attachment', textOf(attachment['name'])))
  yield bytes(`${lines.join('\r\n')}\r\n\r\n`)
  yield* base64Lines(content)
}

/** An attached item comes as MIME, vCard or iCalendar, told by its first bytes; MIME goes in as it is. */
async function* itemPart(attachment: Json, content: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const chunks = content[Symbol.asyncIterator]()
  const first = await chunks.next()
  if (first.done === true)
    throw new Fault({ reach: 'call', code: 'graph-empty-attachment', message: 'An attached item came without a byte.' })
  const start = Buffer.from(first.value).subarray(0, 64).toString('latin1').trimStart().toUpperCase()
  const all = async function* (): AsyncGenerator<Uint8Array> {
    try {
      for (let next: IteratorResult<Uint8Array> = first; next.done !== true; next = await chunks.next()) yield next.value
    } finally {
      await chunks.return?.()
    }
  }
  const disposition = dispositionOf('attachment', textOf(attachment['name']))
  if (start.startsWith('BEGIN:VCARD') || start.startsWith('BEGIN:VCALENDAR')) {
    const type = start.startsWith('BEGIN:VCARD') ? 'text/vcard' : 'text/calendar'
    yield bytes(`Content-Type: ${type}; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n${disposition}\r\n\r\n`)
    yield* base64Lines(all())
    return
  }
  yield bytes(`Content-Type: message/rfc822\r\nContent-Transfer-Encoding: 8bit\r\n${disposition}\r\n\r\n`)
  yield* all()
}
