import fc from 'fast-check'
import { expect, test } from 'vitest'
import { escapePart, mark, shorten, unescapePart } from './escape-name.ts'
import { decodeMailbox, encodeMailbox, mailboxBytes } from './modified-utf7.ts'

const slash = { separator: '/', forbidden: './' }
const dot = { separator: '.', forbidden: '/' }

test.each([
  ['Jim / John', slash, 'Jim ／ John'],
  ['Dr. Jones', slash, 'Dr． Jones'],
  ['Dr. Jones', dot, 'Dr． Jones'],
  ['Dr. Jones', { separator: '/', forbidden: '/' }, 'Dr. Jones'],
  ['..', { separator: '/', forbidden: '/' }, '．．'],
  [' leading', slash, '␠leading'],
  ['trailing ', slash, 'trailing␠'],
  ['50% "off" *', slash, '50％ ＂off＂ ＊'],
  ['~home', slash, '～home'],
  ['R&D 😀', slash, 'R&D 😀'],
  ['two\r\nlines\0', slash, 'two␍␊lines␀'],
  ['', slash, '‛∅'],
  ['a／b', slash, 'a‛／b'],
])('%j is written as %j', (name, style, written) => {
  expect(escapePart(name, style)).toBe(written)
})

const awkward = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.string({ unit: fc.constantFrom('.', '/', '~', ' ', '%', '‛', '∅', '␠', '．', '\r', '\0', '\u007f', 'a', '"', '\\', '*') }),
)

test('every name comes back, and nothing forbidden is left in it', () => {
  fc.assert(
    fc.property(awkward, fc.constantFrom(slash, dot), (name, style) => {
      const written = escapePart(name, style)
      expect(unescapePart(written)).toBe(name.normalize('NFC'))
      expect(written).not.toMatch(/^~|^ | $|[%*"\\]/)
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must be gone
      expect(written).not.toMatch(/[\u0000-\u001f\u007f]/)
      for (const character of style.separator + style.forbidden) expect(written).not.toContain(character)
      expect(written).not.toBe('')
    }),
  )
})

test('two different names never become one', () => {
  fc.assert(
    fc.property(awkward, awkward, (one, other) => {
      fc.pre(one.normalize('NFC') !== other.normalize('NFC'))
      expect(escapePart(one, slash)).not.toBe(escapePart(other, slash))
    }),
  )
})

test('composed and decomposed letters are one name', () => {
  expect(escapePart('Ma\u0308rz', slash)).toBe(escapePart('März', slash))
})

test('a name that is too long is cut at a whole character, within the bytes of the wire, and says what it was', () => {
  const long = 'é'.repeat(300)
  const cut = shorten(long, long)
  expect(mailboxBytes(cut)).toBeLessThanOrEqual(180)
  expect(cut.endsWith(`~${mark(long)}`)).toBe(true)
  expect(shorten(`${long}x`, `${long}x`)).not.toBe(cut)
  expect(shorten('short', 'short')).toBe('short')
})

test.each([
  ['Entwürfe', 'Entw&APw-rfe'],
  ['A&B', 'A&-B'],
  ['台北', '&U,BTFw-'],
  ['😀', '&2D3eAA-'],
])('modified UTF-7 of %s', (name, wire) => {
  expect(encodeMailbox(name)).toBe(wire)
  expect(decodeMailbox(wire)).toBe(name)
})

test('modified UTF-7 gives every name back', () => {
  fc.assert(fc.property(fc.string({ unit: 'grapheme' }), (name) => decodeMailbox(encodeMailbox(name)) === name))
})
