import { expect, test } from 'vitest'
import { oneAtATime } from './one-at-a-time.ts'

const call = { signal: new AbortController().signal }

test('the second begins when the first has ended, also when it failed', async () => {
  const alone = oneAtATime()
  const log: string[] = []
  const { promise: failing, reject } = Promise.withResolvers<never>()
  const first = alone(() => failing, call)
  const second = alone(async () => log.push('second'), call)
  const ended = expect(first).rejects.toThrow('broken')
  await Promise.resolve()
  expect(log).toEqual([])
  reject(new Error('broken'))
  await ended
  await second
  expect(log).toEqual(['second'])
})

test('who gives up while waiting does not begin, and the next does', async () => {
  const alone = oneAtATime()
  const { promise: working, resolve } = Promise.withResolvers<void>()
  const stop = new AbortController()
  const log: string[] = []
  const first = alone(() => working, call)
  const given = alone(async () => log.push('given up'), { signal: stop.signal })
  const last = alone(async () => log.push('last'), call)
  stop.abort(new Error('stopped'))
  resolve()
  await first
  await expect(given).rejects.toThrow('stopped')
  await last
  expect(log).toEqual(['last'])
})
