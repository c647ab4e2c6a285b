import { expect, test } from 'vitest'
import { providers } from './providers.ts'
import { reckon } from './reckon.ts'
import { suspend } from './suspend.ts'

const SLEEPS = 2

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
