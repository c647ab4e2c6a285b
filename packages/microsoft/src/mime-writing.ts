import { type Json, objectOf, objectsOf, textOf } from '@offramp/wire'

/** Parts of a message's head that describe the structure that is lost, and are written anew. */
const STRUCTURE = /^(content-.*|mime-version)$/i

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']

/** The head of a rebuilt message: the transport's own header lines where Graph has them, and what the properties say otherwise. */
export function rebuiltHeaders(message: Json, why: string): string {
  const lines: string[] = [headerOf('X-Offramp-Rebuilt', why)]
  const had = new Set<string>()
  for (const header of objectsOf(message['internetMessageHeaders'])) {
    const name = textOf(header['name'])
    if (name === undefined || !/^[!-9;-~]+$/.test(name) || STRUCTURE.test(name)) continue
    had.add(name.toLowerCase())
    lines.push(headerOf(name, typeof header['value'] === 'string' ? header['value'] : ''))
  }
  const add = (name: string, value: string | undefined) => {
    if (value !== undefined && !had.has(name.toLowerCase())) lines.push(headerOf(name, value))
  }
  add('Date', dateOf(textOf(message['sentDateTime']) ?? textOf(message['receivedDateTime'])))
  add('From', addressOf(objectOf(message['from'])) ?? addressOf(objectOf(message['sender'])))
  add('To', addressesOf(message['toRecipients']))
  add('Cc', addressesOf(message['ccRecipients']))
  add('Bcc', addressesOf(message['bccRecipients']))
  add('Reply-To', addressesOf(message['replyTo']))
  add('Subject', textOf(message['subject']))
  add('Message-ID', textOf(message['internetMessageId']))
  if (message['importance'] === 'high' || message['importance'] === 'low') add('Importance', message['importance'])
  return lines.map((line) => `${line}\r\n`).join('')
}

/** One header line: no line break of the value survives, words beyond ASCII are encoded (RFC 2047), long ones folded. */
export function headerOf(name: string, value: string): string {
  const clean = value.replace(/[\r\n\0]+[ \t]*/g, ' ').trim()
  return fold(`${name}: ${isAscii(clean) ? clean : encodeWords(clean)}`)
}

const isAscii = (text: string): boolean => /^[\x20-\x7e\t]*$/.test(text)

/** Encoded words of at most 75 characters, none of which splits a character. */
function encodeWords(text: string): string {
  const words: string[] = []
  let part = ''
  for (const character of text) {
    if (Buffer.byteLength(part + character, 'utf8') > 42) {
      words.push(part)
      part = ''
    }
    part += character
  }
  return [...words, part].map((each) => `=?utf-8?B?${Buffer.from(each, 'utf8').toString('base64')}?=`).join(' ')
}

/** Folds at blanks, so that no line is longer than it must be. */
function fold(line: string): string {
  let result = ''
  let length = 0
  for (const word of line.split(/(?<=\S)(?= )/)) {
    if (length > 0 && length + word.length > 76 && result.includes(':')) {
      result += '\r\n'
      length = 0
    }
    result += word
    length += word.length
  }
  return result
}

/** `Thu, 19 Mar 2026 02:00:00 +0000`. */
function dateOf(text: string | undefined): string | undefined {
  const date = new Date(text ?? '')
  if (Number.isNaN(date.getTime())) return undefined
  const time = date.toISOString().slice(11, 19)
  return `${DAYS[date.getUTCDay()]}, ${date.getUTCDate()} ${MONTHS[date.getUTCMonth()]} ${date.getUTCFullYear()} ${time} +0000`
}

function addressesOf(recipients: unknown): string | undefined {
  const all = objectsOf(recipients)
    .map(addressOf)
    .filter((each) => each !== undefined)
  return all.length === 0 ? undefined : all.join(', ')
}

function addressOf(recipient: Json): string | undefined {
  const { name, address } = objectOf(recipient['emailAddress'])
  const mail = textOf(address)
  const who = textOf(name)
  if (mail === undefined) return who === undefined ? undefined : `${phrase(who)}:;`
  return who === undefined || who === mail ? mail : `${phrase(who)} <${mail}>`
}

const phrase = (name: string): string => (isAscii(name) ? `"${name.replace(/["\\]/g, '\\$&')}"` : encodeWords(name))

/** `Content-Disposition` with a name beyond ASCII as RFC 2231 has it. */
export function dispositionOf(kind: 'inline' | 'attachment', name: string | undefined): string {
  if (name === undefined) return `Content-Disposition: ${kind}`
  const clean = name.replace(/[\r\n\0]+/g, ' ')
  const parameter = isAscii(clean)
    ? `filename="${clean.replace(/["\\]/g, '\\$&')}"`
    : `filename*=utf-8''${encodeURIComponent(clean).replace(/['()*]/g, (each) => `%${each.charCodeAt(0).toString(16).toUpperCase()}`)}`
  return `Content-Disposition: ${kind};\r\n ${parameter}`
}

/** Base64 in lines of 76, from a stream. */
export async function* base64Lines(content: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let rest: Buffer = Buffer.alloc(0)
  for await (const chunk of content) {
    const all = Buffer.concat([rest, chunk])
    const whole = all.length - (all.length % 57)
    rest = all.subarray(whole)
    if (whole > 0) yield Buffer.from(all.subarray(0, whole).toString('base64').replace(/.{76}/g, '$&\r\n'), 'latin1')
  }
  if (rest.length > 0) yield Buffer.from(`${rest.toString('base64')}\r\n`, 'latin1')
}
