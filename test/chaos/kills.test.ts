import type { FaultRule } from '@offramp/emulators'
import { expect, test } from 'vitest'
import { reckon } from './reckon.ts'
import type { Run, Scene } from './scene.ts'
import { useStage } from './stage.ts'

const stage = useStage()

/** What Graph does on a bad day. */
const BAD_DAY: readonly FaultRule[] = [
  { path: '/\\$value$', when: { every: 311 }, effect: { kind: 'throttle', retryAfter: 1 } },
  { path: '/\\$value$', when: { every: 173 }, effect: { kind: 'status', status: 503, body: 'html' } },
  { path: '/\\$value$', when: { every: 127 }, effect: { kind: 'reset', afterBytes: 300 } },
  { path: '/\\$value$', when: { every: 419 }, effect: { kind: 'truncate', bytes: 200 } },
]

interface Deaths {
  /** Workers killed with a lane in hand. */
  readonly busy: number
  /** Workers killed while they were starting, or between two lanes. */
  readonly idle: number
}

/** Some worker, most often one that moves something at this moment. */
async function victim({ board, crew, dice }: Scene): Promise<{ readonly name: string; readonly busy: boolean } | undefined> {
  const alive = crew.alive()
  const moving = (await board.lanes()).flatMap(({ state }) =>
    state.state === 'moving' && alive.includes(state.worker) ? [state.worker] : [],
  )
  const any = moving.length > 0 && dice.int(1, 10) > 1 ? moving : moving.length === 0 ? [] : alive
  const name = dice.pick(any)
  return name === undefined ? undefined : { name, busy: moving.includes(name) }
}

/** Kills `count` workers, each after so many more messages as the dice say, and puts a new one in its place. */
async function killMany(
  on: Scene,
  run: Run,
  { count, every }: { readonly count: number; readonly every: readonly [number, number] },
): Promise<Deaths> {
  const deaths = { busy: 0, idle: 0 }
  for (let n = 0; n < count; n++) {
    await on.progress(run, ...every)
    const { name, busy } = await on.until('a worker to kill', run, () => victim(on))
    expect(await on.crew.signal(name, 'SIGKILL')).toBe('SIGKILL')
    on.crew.hire(1)
    deaths[busy ? 'busy' : 'idle']++
  }
  return deaths
}

const told = ({ busy, idle }: Deaths): string => `${busy + idle} workers killed (${busy} with a mailbox in hand)`

test('workers killed at any moment lose nothing and double nothing', async () => {
  const on = await stage({
    name: 'kills',
    mailboxes: 6,
    messages: 500,
    tenant: { timeScale: 20, quirks: { regenerateMime: false }, faults: BAD_DAY },
  })
  on.crew.hire(3)
  const run = on.run()
  const deaths = await killMany(on, run, { count: 26, every: [10, 110] })
  expect(deaths.busy).toBeGreaterThanOrEqual(15)
  await reckon(on, run, { what: told(deaths) })
})

test('nor where the source writes MIME anew at each reading', async () => {
  const on = await stage({
    name: 'kills with regenerated MIME',
    mailboxes: 4,
    messages: 250,
    tenant: { timeScale: 20, quirks: { regenerateMime: true }, faults: BAD_DAY },
  })
  on.crew.hire(3)
  const run = on.run()
  const deaths = await killMany(on, run, { count: 10, every: [10, 80] })
  await reckon(on, run, { what: told(deaths), sameness: 'message' })
})
