import type { Call } from '@offramp/core'
import ICAL from 'ical.js'
import { exchangeLines } from './content-lines.ts'
import type { FileSpace } from './file-space.ts'

export const LEFT_OUT =
  'An attachment was left out: the event is larger with it than the server takes, and the account has no file space that is known.'
export const IN_FILES =
  "An attachment stands in the account's files and is linked from the event, because the event is larger with it than the server takes."

interface Inline {
  readonly name: string
  readonly mediaType: string
  readonly bytes: Buffer
  /** Its line in the calendar. */
  readonly text: string
}

const first = (value: unknown): string | undefined => {
  const one: unknown = Array.isArray(value) ? value[0] : value
  return typeof one === 'string' ? one : undefined
}

/** Undefined for one that is an address. Only the line is read: ical.js takes seconds for a whole event of ten megabytes. */
function inlineOf(line: string): Inline | undefined {
  const [, parameters, , value]: readonly unknown[] = ICAL.parse.property(line)
  const given = typeof parameters === 'object' && parameters !== null ? new Map(Object.entries(parameters)) : new Map<string, unknown>()
  if (first(given.get('encoding'))?.toUpperCase() !== 'BASE64' || typeof value !== 'string') return undefined
  return {
    name: first(given.get('filename')) ?? first(given.get('x-filename')) ?? 'attachment',
    mediaType: first(given.get('fmttype')) ?? 'application/octet-stream',
    bytes: Buffer.from(value, 'base64'),
    text: line,
  }
}

function inlines(bytes: Uint8Array): readonly Inline[] {
  const found = new Map<string, Inline>()
  exchangeLines(bytes, 'ATTACH', (line) => {
    const inline = inlineOf(line)
    if (inline !== undefined) found.set(line, inline)
    return line
  })
  return [...found.values()].sort((a, b) => b.bytes.length - a.bytes.length)
}

export interface Fitted {
  readonly bytes: Uint8Array
  readonly losses: readonly string[]
}

/** Takes attachments out of an event, the largest first, until it fits: into files with a link where there are any, else as a loss. */
export async function fitAttachments(bytes: Uint8Array, most: number, files: FileSpace | undefined, call: Call): Promise<Fitted> {
  let fitted = bytes
  const losses = new Set<string>()
  for (const inline of bytes.length > most ? inlines(bytes) : []) {
    if (fitted.length <= most) break
    const link = await files?.keep(inline, call)
    losses.add(link === undefined ? LEFT_OUT : IN_FILES)
    fitted = exchangeLines(fitted, 'ATTACH', (line) => {
      if (line !== inline.text) return line
      return link === undefined ? undefined : linked(inline, link)
    })
  }
  return { bytes: fitted, losses: [...losses] }
}

export interface Link {
  readonly url: string
  /** Path inside the account's files, as Nextcloud's calendar shows it. */
  readonly path: string
  readonly fileId?: string
}

function linked({ name, mediaType }: Inline, { url, path, fileId }: Link): string {
  const property = new ICAL.Property('attach')
  property.resetType('uri')
  property.setValue(url)
  property.setParameter('fmttype', mediaType)
  property.setParameter('filename', fileId === undefined ? name : path)
  if (fileId !== undefined) property.setParameter('x-nc-file-id', fileId)
  return property.toICALString().replaceAll(/\r?\n[ \t]/g, '')
}
