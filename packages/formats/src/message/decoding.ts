/** Quoted-printable to bytes; what is no escape stays as it is, so that no two different inputs are forced to agree. */
export function decodeQuotedPrintable(bytes: Uint8Array): Uint8Array {
  const out = new Uint8Array(bytes.length)
  let to = 0
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at] ?? 0
    if (byte !== 61) {
      out[to++] = byte
      continue
    }
    const soft = softBreak(bytes, at + 1)
    if (soft > 0) {
      at += soft
      continue
    }
    const high = hex(bytes[at + 1])
    const low = hex(bytes[at + 2])
    if (high < 0 || low < 0) out[to++] = byte
    else {
      out[to++] = high * 16 + low
      at += 2
    }
  }
  return out.subarray(0, to)
}

/** Length of `[ \t]* CRLF` or of the rest, when it is only blank. */
function softBreak(bytes: Uint8Array, from: number): number {
  let at = from
  while (bytes[at] === 32 || bytes[at] === 9) at += 1
  if (bytes[at] === 13 && bytes[at + 1] === 10) return at + 2 - from
  if (bytes[at] === 10) return at + 1 - from
  return 0
}

function hex(byte: number | undefined): number {
  if (byte === undefined) return -1
  if (byte >= 48 && byte <= 57) return byte - 48
  const letter = byte | 32
  return letter >= 97 && letter <= 102 ? letter - 87 : -1
}

/** A leaf's content as its transfer encoding means it. An encoding that is not known leaves the bytes as they are. */
export function decodeTransfer(bytes: Uint8Array, encoding: string): Uint8Array {
  if (encoding === 'quoted-printable') return decodeQuotedPrintable(bytes)
  if (encoding === 'base64') return Buffer.from(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1'), 'base64')
  return bytes
}

const WORD = /=\?([^?\s]{1,80})\?([bq])\?([^?]*)\?=/gi

function decodeWord(charset: string, kind: string, text: string): string | undefined {
  const bytes =
    kind.toLowerCase() === 'b' ? Buffer.from(text, 'base64') : decodeQuotedPrintable(Buffer.from(text.replaceAll('_', ' '), 'latin1'))
  try {
    return new TextDecoder(charset.replace(/\*.*$/, '')).decode(bytes)
  } catch {
    return undefined
  }
}

/** RFC 2047 encoded words as text; blanks between two of them vanish, as the RFC wants. Unknown charsets stay encoded. */
export function decodeWords(text: string): string {
  if (!text.includes('=?')) return text
  return text.replace(/\?=[ \t\r\n]{1,1000}(?==\?)/g, '?=').replace(WORD, (whole, charset: string, kind: string, encoded: string) => {
    return decodeWord(charset, kind, encoded) ?? whole
  })
}
