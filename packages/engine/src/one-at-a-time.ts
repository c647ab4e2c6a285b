import type { Call } from '@offramp/core'
import type { OneAtATime } from './contract.ts'

/** See `OneAtATime`. Who has given up while waiting does not begin. */
export function oneAtATime(): OneAtATime {
  let tail: Promise<unknown> = Promise.resolve()
  return <T>(work: () => Promise<T>, { signal }: Call): Promise<T> => {
    const turn = tail.then(() => {
      signal.throwIfAborted()
      return work()
    })
    tail = turn.catch(() => undefined)
    return turn
  }
}
