import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decodeName, encodeName, encodePath, printOf, withPrint } from './encode.ts'
import { type NameRules, rulesOf, WINDOWS } from './rules.ts'

const RUNS = { numRuns: Number(process.env['OFFRAMP_PROPERTY_RUNS'] ?? 300) }

const nextcloud = rulesOf({ characters: ['\\', '/'], names: ['.htaccess'], endings: ['.part', '.filepart'], bytes: 250 })
const windows = rulesOf({ characters: ['\\', '/'], names: ['.htaccess'], endings: ['.part', '.filepart'], bytes: 250 }, WINDOWS)
const odd = rulesOf({ characters: ['\u00a7', '%', '\u{1f4a9}'], names: ['core'], bytes: 143 }, WINDOWS)
const ALL: readonly (readonly [string, NameRules])[] = [
  ['usual', rulesOf()],
  ['Nextcloud', nextcloud],
  ['Windows', windows],
  ['odd', odd],
]

/** Names as people have them, and as nobody does: what the rules are about comes often. */
const piece = fc.oneof(
  fc.constantFrom(
    ...'/\\:*?"<>|. \u02bd\uff1a\uff0f\uff3c\u2400\u2421\u0000\u001f\u007f%\u00a7',
    'CON',
    '.part',
    '.htaccess',
    'nul',
    'e\u0301',
  ),
  fc.string({ unit: 'grapheme', maxLength: 4 }),
  fc.string({ unit: 'binary', maxLength: 3 }),
)
const name = fc.array(piece, { maxLength: 12 }).map((parts) => parts.join('').toWellFormed().normalize('NFC'))

function expectTaken(encoded: string, rules: NameRules): void {
  for (const sign of encoded) expect(rules.images.has(sign)).toBe(false)
  expect(['', '.', '..']).not.toContain(encoded.trim())
  const small = encoded.toLowerCase()
  expect(rules.names.has(small)).toBe(false)
  expect(rules.basenames.has(small.split('.')[0] ?? '')).toBe(false)
  for (const ending of rules.endings) expect(small.endsWith(ending)).toBe(false)
  expect(Buffer.byteLength(encoded)).toBeLessThanOrEqual(rules.bytes)
}

for (const [which, rules] of ALL) {
  test(`${which}: a name comes back as it was, and nothing in it is refused`, () => {
    fc.assert(
      fc.property(name, (given) => {
        const encoded = encodeName(given, rules)
        expectTaken(encoded, rules)
        expect(encoded.normalize('NFC')).toBe(encoded)
        if (Buffer.byteLength(encoded) < rules.bytes - 20) expect(decodeName(encoded, rules)).toBe(given)
      }),
      RUNS,
    )
  })

  test(`${which}: two names of one folder are never one`, () => {
    fc.assert(
      fc.property(name, name, (one, two) => {
        fc.pre(one !== two)
        expect(encodeName(one, rules)).not.toBe(encodeName(two, rules))
      }),
      RUNS,
    )
  })
}

test('what no server minds is left as it is', () => {
  for (const plain of [
    'report.docx',
    'M\u00e4rz 2021.txt',
    '\u5831\u544a\uff08\u6700\u7d42\uff09.docx',
    '.hidden',
    ' leading',
    "it's #1 & 100%.txt",
  ])
    expect(encodeName(plain, nextcloud)).toBe(plain)
})

test('what is refused stays readable', () => {
  expect(encodeName('AC/DC', nextcloud)).toBe('AC\uff0fDC')
  expect(encodeName('a:b?', windows)).toBe('a\uff1ab\uff1f')
  expect(encodeName('x.part', nextcloud)).toBe('x.\u02bdpart')
  expect(encodeName('CON.txt', windows)).toBe('\u02bdCON.txt')
  expect(encodeName('trailing. ', windows)).toBe('trailing. \u02bd')
  expect(encodeName('', nextcloud)).toBe('\u02bd')
})

test('too long names are cut between signs, keep their ending, and stay two', () => {
  const [one, two] = ['\u00e4'.repeat(300), `${'\u00e4'.repeat(299)}b`].map((stem) => encodeName(`${stem}.pdf`, nextcloud))
  expect(one).not.toBe(two)
  expect(one).toMatch(/^\u00e4+ \([0-9a-f]{8}\)\.pdf$/)
  expect(Buffer.byteLength(one ?? '')).toBeLessThanOrEqual(250)
})

test('a second name keeps the ending of its format', () => {
  expect(withPrint('twin.tar.gz', printOf('x'), nextcloud)).toBe(`twin.tar (${printOf('x')}).gz`)
  expect(withPrint('.hidden', 'abcd1234', nextcloud)).toBe('.hidden (abcd1234)')
})

test('a path that is too long stands less deep, always at the same place', () => {
  const deep = Array.from({ length: 60 }, (_, n) => `folder ${n} ${'x'.repeat(90)}`)
  const short = encodePath(deep, nextcloud)
  expect(Buffer.byteLength(short)).toBeLessThanOrEqual(nextcloud.pathBytes)
  expect(short.endsWith(deep.at(-1) ?? '')).toBe(true)
  expect(encodePath([...deep.slice(0, 50), 'other', ...deep.slice(51)], nextcloud)).not.toBe(short)
})
