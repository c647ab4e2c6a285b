import type { Call } from '@offramp/core'

/** Memory for the bytes that are under way, so much for all together. */
export interface Pool {
  /** Waits until so many bytes are free. One that is larger than the whole pool gets it all, alone. `free` is safe to repeat. */
  take(bytes: number, call: Call): Promise<Held>
}

export interface Held {
  readonly buffer: Buffer
  free(): void
}

interface Waiter {
  readonly bytes: number
  readonly go: () => void
}

/** Buffers are used again, since memory outside of V8's heap is given back late: under load it would grow to many times what is in use. */
export function makePool(most: number): Pool {
  const waiting: Waiter[] = []
  const kept: Buffer[] = []
  let used = 0
  const wake = (): void => {
    for (let next = waiting[0]; next && (used === 0 || used + next.bytes <= most); next = waiting[0]) {
      waiting.shift()
      used += next.bytes
      next.go()
    }
  }
  const enter = (bytes: number, { signal }: Call): Promise<void> =>
    new Promise((resolve, reject) => {
      signal.throwIfAborted()
      const waiter = { bytes, go: () => done(resolve) }
      const done = (settle: () => void): void => {
        signal.removeEventListener('abort', onAbort)
        settle()
      }
      const onAbort = (): void => {
        const at = waiting.indexOf(waiter)
        if (at >= 0) waiting.splice(at, 1)
        reject(signal.reason)
        wake()
      }
      signal.addEventListener('abort', onAbort, { once: true })
      waiting.push(waiter)
      wake()
    })
  const bufferOf = (bytes: number): Buffer => {
    const at = kept.findIndex(({ length }) => length >= bytes && length <= 2 * bytes + 65_536)
    return (at >= 0 ? kept.splice(at, 1)[0] : undefined) ?? Buffer.allocUnsafeSlow(bytes)
  }
  return {
    async take(bytes, call) {
      await enter(bytes, call)
      const whole = bufferOf(bytes)
      let isFree = false
      return {
        buffer: whole.subarray(0, bytes),
        free() {
          if (isFree) return
          isFree = true
          used -= bytes
          // What lies idle counts as well, and small ones are cheap to make.
          const idle = kept.reduce((sum, { length }) => sum + length, 0)
          if (whole.length > 1_000_000 && idle + used + whole.length <= most) kept.push(whole)
          wake()
        },
      }
    },
  }
}
