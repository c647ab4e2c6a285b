/** Does the work for all, so many at once, in order of their coming. Answers in the order of the items; the first error ends it. */
export async function inTurns<T, R>(items: readonly T[], atOnce: number, work: (item: T) => Promise<R>): Promise<R[]> {
  const answers: R[] = []
  const left = items.entries()
  const line = async (): Promise<void> => {
    for (const [at, item] of left) answers[at] = await work(item)
  }
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, line))
  return answers
}
