import type { Call } from '@offramp/core'
import ICAL from 'ical.js'
import { editParts } from './edit-calendar.ts'
import type { FileSpace } from './file-space.ts'

export const LEFT_OUT =
  'An attachment was left out: the event is larger with it than the server takes, and the account has no file space that is known.'
export const IN_FILES =
  "An attachment stands in the account's files and is linked from the event, because the event is larger with it than the server takes."

interface Inline {
  readonly name: string
  readonly mediaType: string
  readonly bytes: Buffer
  /** Its text in the calendar, by which the same is found again. */
  readonly text: string
}

const textOf = (property: ICAL.Property): string | undefined => {
  if (property.getParameter('encoding') !== 'BASE64' && property.getParameter('value') !== 'BINARY') return undefined
  const value: unknown = property.getFirstValue()
  if (typeof value === 'string') return value
  return value instanceof ICAL.Binary ? value.value : undefined
}

const first = (value: string | string[] | undefined): string | undefined => (Array.isArray(value) ? value[0] : value)

function inlineOf(property: ICAL.Property): Inline | undefined {
  const text = textOf(property)
  if (text === undefined) return undefined
  const name = first(property.getParameter('filename')) ?? first(property.getParameter('x-filename')) ?? 'attachment'
  const mediaType = first(property.getParameter('fmttype')) ?? 'application/octet-stream'
  return { name, mediaType, bytes: Buffer.from(text, 'base64'), text }
}

function inlines(bytes: Uint8Array): readonly Inline[] {
  const found = new Map<string, Inline>()
  editParts(bytes, (part) => {
    for (const property of part.getAllProperties('attach')) {
      const inline = inlineOf(property)
      if (inline !== undefined) found.set(inline.text, inline)
    }
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
    fitted = editParts(fitted, (part) => {
      for (const property of part.getAllProperties('attach')) {
        if (textOf(property) !== inline.text) continue
        part.removeProperty(property)
        if (link !== undefined) part.addProperty(linked(inline, link))
      }
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

function linked({ name, mediaType }: Inline, { url, path, fileId }: Link): ICAL.Property {
  const property = new ICAL.Property('attach')
  property.resetType('uri')
  property.setValue(url)
  property.setParameter('fmttype', mediaType)
  property.setParameter('filename', fileId === undefined ? name : path)
  if (fileId !== undefined) property.setParameter('x-nc-file-id', fileId)
  return property
}
