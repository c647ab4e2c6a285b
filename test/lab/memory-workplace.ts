import { LedgerStore, MemoryGate, memoryLedger } from '@offramp/conformance'
import type { OpenedProject, Wake, Waker, Workplace } from '@offramp/control'
import { connectEnds, leaseMsOf, limitsOf } from '@offramp/control'
import { type Clock, type LaneId, systemClock } from '@offramp/core'
import { oneAtATime, rebuild, turn, verify } from '@offramp/engine'
import { MemoryBoard } from './memory-board.ts'
import type { MemoryServer, MemoryTenant } from './memory-ends.ts'

/** A queue in memory: what was woken and not yet taken. */
export class MemoryWaker implements Waker {
  readonly waiting = new Map<LaneId, number | undefined>()

  async wake(wakes: readonly Wake[]): Promise<void> {
    for (const { lane, at } of wakes) if (!this.waiting.has(lane)) this.waiting.set(lane, at)
  }

  async hurry(lanes: readonly LaneId[]): Promise<void> {
    for (const lane of lanes) this.waiting.set(lane, undefined)
  }

  async open(): Promise<number> {
    return this.waiting.size
  }

  async close(): Promise<void> {}
}

export interface MemoryWorkplace extends Workplace {
  readonly board: MemoryBoard
  readonly waker: MemoryWaker
}

/** A workplace with nothing but memory in it, and real verbs of the engine. */
export function memoryWorkplace(tenant: MemoryTenant, server: MemoryServer, clock: Clock = systemClock): MemoryWorkplace {
  const source = tenant.endpoint()
  const destinations = new Map([['mail', server.endpoint('mail')]])
  const limits = limitsOf()
  return {
    project: 'test',
    clock,
    ledger: memoryLedger(new LedgerStore(), { clock }),
    gate: new MemoryGate(clock),
    board: new MemoryBoard(),
    safety: [],
    waker: new MemoryWaker(),
    redis: {},
    source,
    sourceId: 'memory',
    destinations,
    verbs: { turn, verify, rebuild },
    limits,
    large: oneAtATime(),
    leaseMs: leaseMsOf(limits),
    connect: async (plan, call) => connectEnds({ source, destinations }, plan, call),
    close: async () => {},
  }
}

/** A project over this table, as if its files had been read. */
export const openedWith = (rows: readonly (readonly [source: string, destination: string])[], folder = '/nowhere'): OpenedProject => ({
  project: {
    version: 1,
    project: 'test',
    redis: { url: 'redis://127.0.0.1:1' },
    source: { kind: 'microsoft-365', tenantId: 'contoso.example', clientId: '11111111-2222-3333-4444-555555555555', secret: 'env:X' },
    destinations: [{ kind: 'imap', name: 'mail', host: 'mail.example.org' }],
    mappings: 'mappings.csv',
  },
  folder,
  kinds: ['mail'],
  endpoints: [{ name: 'mail', kinds: ['mail'] }],
  mappings: rows.map(([source, destination], index) => ({ line: index + 2, source, destination })),
  mappingsFile: 'mappings.csv',
  warnings: [],
  places: { env: () => undefined, folder },
})
