/** Cannot occur in quoted-printable, where `=` is followed by two hexadecimal digits or a line's end (RFC 2045, 6.7). */
const BOUNDARY = '=_offramp'
const LINE = 76

const isPlain = (byte: number): boolean => (byte >= 0x21 && byte <= 0x7e && byte !== 0x3d) || byte === 0x20 || byte === 0x09

const hex = (byte: number): string => `=${byte.toString(16).toUpperCase().padStart(2, '0')}`

function quotedLine(line: string): string {
  const bytes = new TextEncoder().encode(line)
  const rows: string[] = []
  let row = ''
  bytes.forEach((byte, at) => {
    const atEnd = at === bytes.length - 1 && (byte === 0x20 || byte === 0x09)
    const piece = isPlain(byte) && !atEnd ? String.fromCharCode(byte) : hex(byte)
    if (row.length + piece.length > LINE - 1) {
      rows.push(`${row}=`)
      row = ''
    }
    row += piece
  })
  return [...rows, row].join('\n')
}

const quotedPrintable = (text: string): string =>
  text
    .toWellFormed()
    .replaceAll('\0', '')
    .split(/\r\n|\r|\n/)
    .map(quotedLine)
    .join('\n')

const part = (type: string, text: string): string =>
  [`--${BOUNDARY}`, `Content-Type: ${type}; charset=utf-8`, 'Content-Transfer-Encoding: quoted-printable', '', quotedPrintable(text)].join(
    '\n',
  )

/** A MIME entity as `vacation :mime` wants it (RFC 5230, 4.5): plain text for those who read that, HTML for the others. ASCII alone. */
export const mimeReply = (text: string, html: string): string =>
  [
    `Content-Type: multipart/alternative; boundary="${BOUNDARY}"`,
    '',
    part('text/plain', text),
    part('text/html', html),
    `--${BOUNDARY}--`,
  ].join('\n')
