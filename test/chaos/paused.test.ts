import { expect, test } from 'vitest'
import { providers } from './providers.ts'
import { reckon } from './reckon.ts'
import type { Run, Scene } from './scene.ts'

const SLEEPS = 2

/** Lanes that a worker has in hand by the board. */
const inHand = async ({ board }: Scene, worker: string): Promise<readonly string[]> =>
  (await board.lanes()).flatMap(({ plan, state }) => (state.state === 'moving' && state.worker === worker ? [plan.lane] : []))

/** True once none of these lanes is a worker's any more by the board: others have them, or are through with them. */
async function tookOver(on: Scene, from: string, lanes: readonly string[]): Promise<true | undefined> {
  const held = await inHand(on, from)
  return lanes.some((lane) => held.includes(lane)) ? undefined : true
}

/** Stops a busy worker as SIGSTOP, a suspended machine or a paused container does, until others have taken what it had; then lets it go on. */
async function suspend(on: Scene, run: Run): Promise<number> {
  const busy = await on.until('a busy worker', run, async () => {
    const name = on.dice.pick(on.crew.alive())
    const lanes = name === undefined ? [] : await inHand(on, name)
    return name === undefined || lanes.length === 0 ? undefined : { name, lanes }
  })
  await on.crew.signal(busy.name, 'SIGSTOP')
  // Those that it had given back in the very last moment do not count.
  const lanes = await inHand(on, busy.name)
  await on.until('takeover', run, () => tookOver(on, busy.name, lanes))
  await on.progress(run, 2, 20)
  await on.crew.signal(busy.name, 'SIGCONT')
  return lanes.length
}

test.each(providers())('a worker that slept longer than its lease does no harm when it wakes ($provider)', async ({ stage }) => {
  const on = await stage({
    name: 'sleep',
    mailboxes: 4,
    messages: 60,
    sizes: 'office',
    latencyMs: 30,
  })
  on.crew.hire(2)
  const run = on.run()
  let lanes = 0
  for (let sleep = 0; sleep < SLEEPS; sleep++) {
    await on.progress(run, 10, 30)
    lanes += await suspend(on, run)
  }
  expect(lanes).toBeGreaterThan(0)
  await reckon(on, run, {
    what: `${SLEEPS} times a worker was stopped for longer than its lease; others took over ${lanes} mailboxes, then it went on`,
  })
})
