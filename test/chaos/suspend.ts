import type { BareScene, Run } from './scene.ts'

/** Lanes that a worker has in hand by the board. */
const inHand = async ({ board }: BareScene, worker: string): Promise<readonly string[]> =>
  (await board.lanes()).flatMap(({ plan, state }) => (state.state === 'moving' && state.worker === worker ? [plan.lane] : []))

/** True once none of these lanes is a worker's any more by the board: others have them, or are through with them. */
async function tookOver(on: BareScene, from: string, lanes: readonly string[]): Promise<true | undefined> {
  const held = await inHand(on, from)
  return lanes.some((lane) => held.includes(lane)) ? undefined : true
}

/**
 * Stops a busy worker as SIGSTOP, a suspended machine or a paused container does, until others have taken what it had and have got on with it, by as
 * much as the dice say; then lets it go on.
 */
export async function suspend(on: BareScene, run: Run, [least, most]: readonly [number, number] = [2, 20]): Promise<number> {
  const busy = await on.until('a busy worker', run, async () => {
    const name = on.dice.pick(on.crew.alive())
    const lanes = name === undefined ? [] : await inHand(on, name)
    return name === undefined || lanes.length === 0 ? undefined : { name, lanes }
  })
  await on.crew.signal(busy.name, 'SIGSTOP')
  try {
    // Those that it had given back in the very last moment do not count.
    const lanes = await inHand(on, busy.name)
    await on.until('takeover', run, () => tookOver(on, busy.name, lanes), 120_000)
    await on.progress(run, least, most)
    return lanes.length
  } finally {
    await on.crew.signal(busy.name, 'SIGCONT')
  }
}
