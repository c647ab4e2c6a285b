import { expect, test } from 'vitest'
import { displayName, fileName, markedName, objectName, slugOf, slugs } from './names.ts'

const at = (id: string, ...path: readonly string[]) => ({ id, path })

test('an address is made of safe letters only, and is one collection’s alone', () => {
  const odd = [
    at('1', 'Ärger / Ümläut'),
    at('2', '日程'),
    at('3', '..'),
    at('4', ''),
    at('5', 'x'.repeat(300)),
    at('6', 'a\r\nb\0c'),
    at('7', 'A'),
    at('8', 'a'),
  ]
  const made = odd.map((collection) => slugOf(collection, 'event'))
  for (const slug of made) expect(slug).toMatch(/^[a-z0-9][a-z0-9-]{0,40}$/)
  expect(new Set(made).size).toBe(odd.length)
  expect(slugOf(at('1', 'Renamed'), 'event').slice(-12)).toBe(made[0]?.slice(-12))
  expect(slugOf(at('1', 'Ärger / Ümläut'), 'task')).not.toBe(made[0])
})

test('where a deleted one has the address for a month, the next is tried, in the same order everywhere', () => {
  const [first = '', ...rest] = slugs(at('1', 'Work'), 'event')
  expect(rest).toEqual([2, 3, 4, 5].map((n) => `${first}-${n}`))
})

test('people see the name, without what no screen shows and not longer than servers keep', () => {
  expect(displayName(at('1', 'Team', ' Büro\u0007 '), 'event')).toBe('Team / Büro')
  expect(displayName(at('1', 'Ma\u0308rz'), 'event')).toBe('M\u00e4rz')
  expect(displayName(at('1', ' '), 'contact')).toBe('Contacts')
  expect([...displayName(at('1', 'ä'.repeat(300)), 'event')].length).toBeLessThanOrEqual(200)
  expect(displayName(at('1', `${'n'.repeat(299)}a`), 'event')).not.toBe(displayName(at('1', `${'n'.repeat(299)}b`), 'event'))
  expect(markedName(at('1', 'Work'), 'event')).not.toBe(markedName(at('2', 'Work'), 'event'))
})

test('an object is called by its UID alone, however long or odd that is', () => {
  for (const uid of ['a/b c%2F', '040000008200E00074C5B7101A82E008'.repeat(20), '../../x', 'ü'])
    expect(objectName(uid, 'event')).toMatch(/^[0-9a-f]{40}\.ics$/)
  expect(objectName('a', 'contact')).not.toBe(objectName('A', 'contact'))
})

test.each([
  ['report.pdf', /^report \([0-9a-f]{8}\)\.pdf$/],
  ['../../etc/passwd', /^_[^/]*_etc_passwd \([0-9a-f]{8}\)$/],
  ['a.part', /\.part_$/],
  ['', /^attachment \(/],
  ['x'.repeat(400), /^x{40} \(/],
  ['con:*?"<>|.txt', /^con_______ \([0-9a-f]{8}\)\.txt$/],
])('a file %s has a name that every server takes', (name, pattern) => {
  expect(fileName(name, Buffer.from('content'))).toMatch(pattern)
})
