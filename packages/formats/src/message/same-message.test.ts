import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { messagePrint, sameMessage } from './same-message.ts'

const bytes = (text: string): Buffer => Buffer.from(text, 'latin1')

interface Wish {
  readonly boundary: string
  readonly encoding: 'base64' | 'quoted-printable'
  readonly folded: boolean
}

const quotedPrintable = (content: Buffer): string => {
  const escaped = [...content].map((byte) => `=${byte.toString(16).toUpperCase().padStart(2, '0')}`)
  const lines: string[] = []
  for (let at = 0; at < escaped.length; at += 24) lines.push(escaped.slice(at, at + 24).join(''))
  return lines.join('=\r\n')
}

const encoded = (content: Buffer, encoding: Wish['encoding']): string =>
  encoding === 'base64' ? content.toString('base64').replace(/(.{76})/g, '$1\r\n') : quotedPrintable(content)

/** The same message as a server might write it on two occasions. */
const written = (parts: readonly Uint8Array[], wish: Wish): Buffer =>
  bytes(
    [
      'Message-ID: <one@example.test>',
      wish.folded
        ? 'Subject: =?utf-8?Q?Gr=C3=BC=C3=9Fe?=\r\n =?utf-8?B?IGF1cyBLw7Zsbg==?='
        : 'Subject: =?iso-8859-1?Q?Gr=FC=DFe_aus_K=F6ln?=',
      wish.folded ? 'From: "Anna Example"\r\n <anna@example.test>' : 'From: Anna Example <anna@example.test>',
      'Date: Tue, 17 Nov 2026 10:00:00 +0100',
      'MIME-Version: 1.0',
      `Content-Type: multipart/mixed;${wish.folded ? '\r\n\t' : ' '}boundary="${wish.boundary}"`,
      '',
      ...parts.flatMap((part) => [
        `--${wish.boundary}`,
        'Content-Type: application/octet-stream',
        `Content-Transfer-Encoding: ${wish.encoding}`,
        '',
        encoded(Buffer.from(part), wish.encoding),
      ]),
      `--${wish.boundary}--`,
      '',
    ].join('\r\n'),
  )

const wish: fc.Arbitrary<Wish> = fc.record({
  boundary: fc.string({ unit: fc.constantFrom('a', 'b', '_', '=', '-', '1'), minLength: 8, maxLength: 20 }).map((text) => `B${text}E`),
  encoding: fc.constantFrom('base64', 'quoted-printable'),
  folded: fc.boolean(),
})
const content = fc.array(fc.uint8Array({ minLength: 1, maxLength: 200 }), { minLength: 1, maxLength: 4 })

test('boundaries, folding and transfer encodings do not make another message', () => {
  fc.assert(fc.property(content, wish, wish, (parts, one, other) => sameMessage(written(parts, one), written(parts, other))))
})

test('one changed byte in any part makes another message, however both are written', () => {
  fc.assert(
    fc.property(content, wish, wish, fc.nat(), fc.nat(), fc.integer({ min: 1, max: 255 }), (parts, one, other, part, at, delta) => {
      const changed = parts.map((bytesOf, index) => {
        if (index !== part % parts.length) return bytesOf
        const copy = Uint8Array.from(bytesOf)
        copy[at % copy.length] = ((copy[at % copy.length] ?? 0) + delta) % 256
        return copy
      })
      return !sameMessage(written(parts, one), written(changed, other))
    }),
  )
})

test('parts in another order, or one part fewer, make another message', () => {
  const one: Wish = { boundary: 'BxE', encoding: 'base64', folded: false }
  const [a, b] = [bytes('a'), bytes('b')]
  expect(sameMessage(written([a, b], one), written([b, a], one))).toBe(false)
  expect(sameMessage(written([a, b], one), written([a], one))).toBe(false)
})

const simple = (header: string, body: string): Buffer => bytes(`${header}\r\n\r\n${body}`)

describe('two messages with one header', () => {
  const header = 'Message-ID: <quota@example.test>\r\nFrom: a@example.test\r\nSubject: Quota warning'
  test('differ when one byte of their text does', () => {
    expect(sameMessage(simple(header, 'You have 10 MB left.\r\n'), simple(header, 'You have 11 MB left.\r\n'))).toBe(false)
  })
  test('are the same when only the trace differs', () => {
    expect(sameMessage(simple(header, 'x\r\n'), simple(`Received: by b\r\nX-Spam: no\r\n${header}`, 'x\r\n'))).toBe(true)
  })
  test('are the same when only the line ends differ', () => {
    expect(sameMessage(simple(header, 'x\r\ny\r\n'), bytes(`${header}\n\nx\ny\n`.replaceAll('\r', '')))).toBe(true)
  })
  test.each(['Subject', 'From', 'Message-ID'])('differ when %s does', (name) => {
    const other = header.replace(new RegExp(`${name}: .`), (text) => `${text}z`)
    expect(sameMessage(simple(header, 'x'), simple(other, 'x'))).toBe(false)
  })
})

test('a message without a header differs from another by one byte', () => {
  expect(sameMessage(bytes('Hello world, no header'), bytes('Hello world, no header'))).toBe(true)
  expect(sameMessage(bytes('Hello world, no header'), bytes('Hello xorld, no header'))).toBe(false)
})

const withNames = (parameters: string): Buffer =>
  simple(`Subject: x\r\nContent-Type: application/pdf\r\nContent-Disposition: attachment; ${parameters}`, 'x')

test('an attachment of another name makes another message; another way of writing the name does not', () => {
  const names = [
    'filename="caf\xc3\xa9.pdf"',
    "filename*=utf-8''caf%C3%A9.pdf",
    'filename="=?utf-8?Q?caf=C3=A9.pdf?="',
    "filename*0*=utf-8''caf; filename*1*=%C3%A9.pdf",
  ]
  for (const name of names) expect(sameMessage(withNames(names[0] ?? ''), withNames(name)), name).toBe(true)
  expect(sameMessage(withNames('filename=a.pdf'), withNames('filename=b.pdf'))).toBe(false)
})

test('text outside of all parts counts, so that a body without a single boundary is not taken for empty', () => {
  const broken = (text: string) => simple('Content-Type: multipart/mixed; boundary=never', text)
  expect(sameMessage(broken('one'), broken('two'))).toBe(false)
  const closed = (text: string) => simple('Content-Type: multipart/mixed; boundary=b', `--b\r\n\r\nx\r\n--b--\r\n${text}`)
  expect(sameMessage(closed(''), closed('\r\n'))).toBe(true)
  expect(sameMessage(closed('one'), closed('two'))).toBe(false)
})

test('a message inside a message is compared, its subject and its text', () => {
  const outer = (subject: string, text: string) =>
    simple('Subject: fwd\r\nContent-Type: message/rfc822', `Subject: ${subject}\r\nContent-Type: text/plain\r\n\r\n${text}`)
  expect(sameMessage(outer('a', 'x'), outer('a', 'x '))).toBe(false)
  expect(sameMessage(outer('a', 'x'), outer('b', 'x'))).toBe(false)
})

const nested = (depth: number, text: string): Buffer => {
  const lines = ['Message-ID: <deep@example.test>']
  for (let level = 0; level < depth; level += 1) lines.push(`Content-Type: multipart/mixed; boundary="b${level}"`, '', `--b${level}`)
  lines.push('Content-Type: text/plain', '', text)
  for (let level = depth - 1; level >= 0; level -= 1) lines.push(`--b${level}--`)
  return bytes(`${lines.join('\r\n')}\r\n`)
}

const inTime = (work: () => void): number => {
  const started = performance.now()
  work()
  return performance.now() - started
}

describe('hostile input is read in bounded time', () => {
  test('500 levels deep: the innermost byte still counts', () => {
    expect(sameMessage(nested(500, 'x'), nested(500, 'x'))).toBe(true)
    expect(sameMessage(nested(500, 'x'), nested(500, 'y'))).toBe(false)
  })
  test.each([
    ['20,000 levels', nested(20_000, 'x')],
    ['messages in messages, 20,000 deep', bytes(`${'Content-Type: message/rfc822\r\n\r\n'.repeat(20_000)}x`)],
    ['10,000 header fields', bytes(`${'X-A: b\r\n'.repeat(10_000)}\r\nx`)],
    ['a line of 1 MB', simple('Subject: x', 'y'.repeat(1_000_000))],
    ['a subject of 1 MB of half words', simple(`Subject: ${'=?utf-8?q?'.repeat(100_000)}`, 'x')],
    ['a content type of 1 MB', simple(`Content-Type: multipart/mixed; ${'boundary="'.repeat(100_000)}`, 'x')],
    ['NUL and 8-bit everywhere', Buffer.from(Array.from({ length: 300_000 }, (_, index) => index % 256))],
    ['a megabyte of dashes', simple('Content-Type: multipart/mixed; boundary=b', '--\r\n'.repeat(250_000))],
  ])('%s', (_name, message) => {
    expect(inTime(() => messagePrint(message))).toBeLessThan(5_000)
  })
})

const corpus = fileURLToPath(new URL('../../../../../shared/corpus/mail', import.meta.url))
const here = existsSync(corpus)

describe.skipIf(!here)(here ? 'real messages' : `real messages: skipped, there is no ${corpus}`, () => {
  const files = here ? readdirSync(corpus).filter((name) => name.endsWith('.eml')) : []
  const messages = files.map((name) => readFileSync(`${corpus}/${name}`))

  test('each is the same as itself with other line ends and another trace', () => {
    for (const message of messages) {
      const header = /^(?:[!-9;-~]+ *:|From )/.test(message.toString('latin1', 0, 200))
      const traced =
        header && !message.toString('latin1', 0, 5).startsWith('From ') ? Buffer.concat([bytes('X-Trace: 1\n'), message]) : message
      expect(sameMessage(message, traced)).toBe(true)
    }
  })

  /** What is left of a message without its header, its boundaries and the header fields of its parts. */
  const text = (message: Buffer): string =>
    message
      .toString('latin1')
      .replaceAll('\r\n', '\n')
      .replace(/^[\s\S]*?\n\n/, '')
      .replace(/^(--.*|content-[a-z-]+:.*|mime-version:.*|[ \t].*)$/gim, '')
      .replace(/\s+/g, ' ')

  test('two that are taken for one have the same text', () => {
    const prints = new Map<string, number>()
    messages.forEach((message, index) => {
      const print = messagePrint(message)
      const other = prints.get(print)
      if (other !== undefined) expect(`${files[index]}: ${text(message)}`).toBe(`${files[index]}: ${text(messages[other] ?? message)}`)
      prints.set(print, index)
    })
    expect(prints.size).toBeGreaterThan(180)
  })
})
