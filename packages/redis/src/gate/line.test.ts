import { ManualClock } from '@offramp/conformance'
import type { Ticket } from '@offramp/core'
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

test('only as many waiters are named as could enter', async () => {
  const { asked, line } = slowLine()
  const tickets: Ticket[] = []
  const enter = () => line.enter({ key: 'k', concurrent: 4 }, 1, signal).then((ticket) => tickets.push(ticket))
  const entering = Array.from({ length: 7 }, enter)
  await settled()
  expect(asked[0]?.exchange.waiters).toHaveLength(4)
  asked[0]?.answer(4)
  await settled()
  // All places are this process's own: there is nothing to ask before one of them is free.
  expect(asked).toHaveLength(1)
  for (const ticket of tickets.splice(0, 3)) ticket.leave()
  await settled()
  expect(asked[1]?.exchange).toMatchObject({ held: 1 })
  expect(asked[1]?.exchange.waiters).toHaveLength(3)
  asked[1]?.answer(3)
  await Promise.all(entering)
})

test('a gate that is shut sends all who wait away in a few exchanges', async () => {
  const waits = Array.from({ length: 32 }, () => 600_000)
  const clock = new ManualClock()
  let exchanges = 0
  const line = new Line(
    { key: 'k', concurrent: 4 },
    {
      clock,
      patienceMs: 5_000,
      holdMs: HOLD_MS,
      ticketMs: 900_000,
      exchange: async ({ waiters }) => {
        exchanges++
        return { granted: 0, why: 'shut', waits: waits.slice(0, waiters.length) }
      },
      idle: () => {},
    },
  )
  const refused = await Promise.allSettled(Array.from({ length: 100 }, () => line.enter({ key: 'k', concurrent: 4 }, 1, signal)))
  expect(refused.every(({ status }) => status === 'rejected')).toBe(true)
  expect(exchanges).toBeLessThan(7)
})
