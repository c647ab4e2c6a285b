import type { InternetMessageHeader, ItemBody } from '@microsoft/microsoft-graph-types'
import { type MailBody, writeBody } from '../../mail/body.ts'
import { type Leaf, type MimeRoot, readParts } from '../../mail/read-mime.ts'
import { decodeWords } from '../../mail/read-words.ts'

const PREVIEW = 255
/** Characters in which a preview is looked for: a large text must not cost seconds. */
const LOOKED_AT = 50_000

export const partsOf = (body: MailBody): MimeRoot => readParts(Buffer.concat(writeBody(body)))

function decoded(leaf: Leaf): string {
  try {
    return new TextDecoder(leaf.charset).decode(leaf.content())
  } catch {
    return leaf.content().toString('latin1')
  }
}

/** The text that Outlook shows: HTML where there is some. */
export function textOf(body: MailBody): ItemBody {
  const texts = partsOf(body)
    .leaves()
    .filter((leaf) => !leaf.attached)
  const html = texts.find((leaf) => leaf.mediaType === 'text/html')
  if (html) return { contentType: 'html', content: decoded(html) }
  const plain = texts.find((leaf) => leaf.mediaType === 'text/plain')
  return { contentType: 'text', content: plain ? decoded(plain) : '' }
}

export function previewOf(body: MailBody): string {
  const text = (textOf(body).content ?? '').slice(0, LOOKED_AT)
  return text
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, PREVIEW)
}

export const headersOf = (body: MailBody): InternetMessageHeader[] =>
  partsOf(body).headers.map(([name, value]) => ({ name, value: decodeWords(value) }))
