import fc from 'fast-check'
import { expect, test } from 'vitest'
import { instantBy } from '../testing/expand.ts'
import { instantOf } from './instant-of.ts'
import { wallClock } from './wall-clock.ts'

const iso = (ms: number): string => new Date(ms).toISOString()

test('a time that comes twice is the first, one that is left out is counted by the clock before', () => {
  expect(iso(instantOf({ local: '2024-10-27T02:30:00', zone: 'Europe/Berlin' }))).toBe('2024-10-27T00:30:00.000Z')
  expect(iso(instantOf({ local: '2024-03-31T02:30:00', zone: 'Europe/Berlin' }))).toBe('2024-03-31T01:30:00.000Z')
  expect(iso(instantOf({ local: '2011-12-30T12:00:00', zone: 'Pacific/Apia' }))).toBe('2011-12-30T22:00:00.000Z')
})

test('days and floating times are at home where the reader is', () => {
  expect(iso(instantOf({ date: '2024-07-01' }))).toBe('2024-07-01T00:00:00.000Z')
  expect(iso(instantOf({ date: '2024-07-01' }, 'Asia/Tokyo'))).toBe('2024-06-30T15:00:00.000Z')
  expect(iso(instantOf({ local: '2024-07-01T10:00:00' }, 'America/New_York'))).toBe('2024-07-01T14:00:00.000Z')
})

test.each([
  { date: '2024-02-30' },
  { date: '2023-02-29' },
  { local: '2024-01-01T24:00:00' },
  { local: '2024-01-01T10:00' },
  { date: '' },
  { local: '2024-01-01T10:00:00', zone: 'Europe/Atlantis' },
])('%j makes no sense', (moment) => {
  expect(() => instantOf(moment)).toThrow(expect.objectContaining({ reach: 'item', reason: 'not-understood' }))
})

const ZONES = [
  'Europe/Berlin',
  'Africa/Casablanca',
  'Australia/Lord_Howe',
  'America/St_Johns',
  'Pacific/Apia',
  'Asia/Tehran',
  'America/Sao_Paulo',
] as const

test('the wall clock and its instant lead to each other, and agree with the runtime', () => {
  const times = fc.integer({ min: Date.UTC(1950, 0, 1) / 1000, max: Date.UTC(2060, 0, 1) / 1000 })
  fc.assert(
    fc.property(times, fc.constantFrom(...ZONES), (seconds, zone) => {
      const local = wallClock(seconds * 1000, zone)
      expect(local).toBe(
        new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'medium' })
          .format(seconds * 1000)
          .replace(' ', 'T'),
      )
      expect(instantOf({ local, zone })).toBe(instantBy({ local, zone }))
    }),
    { numRuns: 300 },
  )
})
