/** Does `work` for every item, at most `most` at once. The first failure stops taking further items and is thrown once those in hand have ended. */
export async function eachAtOnce<T>(items: readonly T[], most: number, work: (item: T, index: number) => Promise<void>): Promise<void> {
  let next = 0
  let stopped = false
  const taker = async (): Promise<void> => {
    while (!stopped && next < items.length) {
      const index = next++
      const item = items[index]
      if (item === undefined) continue
      try {
        await work(item, index)
      } catch (thrown) {
        stopped = true
        throw thrown
      }
    }
  }
  const ends = await Promise.allSettled(Array.from({ length: Math.min(most, items.length) }, taker))
  for (const end of ends) if (end.status === 'rejected') throw end.reason
}
