import { createHash } from 'node:crypto'
import { DavError } from '../serve/errors.ts'

/** One file of a bulk upload. */
export interface Part {
  readonly headers: Readonly<Record<string, string>>
  readonly bytes: Buffer
}

/** The boundary that a `Content-Type` names: nothing but `multipart/related; boundary=...` is taken. */
export function boundaryIn(type: string | undefined): string {
  const [mime = '', parameter] = (type ?? '').split(';')
  if (parameter === undefined) throw new DavError(400, 'Error while parsing boundary in Content-Type header.')
  const [key = '', value = ''] = parameter.split('=')
  if (mime.trim() !== 'multipart/related') throw new DavError(400, 'Content-Type must be multipart/related')
  if (key.trim() !== 'boundary') throw new DavError(400, 'Boundary is invalid')
  return value.trim().replace(/^"(.*)"$/, '$1')
}

/**
 * Reads parts one by one. Ends with `failed` at the first that is malformed, has no MD5 or a wrong one; whether an empty one is taken depends
 * on the version (facts 4.2).
 */
export function* partsOf(body: Buffer, boundary: string, takesEmpty: boolean): Generator<Part | 'failed'> {
  const [next, last] = [Buffer.from(`--${boundary}\r\n`), Buffer.from(`--${boundary}--\r\n`)]
  let at = 0
  while (!body.subarray(at, at + last.length).equals(last)) {
    const read = body.subarray(at, at + next.length).equals(next) ? readPart(body, at + next.length, takesEmpty) : undefined
    if (!read) {
      yield 'failed'
      return
    }
    at = read.end
    yield read.part
  }
}

function readPart(body: Buffer, start: number, takesEmpty: boolean): { readonly part: Part; readonly end: number } | undefined {
  const headers: Record<string, string> = {}
  let at = start
  for (;;) {
    const end = body.indexOf('\r\n', at)
    if (end < 0) return undefined
    const line = body.toString('utf8', at, end)
    at = end + 2
    if (line === '') break
    const colon = line.indexOf(':')
    if (colon < 0) return undefined
    headers[line.slice(0, colon).trim().toLowerCase()] = line.slice(colon + 1).trim()
  }
  const length = Number.parseInt(headers['content-length'] ?? '', 10)
  if (!(length >= 0) || (length === 0 && !takesEmpty) || at + length > body.length) return undefined
  const bytes = Buffer.from(body.subarray(at, at + length))
  if (headers['x-file-md5'] !== createHash('md5').update(bytes).digest('hex')) return undefined
  return { part: { headers, bytes }, end: at + length + 2 }
}
