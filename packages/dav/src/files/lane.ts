/** Promises of which so many run at once. The first error ends it for those that have not begun. */
export function makeLane(most: number) {
  const running = new Set<Promise<void>>()
  let failed: { readonly thrown: unknown } | undefined
  const check = (): void => {
    if (failed) throw failed.thrown
  }
  return {
    async add(begin: () => Promise<void>): Promise<void> {
      while (running.size >= most && !failed) await Promise.race(running)
      const one: Promise<void> = begin()
        .catch((thrown: unknown) => {
          failed ??= { thrown }
        })
        .finally(() => running.delete(one))
      running.add(one)
      check()
    },
    async end(): Promise<void> {
      await Promise.all(running)
      check()
    },
    settled: async (): Promise<void> => void (await Promise.all(running)),
  }
}
