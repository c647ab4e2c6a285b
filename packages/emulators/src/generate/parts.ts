import { base64Block, base64Size, htmlBlock, slices, type TextEncoding, textBlock } from './blocks.ts'
import { encodedWords } from './encode.ts'
import { type AttachmentPlan, type MailPlan, mailDate } from './plan.ts'
import { hash32 } from './random.ts'

/** A MIME part: its header lines, each ending in CRLF, and its body. */
export interface Part {
  readonly headers: string
  readonly body: readonly Buffer[]
}

const CRLF = Buffer.from('\r\n')

/** How a text part travels: 8-bit mail is legal and common, so some is sent as it is. */
function encodingOf(plan: MailPlan): TextEncoding {
  if (plan.script.name === 'english') return '7bit'
  return hash32(plan.spec.origin.key, 'cte', plan.spec.index) % 3 === 0 ? '8bit' : 'quoted-printable'
}

export function textPart(plan: MailPlan, size: number): Part {
  const encoding = encodingOf(plan)
  return {
    headers: `Content-Type: text/plain; charset="${plan.charset}"\r\nContent-Transfer-Encoding: ${encoding}\r\n`,
    body: slices(textBlock(plan.script, plan.charset, encoding), hash32(plan.spec.origin.key, 'text', plan.spec.index), size),
  }
}

export function htmlPart(plan: MailPlan, size: number, inside = ''): Part {
  const encoding = encodingOf(plan)
  const quoted = encoding === 'quoted-printable' ? inside.replaceAll('=', '=3D') : inside
  return {
    headers: `Content-Type: text/html; charset="${plan.charset}"\r\nContent-Transfer-Encoding: ${encoding}\r\n`,
    body: [
      Buffer.from('<html><head><title></title></head><body>\r\n'),
      ...slices(htmlBlock(plan.script, plan.charset, encoding), hash32(plan.spec.origin.key, 'html', plan.spec.index), size),
      Buffer.from(`${quoted}</body></html>\r\n`),
    ],
  }
}

/** Bytes that do not compress, as base64; the last line is not shorter than the others, which is legal. */
export function base64Body(seed: number, size: number): readonly Buffer[] {
  return slices(base64Block(), seed, base64Size(size))
}

function nameParameter(parameter: string, name: string): string {
  if (/^[\x20-\x7e]*$/.test(name)) return `${parameter}="${name}"`
  return `${parameter}*=utf-8''${encodeURIComponent(name)}`
}

export function attachmentPart(plan: MailPlan, attachment: AttachmentPlan, at: number): Part {
  const id = attachment.contentId === undefined ? '' : `Content-ID: <${attachment.contentId}>\r\n`
  const disposition = attachment.contentId === undefined ? 'attachment' : 'inline'
  return {
    headers: `Content-Type: ${attachment.mediaType};\r\n ${nameParameter('name', attachment.name)}\r\n${id}Content-Disposition: ${disposition};\r\n ${nameParameter('filename', attachment.name)}; size=${attachment.size}\r\nContent-Transfer-Encoding: base64\r\n`,
    body: base64Body(hash32(plan.spec.origin.key, 'file', plan.spec.index, at), attachment.size),
  }
}

const stamp = (at: number): string => `${new Date(at).toISOString().replace(/[-:]|\.\d+/g, '')}`

/** An iMIP part: an invitation or its cancellation. */
export function calendarPart(plan: MailPlan, method: 'REQUEST' | 'CANCEL'): Part {
  const start = plan.spec.receivedAt + 7 * 86_400_000
  const lines = [
    'BEGIN:VCALENDAR',
    `METHOD:${method}`,
    'PRODID:Microsoft Exchange Server 2010',
    'VERSION:2.0',
    'BEGIN:VEVENT',
    `ORGANIZER;CN="${plan.from.name}":mailto:${plan.from.address}`,
    `UID:040000008200E00074C5B7101A82E008${hash32(plan.spec.origin.key, 'event', plan.conversation).toString(16).toUpperCase().padStart(8, '0')}`,
    `SUMMARY:${plan.subject.replace(/[,;\\]/g, '\\$&')}`,
    `DTSTART:${stamp(start)}`,
    `DTEND:${stamp(start + 3_600_000)}`,
    `DTSTAMP:${stamp(plan.sentAt)}`,
    `SEQUENCE:${method === 'CANCEL' ? 1 : 0}`,
    ...(method === 'CANCEL' ? ['STATUS:CANCELLED'] : []),
    'END:VEVENT',
    'END:VCALENDAR',
  ]
  const text = Buffer.from(`${lines.join('\r\n')}\r\n`)
    .toString('base64')
    .replace(/.{76}/g, '$&\r\n')
  return {
    headers: `Content-Type: text/calendar; charset="utf-8"; method=${method}\r\nContent-Transfer-Encoding: base64\r\n`,
    body: [Buffer.from(`${text}\r\n`)],
  }
}

/** Another message within this one. */
export function messagePart(chunks: readonly Buffer[]): Part {
  return { headers: 'Content-Type: message/rfc822\r\nContent-Disposition: attachment\r\n', body: chunks }
}

export function bouncePart(plan: MailPlan): Part {
  const failed = plan.to[0]?.address ?? 'nobody@fabrikam.example'
  const text = `Reporting-MTA: dns; mail.fabrikam.example\r\nArrival-Date: ${mailDate(plan.sentAt, 0)}\r\n\r\nFinal-Recipient: rfc822; ${failed}\r\nAction: failed\r\nStatus: 5.1.1\r\n`
  return { headers: 'Content-Type: message/delivery-status\r\n', body: [Buffer.from(text)] }
}

/**
 * Joins parts. The boundary's value depends on `variant`, its length does not: Outlook stores no MIME and writes it anew for
 * each request (concepts/outlook-get-mime-message).
 */
export function multipart(subtype: string, parts: readonly Part[], boundary: string): Part {
  const between = Buffer.from(`--${boundary}\r\n`)
  const body: Buffer[] = [Buffer.from('')]
  for (const part of parts) body.push(between, Buffer.from(`${part.headers}\r\n`), ...part.body, CRLF)
  body.push(Buffer.from(`--${boundary}--\r\n`))
  return { headers: `Content-Type: multipart/${subtype};\r\n\tboundary="${boundary}"\r\n`, body }
}

export const boundaryOf = (plan: MailPlan, depth: number, variant: number): string => {
  const hex = (part: number) =>
    hash32(plan.spec.origin.key, 'boundary', plan.spec.index, depth, variant, part).toString(16).toUpperCase().padStart(8, '0')
  return `_00${depth}_${hex(0)}${hex(1)}${hex(2)}${hex(3)}_`
}

export const headerWords = (plan: MailPlan, text: string): string =>
  encodedWords(text, plan.charset, hash32(plan.spec.origin.key, 'words', plan.conversation) % 2 === 0 ? 'B' : 'Q')
