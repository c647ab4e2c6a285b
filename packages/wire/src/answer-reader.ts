/** What a reader has found. */
interface Found {
  /** Names in lower case. Once, for the answer that is none in between. */
  head(status: number, headers: Readonly<Record<string, string>>): void
  body(part: Buffer): void
  end(): void
}

export interface AnswerReader {
  /** Bytes as they come off the connection. Throws where they are no HTTP/1.1 answer. */
  take(bytes: Buffer): void
  /** Nothing more comes. Throws where the answer is not whole. */
  close(): void
}

/** Bytes of a head, and of what stands around a chunk: as many as Node's own parser takes. */
const MOST_HEAD = 16_384

const bad = (what: string): Error => Object.assign(new Error(`The answer is not HTTP: ${what}.`), { code: 'HPE_INVALID' })

const cut = (): Error => Object.assign(new Error('The connection was closed in the middle.'), { code: 'ERR_STREAM_PREMATURE_CLOSE' })

/** Reads one answer to a GET (RFC 9112). Bodies are handed on as they lie, without a copy. */
export function answerReader(found: Found): AnswerReader {
  let step: (bytes: Buffer) => Buffer = inHead
  let held: Buffer = Buffer.alloc(0)
  let left = 0
  let isChunked = false
  let isOver = false
  let endsWithConnection = false

  /** Up to the end mark, which is taken away; undefined where it has not come yet. */
  function upTo(mark: string, bytes: Buffer): { readonly text: string; readonly rest: Buffer } | undefined {
    const all = held.length === 0 ? bytes : Buffer.concat([held, bytes])
    const at = all.indexOf(mark)
    if ((at < 0 ? all.length : at) > MOST_HEAD) throw bad('its head is too long')
    held = at < 0 ? all : Buffer.alloc(0)
    return at < 0 ? undefined : { text: all.toString('latin1', 0, at), rest: all.subarray(at + mark.length) }
  }

  function over(): void {
    isOver = true
    found.end()
  }

  function inHead(bytes: Buffer): Buffer {
    const got = upTo('\r\n\r\n', bytes)
    if (got === undefined) return NOTHING
    const { status, headers } = readHead(got.text)
    // "Continue", and hints: the answer itself is still to come.
    if (status < 200) return got.rest
    frame(status, headers)
    found.head(status, headers)
    if (left === 0 && !isChunked && !endsWithConnection) over()
    return got.rest
  }

  function frame(status: number, headers: Readonly<Record<string, string>>): void {
    const [encoding, length] = [headers['transfer-encoding'], headers['content-length']]
    step = inBody
    if (status === 204 || status === 304) return
    if (encoding !== undefined) {
      if (encoding.toLowerCase() !== 'chunked' || length !== undefined) throw bad('it does not say how long it is')
      isChunked = true
      step = beforeChunk
    } else if (length === undefined) endsWithConnection = true
    else if (/^\d{1,15}$/.test(length)) left = Number(length)
    else throw bad('its length is no number')
  }

  function inBody(bytes: Buffer): Buffer {
    // The very bytes where they are all of the body: they may have been lent.
    const part = endsWithConnection || bytes.length <= left ? bytes : bytes.subarray(0, left)
    left -= endsWithConnection ? 0 : part.length
    if (part.length > 0) found.body(part)
    if (left === 0 && !endsWithConnection) {
      if (isChunked) step = afterChunk
      else over()
    }
    return bytes.subarray(part.length)
  }

  function beforeChunk(bytes: Buffer): Buffer {
    const got = upTo('\r\n', bytes)
    if (got === undefined) return NOTHING
    const size = /^([0-9a-f]{1,12})[\t ]*(;|$)/i.exec(got.text)?.[1]
    if (size === undefined) throw bad('a chunk of it has no size')
    left = Number.parseInt(size, 16)
    step = left === 0 ? inTrailer : inBody
    return got.rest
  }

  function afterChunk(bytes: Buffer): Buffer {
    const got = upTo('\r\n', bytes)
    if (got === undefined) return NOTHING
    if (got.text !== '') throw bad('a chunk of it is longer than it says')
    step = beforeChunk
    return got.rest
  }

  function inTrailer(bytes: Buffer): Buffer {
    const got = upTo('\r\n', bytes)
    if (got?.text === '') over()
    return got?.rest ?? NOTHING
  }

  return {
    take(bytes) {
      for (let rest = bytes; rest.length > 0 && !isOver; ) rest = step(rest)
    },
    close() {
      if (isOver) return
      if (!endsWithConnection) throw cut()
      over()
    },
  }
}

const NOTHING: Buffer = Buffer.alloc(0)

function readHead(text: string): { readonly status: number; readonly headers: Record<string, string> } {
  const [first = '', ...lines] = text.split('\r\n')
  const status = /^HTTP\/1\.[01] ([1-9]\d\d)(?: |$)/.exec(first)?.[1]
  if (status === undefined || status === '101') throw bad('it does not begin like one')
  const headers: Record<string, string> = {}
  for (const line of lines) {
    const [, name, value = ''] = /^([!#$%&'*+.^_`|~0-9a-z-]+):[\t ]*(.*?)[\t ]*$/i.exec(line) ?? []
    if (name === undefined || /[\r\n\0]/.test(value)) throw bad('a line of its head has no name')
    const key = name.toLowerCase()
    const before = headers[key]
    if (key === 'content-length' && before !== undefined && before !== value) throw bad('it has two lengths')
    headers[key] = before === undefined || before === value ? value : `${before}, ${value}`
  }
  return { status: Number(status), headers }
}
