import { fastClock } from '@offramp/conformance'
import { expect, test } from 'vitest'
import { makeWholeWay } from './whole-way.ts'

const MB = 1_000_000
const fresh = () => makeWholeWay(512 * MB)

test('nothing goes whole before it is known how fast that is', () => {
  const way = fresh()
  expect(way.fits(MB)).toBe(false)
  // Too little to say it.
  way.took(MB, 1)
  expect(way.fits(MB)).toBe(false)
  way.took(10 * MB, 1_000)
  expect(way.fits(MB)).toBe(true)
})

test('what would take longer than its time goes in chunks', () => {
  const way = fresh()
  way.took(10 * MB, 1_000)
  expect([way.fits(300 * MB), way.fits(301 * MB)]).toEqual([true, false])
})

test('what has become slower counts at once, what has become faster by and by', () => {
  const way = fresh()
  way.took(10 * MB, 1_000)
  way.took(10 * MB, 10_000)
  expect([way.fits(30 * MB), way.fits(31 * MB)]).toEqual([true, false])
  way.took(10 * MB, 1_000)
  expect([way.fits(165 * MB), way.fits(166 * MB)]).toEqual([true, false])
})

test('a limit that was met holds for what is as large, and 0 is never', () => {
  const way = fresh()
  way.took(100 * MB, 1_000)
  expect([way.fits(512 * MB), way.fits(512 * MB + 1)]).toEqual([true, false])
  way.tooLarge(100 * MB)
  expect([way.fits(100 * MB), way.fits(100 * MB - 1)]).toEqual([false, true])
  const never = makeWholeWay(0)
  never.took(100 * MB, 1)
  expect(never.fits(MB)).toBe(false)
})

test('after each break in a row more files go in chunks', () => {
  const way = fresh()
  const inChunks = (): number => {
    for (let files = 0; ; files++) {
      if (way.fits(100 * MB)) return files
      way.took(100 * MB, 1_000)
      way.arrived('in chunks')
    }
  }
  const seen = [1, 2, 3].map(() => {
    way.broke()
    return inChunks()
  })
  expect(seen).toEqual([2, 4, 8])
  way.arrived('whole')
  way.broke()
  expect(inChunks()).toBe(2)
})

const call = { signal: new AbortController().signal }

test('of those who come first one finds out, and the others wait for it, but not for long', async () => {
  const clock = fastClock(50)
  const waits = (way: ReturnType<typeof fresh>) => way.known({ clock, call })
  const way = fresh()
  await waits(way)
  const seen: string[] = []
  const other = waits(way).then(() => seen.push('other'))
  await new Promise((resolve) => setImmediate(resolve))
  expect(seen).toEqual([])
  way.took(10 * MB, 100)
  await other
  await waits(way)
  // Who failed before anything was known lets the next one find out.
  const failed = fresh()
  await waits(failed)
  failed.through()
  await waits(failed)
  const begun = clock.now()
  await waits(failed)
  expect(clock.now() - begun).toBeLessThan(3_000)
})
