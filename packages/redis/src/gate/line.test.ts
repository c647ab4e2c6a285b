import { ManualClock } from '@offramp/conformance'
import { expect, test } from 'vitest'
import { type Answer, type Exchange, Line } from './line.ts'

const HOLD_MS = 10_000
const { signal } = new AbortController()

const settled = async (): Promise<void> => {
  for (let n = 0; n < 5; n++) await new Promise((resolve) => setImmediate(resolve))
}

/** A line whose Redis answers when the test says. */
function slowLine() {
  const clock = new ManualClock()
  const asked: { readonly exchange: Exchange; answer(granted: number): void }[] = []
  const exchange = (what: Exchange) =>
    new Promise<Answer>((resolve) => {
      asked.push({ exchange: what, answer: (granted) => resolve({ granted, why: '', waits: [] }) })
    })
  const line = new Line(
    { key: 'k', concurrent: 4 },
    { clock, patienceMs: 60_000, holdMs: HOLD_MS, ticketMs: 900_000, exchange, idle: () => {} },
  )
  return { clock, asked, line }
}

test('a word of Redis that was read long after it was given lets nobody in: the place may be another’s since', async () => {
  const { clock, asked, line } = slowLine()
  let entered = false
  const entering = line.enter({ key: 'k', concurrent: 4 }, 1, signal).then((ticket) => {
    entered = true
    return ticket
  })
  await settled()
  await clock.advance(HOLD_MS)
  asked[0]?.answer(1)
  await settled()
  expect(entered).toBe(false)
  // It asks anew, and gives the place back that it was given while it slept.
  expect(asked).toHaveLength(2)
  expect(asked[1]?.exchange).toMatchObject({ held: 0, waiters: [{ weight: 1 }] })
  asked[1]?.answer(1)
  await entering
  expect(entered).toBe(true)
})

test('a word that comes in time lets in', async () => {
  const { clock, asked, line } = slowLine()
  const entering = line.enter({ key: 'k', concurrent: 4 }, 1, signal)
  await settled()
  await clock.advance(HOLD_MS / 2)
  asked[0]?.answer(1)
  await entering
  expect(asked).toHaveLength(1)
})
