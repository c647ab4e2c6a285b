import type { Clock } from '@offramp/core'
import { ManualClock } from '../clocks.ts'
import { gateSuite } from '../gate-suite.ts'
import { ledgerSuite } from '../ledger-suite.ts'
import { LedgerStore } from './ledger-store.ts'
import { MemoryGate } from './memory-gate.ts'
import { memoryLedger } from './memory-ledger.ts'
import { directWire, type Wire } from './wire.ts'

const STEP = 50

/** Time passes in small steps, so that whoever is woken goes on before the next one is. */
async function passing(clock: ManualClock, ms: number): Promise<void> {
  let left = Math.ceil(ms)
  do {
    await clock.advance(Math.min(STEP, left))
    left -= STEP
  } while (left > 0)
}

ledgerSuite({
  name: 'memory',
  open: async () => {
    const clock = new ManualClock()
    const store = new LedgerStore({ remember: true })
    const ended = new AbortController()
    const own: Clock = {
      now: () => clock.now(),
      sleep: (ms, { signal }) => clock.sleep(ms, { signal: signal ? AbortSignal.any([signal, ended.signal]) : ended.signal }),
    }
    return {
      process: async () => {
        let isCut = false
        const wire: Wire = async (what, effect, call) => {
          if (isCut) throw new Error('The store cannot be reached.')
          return directWire(what, effect, call)
        }
        const cut = async () => {
          isCut = true
        }
        return { ledger: memoryLedger(store, { clock: own, wire }), cut }
      },
      advance: (ms) => passing(clock, ms),
      wipe: async () => store.forgetAll(),
      save: async () => {
        const restore = store.mark()
        return async () => restore()
      },
      close: async () => ended.abort(),
    }
  },
})

gateSuite({
  name: 'memory',
  open: async () => {
    const clock = new ManualClock()
    const [patienceMs, ticketMs] = [5_000, 120_000]
    const gate = new MemoryGate(clock, { patienceMs, ticketMs })
    return {
      patienceMs,
      ticketMs,
      // The gate is one process's own: nobody knows of its death but by time.
      deadMs: ticketMs,
      process: async () => ({ gate }),
      now: () => clock.now(),
      advance: (ms) => passing(clock, ms),
      close: async () => undefined,
    }
  },
})
