const CR = 13
const LF = 10

/** Bytes looked through at once. */
const STEP = 65_536

/**
 * How many CRs have to be put before bare LFs. `before`: the byte that came before the first one. Looked for in a string: a search in a buffer costs
 * three times as much to begin, and lines are short.
 */
function missing(bytes: Uint8Array, before: number): number {
  const whole = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let count = 0
  for (let from = 0; from < whole.length; from += STEP) {
    const text = whole.toString('latin1', from, from + STEP)
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) {
      if ((at > 0 ? text.charCodeAt(at - 1) : from > 0 ? whole[from - 1] : before) !== CR) count += 1
    }
  }
  return count
}

function insert(bytes: Uint8Array, before: number, count: number): Uint8Array {
  const out = new Uint8Array(bytes.length + count)
  let from = 0
  let to = 0
  for (let at = bytes.indexOf(LF); at >= 0; at = bytes.indexOf(LF, at + 1)) {
    if ((at === 0 ? before : bytes[at - 1]) === CR) continue
    out.set(bytes.subarray(from, at), to)
    to += at - from
    out[to++] = CR
    from = at
  }
  out.set(bytes.subarray(from), to)
  return out
}

/**
 * The same bytes with every bare LF made CRLF; a bare CR, NUL and everything else stay. Returns its argument where there is nothing
 * to do. Cyrus 3.6 refuses bare LF ("Message contains bare newlines") and Dovecot 2.3 counts other bytes than it was sent; both keep a
 * bare CR as it is.
 */
export function bytesToCrlf(bytes: Uint8Array): Uint8Array {
  const count = missing(bytes, 0)
  return count === 0 ? bytes : insert(bytes, 0, count)
}

/** `bytesToCrlf` over a stream: the line end may be split between two chunks. */
export async function* toCrlf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let before = 0
  for await (const chunk of chunks) {
    if (chunk.length === 0) continue
    const count = missing(chunk, before)
    yield count === 0 ? chunk : insert(chunk, before, count)
    before = chunk[chunk.length - 1] ?? before
  }
}
