import type { Call } from '@offramp/core'
import type { InTurn, OneAtATime } from './contract.ts'

/** Streams at once in one process: as many as other tools use by default. Each holds some parts of its file and never the whole. */
const STREAMS = 4

/** See `OneAtATime`. Who has given up while waiting does not begin. */
export const oneAtATime = (): OneAtATime => Object.assign(inTurn(1), { streams: inTurn(STREAMS) })

/** So many work at a time, the others in the order in which they came. */
function inTurn(most: number): InTurn {
  const waiting = new Set<() => void>()
  let working = 0
  const leave = (): void => {
    const [next] = waiting
    if (!next) return void working--
    waiting.delete(next)
    next()
  }
  return async <T>(work: () => Promise<T>, { signal }: Call): Promise<T> => {
    signal.throwIfAborted()
    if (working < most) working++
    else await queue(waiting, signal)
    try {
      return await work()
    } finally {
      leave()
    }
  }
}

/** Who is asked to stop does not wait any longer: those before him may take hours. */
function queue(waiting: Set<() => void>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const go = (): void => {
      signal.removeEventListener('abort', giveUp)
      resolve()
    }
    const giveUp = (): void => {
      waiting.delete(go)
      reject(signal.reason)
    }
    waiting.add(go)
    signal.addEventListener('abort', giveUp, { once: true })
  })
}
