import type { Gate } from '@offramp/core'
import { describe } from 'vitest'
import { gateQuotaCases } from './gate/quota-cases.ts'
import { gateWaitCases } from './gate/wait-cases.ts'

/** One process that shares the gate under test. */
export interface GateProcess {
  readonly gate: Gate
  /** It is killed: it hands nothing back, and is not heard of again. Absent where a gate is one process's own. */
  die?(): Promise<void>
}

/** What the suite needs around a gate. Time is the lab's: no case waits for the wall clock. */
export interface GateLab {
  /** One more process on the same gate; where a gate is one process's own, the same one again. The lab ends it. */
  process(): Promise<GateProcess>
  now(): number
  /** Lets time pass for every process, and what was due meanwhile happen. */
  advance(ms: number): Promise<void>
  /** What the processes are set to, in milliseconds. */
  readonly patienceMs: number
  /** A ticket that nobody hands back has lapsed after this many milliseconds, whether its process lives or not. */
  readonly ticketMs: number
  /** The same for the tickets of a process that died. */
  readonly deadMs: number
  close(): Promise<void>
}

export interface GateSuiteOptions {
  readonly name: string
  /** A fresh lab with open gates for every case. */
  readonly open: () => Promise<GateLab>
}

/** One case a promise of core's `Gate`. Call it at the top of a test file. */
export function gateSuite({ name, open }: GateSuiteOptions): void {
  describe(`gate: ${name}`, () => {
    gateQuotaCases(open)
    gateWaitCases(open)
  })
}
