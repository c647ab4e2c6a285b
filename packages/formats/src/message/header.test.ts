import { expect, test } from 'vitest'
import { readHeader, textOf } from './header.ts'
import { naturalKey, naturalKeyOf } from './natural-key.ts'

const names = (text: string) => readHeader(Buffer.from(text)).fields.map((field) => field.name)
const body = (text: string) =>
  Buffer.from(text)
    .subarray(readHeader(Buffer.from(text)).bodyStart)
    .toString()

test('folds belong to their field, and the empty line ends the header', () => {
  const text = 'Subject: one\r\n two\r\n\tthree\r\nX-A : b\r\n\r\nbody\r\n'
  const { fields } = readHeader(Buffer.from(text))
  expect(fields.map((field) => [field.name, textOf(field.value)])).toEqual([
    ['subject', 'one two\tthree'],
    ['x-a', 'b'],
  ])
  expect(body(text)).toBe('body\r\n')
})

test('a message without a header block is all body', () => {
  expect(body('just text\r\nmore: text\r\n')).toBe('just text\r\nmore: text\r\n')
  expect(body('Subject: x\r\nno field here\r\n\r\nrest')).toBe('no field here\r\n\r\nrest')
})

test('an mbox line before the header is passed over', () => {
  expect(names('From anna Mon Jan  1 00:00:00 2024\r\nTo: b\r\n\r\n')).toEqual(['to'])
})

test.each([
  ['Message-ID: <a@b>\r\n\r\n', '<a@b>'],
  ['message-id:\r\n <a@b>\r\n\r\n', '<a@b>'],
  ['Message-ID: (note) <a@\r\n b> trailing\r\n\r\n', '<a@b>'],
  ['Message-ID: a@b\r\n\r\n', 'a@b'],
  ['Message-ID: <>\r\n\r\n', '<>'],
  ['Message-ID:\r\nMessage-ID: <second@b>\r\n\r\n', '<second@b>'],
  ['Subject: none\r\n\r\nMessage-ID: <in@body>\r\n', ''],
  ['', ''],
])('the natural key of %j is %j', (text, key) => {
  expect(naturalKeyOf(Buffer.from(text))).toBe(key)
})

test('a natural key is the same however it was written down, and normalising it again changes nothing', () => {
  expect(naturalKey('  <A@b> ')).toBe('<A@b>')
  expect(naturalKey(naturalKey('x <A@b> y'))).toBe('<A@b>')
})

test('ten thousand fields and one of a megabyte are read in one pass', () => {
  const many = `${'X-Field: value\r\n'.repeat(10_000)}X-Long: ${'y'.repeat(1_000_000)}\r\nMessage-ID: <a@b>\r\n\r\n`
  const started = performance.now()
  expect(naturalKeyOf(Buffer.from(many))).toBe('<a@b>')
  expect(performance.now() - started).toBeLessThan(2_000)
})
