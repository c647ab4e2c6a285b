/** The only source of time outside a composition root, so that tests decide what time it is. */
export interface Clock {
  /** Milliseconds since the Unix epoch. */
  now(): number
  /** Resolves after `ms` milliseconds, at once for none or fewer, and after 24.8 days at the latest; rejects with the signal's reason when it aborts first. */
  sleep(ms: number, call: { readonly signal?: AbortSignal }): Promise<void>
}

/** What a timer of Node can hold, milliseconds (24.8 days): more, like less than nothing, would go off at once, with a warning on the terminal. */
const LONGEST_MS = 2 ** 31 - 1

export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: (ms, { signal }) =>
    new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason)
      const timer = setTimeout(
        () => {
          signal?.removeEventListener('abort', onAbort)
          resolve()
        },
        Math.min(Math.max(ms, 0), LONGEST_MS),
      )
      const onAbort = () => {
        clearTimeout(timer)
        reject(signal?.reason)
      }
      signal?.addEventListener('abort', onAbort, { once: true })
    }),
}
