import { type Clock, Fault, type Gate } from '@offramp/core'
import { expect, test } from 'vitest'
import { patientGate } from './patient-gate.ts'

const QUOTA = { key: 'k' }
const call = { signal: new AbortController().signal }
const MINUTE_MS = 60_000

/** Lets one in a minute, and has no patience. Whoever sleeps makes time pass. */
function oneAMinute() {
  let now = 1_800_000_000_000
  let free = now
  const clock: Clock = {
    now: () => now,
    async sleep(ms, { signal }) {
      signal?.throwIfAborted()
      now += ms
    },
  }
  const gate: Pick<Gate, 'enter' | 'shut' | 'states'> = {
    async enter(_, weight) {
      if (weight > 1) throw new Fault({ reach: 'run', code: 'impossible', message: 'more than a minute holds' })
      if (now < free) throw new Fault({ reach: 'gate', code: 'gate-wait', message: 'the minute is used up', until: free })
      free = now + MINUTE_MS
      return { leave: () => undefined }
    },
    shut: async () => undefined,
    states: async () => [],
  }
  return { clock, gate }
}

test('a command waits at the gate for as long as it takes, and says so', async () => {
  const { clock, gate } = oneAMinute()
  const told: string[] = []
  const patient = patientGate(gate, { clock, tellWait: (why) => void told.push(why) })
  const began = clock.now()
  for (let n = 0; n < 5; n++) (await patient.enter(QUOTA, 1, call)).leave()
  expect(clock.now() - began).toBe(4 * MINUTE_MS)
  expect(told).toEqual(Array.from({ length: 4 }, () => 'the minute is used up'))
})

test('what no wait mends is thrown, and an interruption ends the wait', async () => {
  const { clock, gate } = oneAMinute()
  const stop = new AbortController()
  const patient = patientGate(gate, { clock, tellWait: () => stop.abort(new Error('interrupted')) })
  await expect(patient.enter(QUOTA, 2, call)).rejects.toMatchObject({ reach: 'run' })
  await patient.enter(QUOTA, 1, call)
  await expect(patient.enter(QUOTA, 1, { signal: stop.signal })).rejects.toThrow('interrupted')
})
