import { expect, test } from 'vitest'
import { encodeEightBitHeader } from './encode-eight-bit-header.ts'
import { sameMessage } from './same-message.ts'

const latin = (text: string): Buffer => Buffer.from(text, 'latin1')

test('raw UTF-8 and raw Latin-1 are written as encoded words, the body stays', () => {
  const utf = encodeEightBitHeader(Buffer.from('Subject: Grüße aus Köln\r\nX: y\r\n\r\nKöln\r\n'))
  expect(Buffer.from(utf).toString()).toBe('Subject: =?utf-8?B?R3LDvMOfZQ==?= aus =?utf-8?B?S8O2bG4=?=\r\nX: y\r\n\r\nKöln\r\n')
  const western = encodeEightBitHeader(latin('Subject: caf\xe9\r\n\r\n\xe9'))
  expect(Buffer.from(western).toString('latin1')).toBe('Subject: =?utf-8?B?Y2Fmw6k=?=\r\n\r\n\xe9')
})

test('a quoted name becomes one encoded word, because nobody decodes those inside quotes', () => {
  const out = encodeEightBitHeader(Buffer.from('From: "Jürgen, Groß" <j@example.test>\r\n\r\n'))
  expect(Buffer.from(out).toString()).toBe('From: =?utf-8?B?SsO8cmdlbiwgR3Jvw58=?= <j@example.test>\r\n\r\n')
})

test('what was written is the same message, in 7-bit', () => {
  const before = Buffer.from(`Subject: ${'ünï çödé '.repeat(50)}\r\nTo: Zoë <z@example.test>\r\n\r\nx`)
  const after = encodeEightBitHeader(before)
  expect(after.every((byte) => byte < 128)).toBe(true)
  expect(sameMessage(before, after)).toBe(true)
})

test('a message in 7-bit is handed back as it is', () => {
  const message = latin('Subject: x\r\n\r\n\xe9')
  expect(encodeEightBitHeader(message)).toBe(message)
})
