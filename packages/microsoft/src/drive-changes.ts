import { Fault } from '@offramp/core'

/** So many times in a row, a file that changes while it is read is not read again before the next pass. */
const MOST = 3

interface ChangesSeen {
  /** Passes on what `look` throws; a change too many becomes a fault of the item. */
  watch(id: string, look: () => Promise<void>): Promise<void>
  /** It was changed since it was told of: what a listing said of it is not good any more. */
  isRestless(id: string): boolean
  /** It was read whole. */
  settled(id: string): void
}

/** How often files changed under the eyes of whoever read them. */
export function changesSeen(about: string): ChangesSeen {
  const seen = new Map<string, number>()
  return {
    async watch(id, look) {
      try {
        await look()
      } catch (thrown) {
        if (!(thrown instanceof Fault) || thrown.code !== 'graph-changed') throw thrown
        const times = (seen.get(id) ?? 0) + 1
        seen.set(id, times)
        if (times < MOST) throw thrown
        seen.delete(id)
        const message = `A file of ${about} was changed each of ${MOST} times while it was being read.`
        throw new Fault({ reach: 'item', reason: 'changing', code: 'graph-changing', message })
      }
    },
    isRestless: (id) => seen.has(id),
    settled: (id) => void seen.delete(id),
  }
}
