import { setTimeout as pause } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { providers } from './providers.ts'
import { reckon } from './reckon.ts'

/** Milliseconds. A worker's grace is 20 s; a write takes far less here, and nothing else is waited for. */
const BOUND = 10_000

test.each(providers())('workers that are asked to stop under load end soon, and leave nothing in doubt ($provider)', async ({ stage }) => {
  const on = await stage({
    name: 'stop',
    mailboxes: 4,
    messages: 130,
    // Long: on a busy machine a write that runs out of time would be in doubt, and rightly.
    settings: { limits: { putSeconds: 30, sliceSeconds: 3, pageItems: 50 } },
  })
  const run = on.run()
  const took: number[] = []
  for (let round = 0; round < 3; round++) {
    on.crew.hire(2)
    await on.progress(run, 20, 60)
    // The second time with a source that does not answer any more.
    if (round === 1) {
      await on.source.silence()
      let before = -1
      // Nobody is answered any more when the count of messages asked for stands still.
      await on.until('silence', run, async () => {
        const [then, now] = [before, await on.source.fetched()]
        before = now
        await pause(100)
        return then === now || undefined
      })
    }
    for (const { fate, ms } of await on.crew.dismiss()) {
      expect(fate).toBe(0)
      took.push(ms)
    }
    expect(await on.tally()).toMatchObject({ intended: 0, failed: 0 })
    await on.source.recover()
  }
  expect(Math.max(...took)).toBeLessThan(BOUND)
  on.crew.hire(2)
  await reckon(on, run, {
    what: `${took.length} workers stopped by SIGTERM under load, after ${took.map((ms) => `${(ms / 1000).toFixed(1)} s`).join(', ')}, nothing in doubt`,
  })
})
