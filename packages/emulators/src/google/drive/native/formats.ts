import { randomFrom } from '../../../generate/random.ts'
import type { DriveFile } from '../file.ts'
import { odp, ods, odt, type Writes } from './odf.ts'
import { docx, pptx, xlsx } from './ooxml.ts'
import { mp4, pdf, script, svg } from './plain.ts'

interface Format {
  readonly writes: Writes
  /** `exportFormat` in an address. */
  readonly ending: string
  /** An archive, which can be filled up. */
  readonly archive?: true
}

const OPEN = 'application/vnd.oasis.opendocument'
const OFFICE = 'application/vnd.openxmlformats-officedocument'

const PDF: Readonly<Record<string, Format>> = { 'application/pdf': { writes: pdf, ending: 'pdf' } }

/** By type of document, then by the type that is asked for (facts 8.4). */
const FORMATS: Readonly<Record<string, Readonly<Record<string, Format>>>> = {
  document: {
    [`${OPEN}.text`]: { writes: odt, ending: 'odt', archive: true },
    [`${OFFICE}.wordprocessingml.document`]: { writes: docx, ending: 'docx', archive: true },
    'text/plain': { writes: (text) => Buffer.from(text), ending: 'txt' },
    ...PDF,
  },
  spreadsheet: {
    // The type with `x-` is the one that Google has for it.
    'application/x-vnd.oasis.opendocument.spreadsheet': { writes: ods, ending: 'ods', archive: true },
    [`${OFFICE}.spreadsheetml.sheet`]: { writes: xlsx, ending: 'xlsx', archive: true },
    'text/csv': { writes: (text) => Buffer.from(text), ending: 'csv' },
    ...PDF,
  },
  presentation: {
    [`${OPEN}.presentation`]: { writes: odp, ending: 'odp', archive: true },
    [`${OFFICE}.presentationml.presentation`]: { writes: pptx, ending: 'pptx', archive: true },
    'text/plain': { writes: (text) => Buffer.from(text), ending: 'txt' },
    ...PDF,
  },
  drawing: { 'image/svg+xml': { writes: svg, ending: 'svg' }, ...PDF },
  script: { 'application/vnd.google-apps.script+json': { writes: (text) => script(text), ending: 'json' } },
  jam: PDF,
}

/** What only `files.download` gives. */
const DOWNLOADS: Readonly<Record<string, Readonly<Record<string, Format>>>> = {
  ...FORMATS,
  vid: { 'video/mp4': { writes: mp4, ending: 'mp4' } },
  form: { 'application/zip': { writes: odt, ending: 'zip', archive: true } },
  site: { 'text/raw': { writes: (text) => Buffer.from(text), ending: 'txt' } },
}

const PREFIX = 'application/vnd.google-apps.'
const typeOf = ({ mimeType }: Pick<DriveFile, 'mimeType'>): string => mimeType.slice(PREFIX.length)

/** As `about.get` tells it. */
export const exportFormats = (): Readonly<Record<string, readonly string[]>> =>
  Object.fromEntries(Object.entries(FORMATS).map(([type, formats]) => [`${PREFIX}${type}`, Object.keys(formats)]))

export const exportsOf = (file: DriveFile): readonly (readonly [mimeType: string, ending: string])[] =>
  Object.entries(FORMATS[typeOf(file)] ?? {}).map(([mimeType, { ending }]) => [mimeType, ending])

export const canExport = (file: DriveFile, mimeType: string): boolean => FORMATS[typeOf(file)]?.[mimeType] !== undefined

export const canDownload = (file: DriveFile, mimeType: string): boolean => DOWNLOADS[typeOf(file)]?.[mimeType] !== undefined

/** Bytes to which a document is padded at once. */
const FILL = 2 ** 20

/** A document in another format. The same document gives other bytes each time. */
export function exported(file: DriveFile, mimeType: string, times: number): Buffer {
  const format = DOWNLOADS[typeOf(file)]?.[mimeType]
  if (format === undefined) throw new Error(`There is no ${mimeType} of ${file.mimeType}.`)
  const missing = file.exportBytes ?? 0
  const filling =
    missing === 0 || !format.archive
      ? []
      : Array.from({ length: Math.ceil(missing / FILL) }, (_, at) => [`Pictures/${at}.bin`, noise()] as const)
  return format.writes(file.text, times, filling)
}

let filling: Buffer | undefined

/** What nothing can make smaller. */
function noise(): Buffer {
  filling ??= randomFrom('drive', 'filling').bytes(FILL)
  return filling
}
