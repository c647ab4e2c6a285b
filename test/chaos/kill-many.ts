import { expect } from 'vitest'
import type { BareScene, Run } from './scene.ts'

interface Deaths {
  /** Workers killed with a lane in hand. */
  readonly busy: number
  /** Workers killed while they were starting, or between two lanes. */
  readonly idle: number
}

/** Some worker, most often one that moves something at this moment. */
async function victim({ board, crew, dice }: BareScene): Promise<{ readonly name: string; readonly busy: boolean } | undefined> {
  const alive = crew.alive()
  const moving = (await board.lanes()).flatMap(({ state }) =>
    state.state === 'moving' && alive.includes(state.worker) ? [state.worker] : [],
  )
  const any = moving.length > 0 && dice.int(1, 10) > 1 ? moving : moving.length === 0 ? [] : alive
  const name = dice.pick(any)
  return name === undefined ? undefined : { name, busy: moving.includes(name) }
}

/** Kills `count` workers, each after so many more messages as the dice say, and puts a new one in its place. */
export async function killMany(
  on: BareScene,
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

/** For the evidence. */
export const told = ({ busy, idle }: Deaths): string => `${busy + idle} workers killed (${busy} with a mailbox in hand)`
