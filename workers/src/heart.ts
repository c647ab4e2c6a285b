import { writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { Workplace } from '@offramp/control'
import type { Log } from '@offramp/core'
import { everyWhile } from './every-while.ts'

export interface HeartOptions {
  readonly workplace: Workplace
  readonly name: string
  readonly log: Log
  readonly lanes: () => number
  readonly signal: AbortSignal
  readonly aliveFile?: string
}

const BEAT_EVERY = 5_000

/** A process that does not answer for this long renews no locks in time and is soon taken for dead. Milliseconds. */
const LAG_ALARM = 1_000

/** Says every few seconds that this process lives, how large it is, and how long it was deaf. */
export async function startHeart({ workplace, name, log, lanes, signal, aliveFile }: HeartOptions): Promise<void> {
  const { board, clock } = workplace
  const since = clock.now()
  const lag = monitorEventLoopDelay({ resolution: 20 })
  lag.enable()
  const beat = async (last?: { readonly left: true }): Promise<void> => {
    const lagMs = Math.round(lag.max / 1e6)
    lag.reset()
    if (lagMs > LAG_ALARM) log.warn({ lagMs, worker: name }, 'this process did not answer for a while')
    const rssBytes = process.memoryUsage.rss()
    await board.beat({ worker: name, host: hostname(), pid: process.pid, since, at: clock.now(), lanes: lanes(), rssBytes, lagMs, ...last })
  }
  await everyWhile(BEAT_EVERY, { clock, signal, log, what: 'beat' }, async () => {
    // The file says that the process lives, also while Redis does not.
    if (aliveFile !== undefined) await writeFile(aliveFile, '')
    await beat()
  })
  // Redis may be away, and nobody waits for this word: it is forgotten within a minute without it.
  await Promise.race([beat({ left: true }).catch(() => {}), clock.sleep(1_000, {})])
  lag.disable()
}
