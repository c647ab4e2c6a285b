/** A part that is not a multipart. */
export interface Leaf {
  readonly contentType: string
  readonly mediaType: string
  readonly charset: string
  readonly name: string | undefined
  readonly contentId: string | undefined
  /** Shown as an attachment rather than as the message's text. */
  readonly attached: boolean
  readonly inline: boolean
  /** Without its transfer encoding. */
  content(): Buffer
}

export interface MimeRoot {
  /** Unfolded, in order; values as Latin-1 so that no byte is lost. */
  readonly headers: readonly (readonly [string, string])[]
  leaves(): readonly Leaf[]
}

const DEEPEST = 40

/** A tolerant reader, only as good as an emulator's JSON view needs it; the bytes themselves are handed out untouched. */
export function readParts(bytes: Buffer): MimeRoot {
  const { headers, bodyAt } = readHeaders(bytes)
  return { headers, leaves: () => collect(headers, bytes.subarray(bodyAt), 0) }
}

function readHeaders(bytes: Buffer): { readonly headers: (readonly [string, string])[]; readonly bodyAt: number } {
  // A part may begin with the blank line: it has no header.
  if (bytes[0] === 0x0a) return { headers: [], bodyAt: 1 }
  if (bytes[0] === 0x0d && bytes[1] === 0x0a) return { headers: [], bodyAt: 2 }
  const crlf = bytes.indexOf('\r\n\r\n')
  const lf = (crlf < 0 ? bytes : bytes.subarray(0, crlf)).indexOf('\n\n')
  const useLf = lf >= 0
  const end = useLf ? lf : crlf < 0 ? bytes.length : crlf
  const headers: (readonly [string, string])[] = []
  for (const line of bytes
    .toString('latin1', 0, end)
    .replace(/\r?\n[ \t]+/g, ' ')
    .split(/\r?\n/)) {
    const colon = line.indexOf(':')
    if (colon > 0) headers.push([line.slice(0, colon).trim(), line.slice(colon + 1).trim()])
  }
  return { headers, bodyAt: Math.min(bytes.length, end + (useLf ? 2 : 4)) }
}

const parameter = (value: string, name: string): string | undefined => {
  const match = new RegExp(`[;\\s]${name}\\*?=(?:"([^"]*)"|([^;\\s]*))`, 'i').exec(value)
  const raw = match?.[1] ?? match?.[2]
  if (raw === undefined) return undefined
  const extended = /^([\w-]+)'[^']*'(.*)$/.exec(raw)
  if (!extended) return raw
  try {
    return decodeURIComponent(extended[2] ?? '')
  } catch {
    return raw
  }
}

function collect(headers: readonly (readonly [string, string])[], body: Buffer, depth: number): readonly Leaf[] {
  const first = (name: string) => headers.find(([key]) => key.toLowerCase() === name)?.[1]
  const contentType = first('content-type') ?? 'text/plain'
  const mediaType = contentType.split(';')[0]?.trim().toLowerCase() ?? 'text/plain'
  const boundary = parameter(contentType, 'boundary')
  if (mediaType.startsWith('multipart/') && boundary !== undefined && depth < DEEPEST) {
    return split(body, boundary).flatMap((piece) => {
      const inner = readHeaders(piece)
      return collect(inner.headers, piece.subarray(inner.bodyAt), depth + 1)
    })
  }
  const disposition = first('content-disposition') ?? ''
  const name = parameter(disposition, 'filename') ?? parameter(contentType, 'name')
  const text = mediaType === 'text/plain' || mediaType === 'text/html' || mediaType === 'text/calendar'
  return [
    {
      contentType,
      mediaType,
      charset: parameter(contentType, 'charset') ?? 'utf-8',
      name,
      contentId: first('content-id')?.replace(/^<|>$/g, ''),
      attached: /^attachment/i.test(disposition) || name !== undefined || !text,
      inline: /^inline/i.test(disposition),
      content: () => decodeTransfer(body, first('content-transfer-encoding') ?? '7bit'),
    },
  ]
}

function split(body: Buffer, boundary: string): readonly Buffer[] {
  const pieces: Buffer[] = []
  const mark = Buffer.from(`--${boundary}`)
  let at = body.indexOf(mark)
  while (at >= 0) {
    const start = body.indexOf('\n', at)
    const next = body.indexOf(mark, at + mark.length)
    if (start < 0 || body.toString('latin1', at + mark.length, at + mark.length + 2) === '--') break
    const end = next < 0 ? body.length : body[next - 2] === 0x0d ? next - 2 : next - 1
    pieces.push(body.subarray(start + 1, Math.max(start + 1, end)))
    at = next
  }
  return pieces
}

function decodeTransfer(body: Buffer, encoding: string): Buffer {
  switch (encoding.trim().toLowerCase()) {
    case 'base64':
      return Buffer.from(body.toString('latin1'), 'base64')
    case 'quoted-printable':
      return Buffer.from(
        body
          .toString('latin1')
          .replace(/[ \t]*=\r?\n/g, '')
          .replace(/=([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
        'latin1',
      )
    default:
      return body
  }
}
