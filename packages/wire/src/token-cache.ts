import type { Call, Clock, Log } from '@offramp/core'
import type { TokenSource } from './request.ts'

export interface FreshToken {
  readonly token: string
  /** Milliseconds from the moment of asking. */
  readonly livesMs: number
}

/** A token is replaced when this share of its life has passed, so that none dies in the middle of a long night. */
const FRESH_SHARE = 0.8

interface Held {
  readonly token: string
  readonly freshUntil: number
  readonly validUntil: number
}

/**
 * Keeps one token per credential in this process's memory and nowhere else. Asks for a new one at 80 % of its life, once however many
 * callers wait for it; while the old one is still valid, a failure to replace it is only logged.
 */
export function tokenCache(ask: (call: Call) => Promise<FreshToken>, services: { readonly clock: Clock; readonly log: Log }): TokenSource {
  const { clock, log } = services
  let held: Held | undefined
  let asking: Promise<Held> | undefined

  const renew = (): Promise<Held> => {
    // Not the first caller's signal: its abort must not fail the others. The request has its own time limit.
    const asked = clock.now()
    asking ??= ask({ signal: new AbortController().signal })
      .then(({ token, livesMs }) => {
        held = { token, freshUntil: asked + livesMs * FRESH_SHARE, validUntil: asked + livesMs }
        return held
      })
      .finally(() => {
        asking = undefined
      })
    return asking
  }

  return {
    async token(call) {
      call.signal.throwIfAborted()
      const now = clock.now()
      if (held !== undefined && now < held.freshUntil) return held.token
      const old = held !== undefined && now < held.validUntil ? held : undefined
      try {
        return (await orAbort(renew(), call)).token
      } catch (thrown) {
        if (old === undefined || call.signal.aborted) throw thrown
        log.warn({ validMs: old.validUntil - now }, 'A new token was not to be had; the old one is still valid.')
        return old.token
      }
    },
    refused(token) {
      if (held?.token === token) held = undefined
    },
  }
}

function orAbort<T>(work: Promise<T>, { signal }: Call): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason)
    signal.addEventListener('abort', onAbort, { once: true })
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort))
  })
}
