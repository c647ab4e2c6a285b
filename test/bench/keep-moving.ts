import { LedgerStore, Mailbox, memoryDestination, memoryLedger } from '@offramp/conformance'
import { type Call, type Clock, type Source, systemClock } from '@offramp/core'
import { type Limits, turn } from '@offramp/engine'

/** A clock that runs `scale` times as fast as the system's from now on. Sleeps are as much shorter. */
export function scaledClock(scale: number): Clock {
  const began = systemClock.now()
  return {
    now: () => Math.floor(began + (systemClock.now() - began) * scale),
    sleep: (ms, call) => systemClock.sleep(ms / scale, call),
  }
}

/** Turn after turn into memory, waiting as a worker does where the gate sends it away. Ends with the call. */
export async function keepMoving(source: Source, { clock, scale }: { clock: Clock; scale: number }, call: Call): Promise<void> {
  const limits: Limits = { pageItems: 200, windowItems: 150, windowBytes: 16 * 2 ** 20, sliceMs: 1e9, putMs: 30_000 * scale }
  const ledger = memoryLedger(new LedgerStore(), { clock })
  const lease = await ledger.lease('busy', 'bench', 60_000 * scale)
  if (lease === undefined) throw new Error('The lane of the bench is held.')
  const ends = { source, destination: memoryDestination(new Mailbox()), ledger, lease }
  try {
    while (!call.signal.aborted) {
      const end = await turn({ ...ends, pass: 1, limits, clock, report: () => {} }, call)
      if (end.state === 'wait') await clock.sleep(end.until - clock.now(), call).catch(() => undefined)
      else if (end.state !== 'more') throw new Error(`The turn ended too soon: ${JSON.stringify(end)}`)
    }
  } finally {
    // Or its renewal would keep the process alive for ever.
    await lease.release()
  }
}
