import {
  LedgerStore,
  Mailbox,
  MemoryAccount,
  type MemoryDestinationOptions,
  type MemorySourceOptions,
  mailBytes,
  memoryDestination,
  memoryLedger,
  memorySource,
  receivedAt,
} from '@offramp/conformance'
import type { Clock, Destination, Lease, Progress, Source } from '@offramp/core'
import type { Limits, TurnRequest } from '../contract.ts'
import { turn } from '../turn.ts'

/** Time that stands still until somebody sleeps. */
export function standingClock(): Clock & { advance(ms: number): void } {
  let now = Date.UTC(2026, 0, 5)
  const sleepers: { readonly due: number; wake(): void }[] = []
  const advance = (ms: number): void => {
    now += ms
    for (const sleeper of [...sleepers]) if (sleeper.due <= now) sleeper.wake()
  }
  return {
    now: () => now,
    advance,
    sleep: (ms, { signal }) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason)
        const sleeper = { due: now + ms, wake: resolve }
        sleepers.push(sleeper)
        signal?.addEventListener('abort', () => reject(signal.reason), { once: true })
      }),
  }
}

export const LANE = 'anna-mail'

const LIMITS: Limits = { pageItems: 50, windowItems: 20, windowBytes: 1_000_000, sliceMs: 60_000, putMs: 30_000 }

/** One lane between a memory account and a memory mailbox, and what a test does with it. */
export function memoryLane(options: { readonly source?: MemorySourceOptions; readonly destination?: MemoryDestinationOptions } = {}) {
  const account = new MemoryAccount()
  const mailbox = new Mailbox()
  const store = new LedgerStore()
  const clock = standingClock()
  const ledger = memoryLedger(store, { clock })
  const source: Source = memorySource(account, options.source)
  const destination: Destination = memoryDestination(mailbox, options.destination)
  const reports: Progress[] = []

  const lease = async (): Promise<Lease> => {
    const got = await ledger.lease(LANE, 'test', 600_000)
    if (!got) throw new Error('The lease is held.')
    return got
  }

  const request = (held: Lease, more: Partial<TurnRequest> = {}): TurnRequest => ({
    source,
    destination,
    ledger,
    lease: held,
    pass: 1,
    limits: LIMITS,
    clock,
    report(progress) {
      reports.push(progress)
      const { waiting } = progress
      // What is waited for in place comes at once.
      if (waiting) setImmediate(() => clock.advance(Math.max(0, waiting.until - clock.now())))
    },
    ...more,
  })

  return {
    account,
    mailbox,
    store,
    clock,
    ledger,
    source,
    destination,
    reports,
    lease,
    request,
    limits: LIMITS,
    /** Adds the `n`th message. */
    add: (home: string, n: number, fill = 0) =>
      account.add(home, { body: mailBytes(n, { fill }), naturalKey: `<specimen-${n}@example.org>`, traits: { receivedAt: receivedAt(n) } }),
    /** One turn, with a lease of its own. */
    async turn(more: Partial<TurnRequest> = {}, call = { signal: new AbortController().signal }) {
      const held = await lease()
      try {
        return await turn(request(held, more), call)
      } finally {
        await held.release()
      }
    },
    entries: () => [...store.lane(LANE).entries.values()],
    standing: () => mailbox.folders().flatMap(({ path, copies }) => [...copies.values()].map((copy) => ({ path: path.join('/'), copy }))),
  }
}

export const forever = { signal: new AbortController().signal }
