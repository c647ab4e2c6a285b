import { expect, test } from 'vitest'
import { answerReader } from './answer-reader.ts'

interface Seen {
  status?: number
  headers?: Readonly<Record<string, string>>
  body: string
  ends: number
}

/** In pieces of this size, with the connection's end behind them if `closed`. */
function read(text: string, { size = text.length, closed = true } = {}): Seen {
  const seen: Seen = { body: '', ends: 0 }
  const reader = answerReader({
    head: (status, headers) => Object.assign(seen, { status, headers }),
    body: (part) => {
      seen.body += part.toString('latin1')
    },
    end: () => {
      seen.ends += 1
    },
  })
  const bytes = Buffer.from(text, 'latin1')
  for (let at = 0; at < bytes.length; at += size) reader.take(bytes.subarray(at, at + size))
  if (closed) reader.close()
  return seen
}

const CHUNKED = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n0A\r\n0123456789\r\n0\r\nTrailer: t\r\n\r\n'

const ANSWERS: readonly (readonly [string, string, Partial<Seen>])[] = [
  ['a length', 'HTTP/1.1 206 Partial Content\r\nContent-Length: 5\r\nETag:  "a b" \r\n\r\nabcde', { status: 206, body: 'abcde' }],
  ['no reason', 'HTTP/1.1 200\r\ncontent-length: 0\r\n\r\n', { status: 200, body: '' }],
  ['an answer in between', 'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n', { status: 201 }],
  ['chunks', CHUNKED, { status: 200, body: 'abc0123456789' }],
  ['the end of the connection', 'HTTP/1.0 200 OK\r\n\r\nwhatever comes', { status: 200, body: 'whatever comes' }],
  ['no body', 'HTTP/1.1 204 No Content\r\nX: y\r\n\r\n', { status: 204, body: '' }],
  ['a length said twice', 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nok', { body: 'ok' }],
]

test.each(ANSWERS)('%s', (_, text, expected) => {
  for (const size of [text.length, 1, 2, 3, 7]) expect(read(text, { size })).toMatchObject({ ends: 1, ...expected })
})

test('names are in lower case, several values of one are joined, and what surrounds a value is gone', () => {
  const text = 'HTTP/1.1 200 OK\r\nETag:\t"a b" \r\nSet-Cookie: a\r\nset-cookie: b\r\nContent-Length: 0\r\n\r\n'
  expect(read(text).headers).toEqual({ etag: '"a b"', 'set-cookie': 'a, b', 'content-length': '0' })
})

test('the end is told as soon as it is there, and what comes behind it is nothing', () => {
  expect(read('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 OK', { closed: false })).toMatchObject({ body: 'ok', ends: 1 })
})

test('a part that is wholly of the body is handed on as the very same', () => {
  const parts: Buffer[] = []
  const reader = answerReader({ head: () => undefined, body: (part) => void parts.push(part), end: () => undefined })
  const part = Buffer.alloc(10)
  reader.take(Buffer.from('HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n'))
  reader.take(part)
  expect(parts[0]).toBe(part)
})

test.each([
  ['before its head', ''],
  ['in its head', 'HTTP/1.1 200 OK\r\nContent-'],
  ['in its body', 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc'],
  ['in a chunk', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabc'],
  ['behind its chunks', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n'],
])('one that ends %s is not whole', (_, text) => {
  expect(() => read(text)).toThrow('closed in the middle')
})

test.each([
  ['another protocol', 'SSH-2.0-OpenSSH_9.2\r\n\r\n'],
  ['HTTP/2', 'HTTP/2 200 OK\r\n\r\n'],
  ['a switch to another', 'HTTP/1.1 101 Switching Protocols\r\n\r\n'],
  ['a line without a name', 'HTTP/1.1 200 OK\r\nnothing\r\n\r\n'],
  ['a folded line', 'HTTP/1.1 200 OK\r\nA: b\r\n c\r\n\r\n'],
  ['a space before the colon', 'HTTP/1.1 200 OK\r\nContent-Length : 3\r\n\r\nabc'],
  ['a bare carriage return', 'HTTP/1.1 200 OK\r\nA: b\rContent-Length: 3\r\n\r\nabc'],
  ['two lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd'],
  ['a length that is none', 'HTTP/1.1 200 OK\r\nContent-Length: 3e2\r\n\r\nabc'],
  ['a length beside chunks', 'HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'],
  ['another encoding', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n'],
  ['a chunk without a size', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n\r\n'],
  ['a chunk that is longer than it says', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n0\r\n\r\n'],
  ['a head without an end', `HTTP/1.1 200 OK\r\n${'A: b\r\n'.repeat(10_000)}`],
])('%s is refused', (_, text) => {
  for (const size of [text.length, 5]) expect(() => read(text, { size })).toThrow('not HTTP')
})
