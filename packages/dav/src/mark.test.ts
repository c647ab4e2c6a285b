import { specimenBytes } from '@offramp/conformance'
import { cardHash, eventHash, taskHash } from '@offramp/formats'
import { expect, test } from 'vitest'
import { markIn, markOf, withMark } from './mark.ts'

const HASHES = { event: eventHash, task: taskHash, contact: cardHash } as const

test.each(['event', 'task', 'contact'] as const)('a mark on a specimen (%s) says nothing about it, and is found again', (kind) => {
  const bytes = specimenBytes(kind, 1, { fill: 300 })
  const hash = HASHES[kind](bytes)
  const marked = withMark(bytes, markOf({ id: 'AAMk=' }, hash))
  expect(marked.length).toBeGreaterThan(bytes.length)
  expect(HASHES[kind](marked)).toBe(hash)
  expect(markIn(marked)).toEqual(markOf({ id: 'AAMk=' }, hash))
  expect(markIn(bytes)).toBeUndefined()
  const again = withMark(marked, markOf({ id: 'another' }, '0123456789abcdef'))
  expect(again.length).toBe(marked.length)
  expect(markIn(again)).toEqual(markOf({ id: 'another' }, '0123456789abcdef'))
})

test('text that only looks like a mark is none, and letters stay as they are', () => {
  const bytes = Buffer.from(
    'BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1\r\nSUMMARY:Käse 🧀 X-OFFRAMP-ITEM:aaaaaaaaaaaaaa.0123456789abcdef\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n',
  )
  expect(markIn(bytes)).toBeUndefined()
  const marked = Buffer.from(withMark(bytes, { key: 'aaaaaaaaaaaaaa', hash: '0123456789abcdef' })).toString('utf8')
  expect(marked).toContain('BEGIN:VEVENT\r\nX-OFFRAMP-ITEM:aaaaaaaaaaaaaa.0123456789abcdef\r\nUID:1\r\nSUMMARY:Käse 🧀 X-OFFRAMP')
})
