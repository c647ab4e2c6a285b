import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { reckon } from '../chaos/reckon.ts'
import { useStage } from '../chaos/stage.ts'

const stage = useStage()

/** Milliseconds. */
const OFF = 150_000

test('workers whose clocks are five minutes apart, one of which is killed, lose nothing and double nothing, and say so', async () => {
  const on = await stage({
    name: 'clocks',
    mailboxes: 4,
    messages: 150,
    tenant: {
      quirks: { regenerateMime: false },
      faults: [{ path: '/\\$value$', when: { every: 97 }, effect: { kind: 'throttle', retryAfter: 1 } }],
    },
  })
  const [slow = ''] = on.crew.hire(1, -OFF)
  const [fast = ''] = on.crew.hire(1, OFF)
  const run = on.run()
  // Both have had lanes in hand, so that each has left times of its own clock behind.
  const seen = new Set<string>()
  await on.until('a lane in the hands of each', run, async () => {
    for (const { state } of await on.board.lanes()) if (state.state === 'moving') seen.add(state.worker)
    return seen.has(slow) && seen.has(fast) ? true : undefined
  })
  const [beats, now] = [await on.board.beats(), Date.now()]
  for (const [name, ahead] of [
    [slow, -OFF],
    [fast, OFF],
  ] as const) {
    const beat = beats.find(({ worker }) => worker === name)
    expect(Math.abs((beat?.at ?? 0) - now - ahead), name).toBeLessThan(30_000)
  }
  await on.progress(run, 20, 60)
  await on.crew.signal(slow, 'SIGKILL')
  on.crew.hire(1, -OFF)
  await reckon(on, run, { what: 'Two workers whose clocks are five minutes apart, one killed half-way' })
  const log = await readFile(join(on.lab.folder, '.offramp', `${fast}.log`), 'utf8')
  expect(log).toMatch(/clock is 1(49|50|51) s ahead of the clock of Redis/)
})
