import fc from 'fast-check'
import { expect, test } from 'vitest'
import { exchangeLines, sameLines } from './content-lines.ts'

const unfold = (text: string): string => text.replaceAll(/\r\n[ \t]/g, '')
const exchanged = (text: string, name: string, change: (line: string) => string | undefined): string =>
  Buffer.from(exchangeLines(Buffer.from(text), name, change)).toString()

test('a new line of any letters is folded so that it reads back, no row is longer than 75 bytes, and all else stays', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary', maxLength: 300 }).map((text) =>
        text
          .replaceAll(/\p{Cc}/gu, ' ')
          .toWellFormed()
          .trimEnd(),
      ),
      (value) => {
        const before = 'BEGIN:VCARD\r\nNOTE:a\\, b\r\n  folded\r\n'
        const after = 'item1.PHOTO:kept\r\nEND:VCARD\r\n'
        const text = exchanged(`${before}UID:old\r\n one\r\n${after}`, 'UID', () => `UID:${value}`)
        expect(text.startsWith(before) && text.endsWith(after)).toBe(true)
        expect(unfold(text)).toContain(`\r\nUID:${value}\r\n`)
        for (const row of text.split('\r\n')) expect(Buffer.byteLength(row)).toBeLessThanOrEqual(75)
      },
    ),
  )
})

test('grouped lines and those with parameters are found, others of a longer name are not, and what is not changed keeps its folds', () => {
  const text = 'item1.PHOTO;X=1:a\r\n b\r\nPHOTOGRAPH:no\r\nPHOTO:two'
  const seen: string[] = []
  expect(
    exchanged(text, 'PHOTO', (line) => {
      seen.push(line)
      return line
    }),
  ).toBe(text)
  expect(seen).toEqual(['item1.PHOTO;X=1:ab', 'PHOTO:two'])
  expect(exchanged(text, 'photo', () => undefined)).toBe('PHOTOGRAPH:no\r\n')
})

test('lines are the same under other folds, line ends and orders in a rule, and under no other change', () => {
  const event = 'BEGIN:VEVENT\r\nSUMMARY:Zwölf Äpfel, und noch mehr\r\nRRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU\r\nEND:VEVENT\r\n'
  const same = (other: string): boolean => sameLines(Buffer.from(event), Buffer.from(other))
  expect(same(event.replace('noch', 'no\r\n ch'))).toBe(true)
  expect(same(event.replaceAll('\r\n', '\n').replace('noch', '\n\tnoch'))).toBe(true)
  expect(same(event.replace('BYMONTH=3;BYDAY=-1SU', 'BYDAY=-1SU;BYMONTH=3'))).toBe(true)
  expect(same(event.replace('BYMONTH=3', 'BYMONTH=4'))).toBe(false)
  expect(same(event.replace('noch', 'no\r\nch'))).toBe(false)
  expect(same(event.replace('noch mehr', 'nochmehr'))).toBe(false)
  expect(same(event.replace('SUMMARY', 'RRULE'))).toBe(false)
})
