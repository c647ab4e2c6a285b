import { type Clock, Fault } from '@offramp/core'
import { expect, test } from 'vitest'
import { MemoryGate } from './memory-gate.ts'

/** Time that jumps to where a sleeper wants it. */
function jumpingClock(): Clock & { slept: number } {
  let now = 1_000_000
  const clock = {
    slept: 0,
    now: () => now,
    async sleep(ms: number, { signal }: { readonly signal?: AbortSignal }) {
      await new Promise(setImmediate)
      signal?.throwIfAborted()
      now += ms
      clock.slept += ms
    },
  }
  return clock
}

const call = { signal: new AbortController().signal }
const quota = { key: 'k', windows: [{ amount: 10, perMs: 1_000 }] }

test('never more than a window allows, however many ask', async () => {
  const clock = jumpingClock()
  const gate = new MemoryGate(clock)
  const entered: number[] = []
  await Promise.all(
    Array.from({ length: 35 }, async () => {
      await gate.enter(quota, 1, call)
      entered.push(clock.now())
    }),
  )
  for (const at of entered) expect(entered.filter((other) => other > at - 1_000 && other <= at).length).toBeLessThanOrEqual(10)
  expect(clock.slept).toBe(3_000)
})

test('a weight is what counts, and the largest waits for the window to be empty', async () => {
  const clock = jumpingClock()
  const gate = new MemoryGate(clock)
  await gate.enter(quota, 6, call)
  await gate.enter(quota, 10, call)
  expect(clock.slept).toBe(1_000)
  expect((await gate.states())[0]).toMatchObject({ key: 'k', inFlight: 2 })
})

test('never more in flight than allowed, and a ticket that is not handed back lapses', async () => {
  const clock = jumpingClock()
  const gate = new MemoryGate(clock, { ticketMs: 5_000 })
  const two = { key: 'k', concurrent: 2 }
  const [first] = [await gate.enter(two, 1, call), await gate.enter(two, 1, call)]
  first.leave()
  first.leave()
  await gate.enter(two, 1, call)
  expect(clock.slept).toBe(0)
  await gate.enter(two, 1, call)
  expect(clock.slept).toBe(5_000)
})

test('nobody enters a gate that is shut, and shutting never shortens', async () => {
  const clock = jumpingClock()
  const gate = new MemoryGate(clock, { patienceMs: 10_000 })
  await gate.shut('k', clock.now() + 8_000, 'asked to wait')
  await gate.shut('k', clock.now() + 2_000, 'asked again')
  expect(await gate.states()).toMatchObject([{ key: 'k', why: 'asked to wait' }])
  await gate.enter(quota, 1, call)
  expect(clock.slept).toBe(8_000)
})

test('a wait beyond its patience is not begun', async () => {
  const clock = jumpingClock()
  const gate = new MemoryGate(clock, { patienceMs: 5_000 })
  const until = clock.now() + 60_000
  await gate.shut('k', until, 'asked to wait')
  const fault = await gate.enter(quota, 1, call).catch((thrown: unknown) => thrown)
  expect(fault).toBeInstanceOf(Fault)
  expect(fault).toMatchObject({ reach: 'gate', until })
  expect(clock.slept).toBe(0)
  expect((await gate.states())[0]?.inFlight).toBe(0)
})

test('who breaks off stops waiting, and takes nothing', async () => {
  const clock = jumpingClock()
  const gate = new MemoryGate(clock)
  await gate.enter(quota, 10, call)
  const stop = new AbortController()
  const waiting = gate.enter(quota, 5, { signal: stop.signal })
  stop.abort(new Error('enough'))
  await expect(waiting).rejects.toThrow('enough')
  await new Promise(setImmediate)
  expect((await gate.states())[0]?.inFlight).toBe(1)
})

test('keys do not hold each other back', async () => {
  const clock = jumpingClock()
  const gate = new MemoryGate(clock)
  await gate.enter(quota, 10, call)
  await gate.enter({ ...quota, key: 'other' }, 10, call)
  expect(clock.slept).toBe(0)
})
