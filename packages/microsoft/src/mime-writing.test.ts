import { expect, test } from 'vitest'
import { base64Lines, dispositionOf, headerOf, rebuiltHeaders } from './mime-writing.ts'

test('a header keeps to one logical line, whatever it is given', () => {
  expect(headerOf('Subject', 'a\r\nBcc: evil@example.com\n\n\0b')).toBe('Subject: a Bcc: evil@example.com b')
})

test('long headers are folded at blanks and say the same unfolded', () => {
  const value = Array.from({ length: 40 }, (_, index) => `<reference-${index}@example.com>`).join(' ')
  const header = headerOf('References', value)
  expect(Math.max(...header.split('\r\n').map((line) => line.length))).toBeLessThanOrEqual(78)
  expect(header.replaceAll('\r\n', '')).toBe(`References: ${value}`)
})

test('words beyond ASCII are encoded without splitting a character', () => {
  const value = '🎄 Überraschung für Äöü 🎁'.repeat(5)
  const header = headerOf('Subject', value)
  const words = [...header.matchAll(/=\?utf-8\?B\?([^?]+)\?=/g)].map((match) => match[1] ?? '')
  expect(words.length).toBeGreaterThan(3)
  for (const word of words) expect(Buffer.from(word, 'base64').toString('utf8')).not.toContain('\ufffd')
  expect(words.map((word) => Buffer.from(word, 'base64').toString('utf8')).join('')).toBe(value)
})

test('a rebuilt head keeps the transport’s own lines, leaves the structure out, and is marked', () => {
  const head = rebuiltHeaders(
    {
      subject: 'not this one',
      internetMessageId: '<id@example.com>',
      internetMessageHeaders: [
        { name: 'Received', value: 'from a by b' },
        { name: 'Received', value: 'from c by d' },
        { name: 'Subject', value: 'this one' },
        { name: 'Content-Type', value: 'multipart/mixed; boundary=old' },
        { name: 'MIME-Version', value: '1.0' },
        { name: 'Bad Name', value: 'x' },
      ],
      sentDateTime: '2026-03-19T02:00:00Z',
      from: { emailAddress: { name: 'Anna "A" Berg', address: 'anna@example.com' } },
      toRecipients: [{ emailAddress: { name: 'Jörg', address: 'j@example.com' } }, { emailAddress: { address: 'k@example.com' } }],
      importance: 'high',
    },
    'why',
  )
  expect(head.split('\r\n')).toEqual([
    'X-Offramp-Rebuilt: why',
    'Received: from a by b',
    'Received: from c by d',
    'Subject: this one',
    'Date: Thu, 19 Mar 2026 02:00:00 +0000',
    'From: "Anna \\"A\\" Berg" <anna@example.com>',
    'To: =?utf-8?B?SsO2cmc=?= <j@example.com>, k@example.com',
    'Message-ID: <id@example.com>',
    'Importance: high',
    '',
  ])
})

test('file names travel in any language', () => {
  expect(dispositionOf('attachment', 'a"b\r\nX: y.pdf')).toBe('Content-Disposition: attachment;\r\n filename="a\\"b X: y.pdf"')
  expect(dispositionOf('inline', 'Müll (1).txt')).toBe("Content-Disposition: inline;\r\n filename*=utf-8''M%C3%BCll%20%281%29.txt")
  expect(dispositionOf('attachment', undefined)).toBe('Content-Disposition: attachment')
})

test.each([0, 1, 56, 57, 58, 1000])('base64 of %i bytes, in whatever pieces they come', async (length) => {
  const bytes = Buffer.from(Array.from({ length }, (_, index) => index % 256))
  async function* pieces() {
    for (let at = 0; at < length; at += 13) yield bytes.subarray(at, at + 13)
  }
  let text = ''
  for await (const line of base64Lines(pieces())) text += Buffer.from(line).toString('latin1')
  expect(Buffer.from(text, 'base64').equals(bytes)).toBe(true)
  expect(
    text
      .split('\r\n')
      .slice(0, -2)
      .every((line) => line.length === 76),
  ).toBe(true)
})
