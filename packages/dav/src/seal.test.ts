import { specimenBytes } from '@offramp/conformance'
import { cardHash, eventHash, taskHash } from '@offramp/formats'
import { expect, test } from 'vitest'
import { sealIn, sealOf, withSeal } from './seal.ts'

const HASHES = { event: eventHash, task: taskHash, contact: cardHash } as const

test.each(['event', 'task', 'contact'] as const)('a seal on a specimen (%s) says nothing about it, and is found again', (kind) => {
  const bytes = specimenBytes(kind, 1, { fill: 300 })
  const hash = HASHES[kind](bytes)
  const sealed = withSeal(bytes, sealOf({ id: 'AAMk=' }, hash))
  expect(sealed.length).toBeGreaterThan(bytes.length)
  expect(HASHES[kind](sealed)).toBe(hash)
  expect(sealIn(sealed)).toEqual(sealOf({ id: 'AAMk=' }, hash))
  expect(sealIn(bytes)).toBeUndefined()
  const again = withSeal(sealed, sealOf({ id: 'another' }, '0123456789abcdef'))
  expect(again.length).toBe(sealed.length)
  expect(sealIn(again)).toEqual(sealOf({ id: 'another' }, '0123456789abcdef'))
})

test('text that only looks like a seal is none, and letters stay as they are', () => {
  const bytes = Buffer.from(
    'BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1\r\nSUMMARY:Käse 🧀 X-OFFRAMP-ITEM:aaaaaaaaaaaaaa.0123456789abcdef\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n',
  )
  expect(sealIn(bytes)).toBeUndefined()
  const sealed = Buffer.from(withSeal(bytes, { key: 'aaaaaaaaaaaaaa', hash: '0123456789abcdef' })).toString('utf8')
  expect(sealed).toContain('BEGIN:VEVENT\r\nX-OFFRAMP-ITEM:aaaaaaaaaaaaaa.0123456789abcdef\r\nUID:1\r\nSUMMARY:Käse 🧀 X-OFFRAMP')
})
