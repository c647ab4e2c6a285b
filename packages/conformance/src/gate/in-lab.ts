import type { Quota, Ticket } from '@offramp/core'
import { test } from 'vitest'
import type { GateLab, GateProcess } from '../gate-suite.ts'

export type OpenLab = () => Promise<GateLab>

/** A case with a lab of its own, closed whatever happens. */
export function gateCase(open: OpenLab, name: string, run: (lab: GateLab) => Promise<void>): void {
  test(name, async () => {
    const lab = await open()
    try {
      await run(lab)
    } finally {
      await lab.close()
    }
  })
}

export const never = new AbortController().signal

/** How an `enter` stands: still waiting, in since a time, or refused. */
export interface Call {
  readonly done: Promise<void>
  ticket?: Ticket
  enteredAt?: number
  error?: unknown
}

export function enter(lab: GateLab, { gate }: GateProcess, quota: Quota, options: { weight?: number; signal?: AbortSignal } = {}): Call {
  const call: { -readonly [K in keyof Call]: Call[K] } = { done: Promise.resolve() }
  call.done = gate.enter(quota, options.weight ?? 1, { signal: options.signal ?? never }).then(
    (ticket) => {
      call.ticket = ticket
      call.enteredAt = lab.now()
    },
    (error: unknown) => {
      call.error = error
    },
  )
  return call
}

/** Enters now, or fails the case. */
export async function enterNow(lab: GateLab, process: GateProcess, quota: Quota, weight = 1): Promise<Ticket> {
  const call = enter(lab, process, quota, { weight })
  await call.done
  if (!call.ticket) throw call.error
  return call.ticket
}

/** Calls that come back until they are let in, as a worker does after a `gate` fault. Answers when each entered. */
export async function keepEntering(lab: GateLab, jobs: readonly Job[], forMs: number): Promise<readonly Entered[]> {
  const entered: Entered[] = []
  const waiting = jobs.map((job) => ({ job, call: undefined as Call | undefined, notBefore: 0 }))
  const flying: { readonly until: number; readonly ticket: Ticket; readonly of: Entered }[] = []
  for (const end = lab.now() + forMs; lab.now() < end && (waiting.length > 0 || flying.length > 0); ) {
    for (const one of waiting) if (!one.call && one.notBefore <= lab.now()) one.call = enter(lab, one.job.process, one.job.quota, one.job)
    await lab.advance(STEP)
    for (const one of [...waiting]) {
      const { call, job } = one
      if (call?.ticket) {
        waiting.splice(waiting.indexOf(one), 1)
        const of = { at: call.enteredAt ?? 0, weight: job.weight ?? 1, left: Number.POSITIVE_INFINITY }
        entered.push(of)
        flying.push({ until: lab.now() + (job.flightMs ?? 0), ticket: call.ticket, of })
      } else if (call?.error !== undefined) {
        one.notBefore = untilOf(call.error)
        one.call = undefined
      }
    }
    for (const flight of [...flying].filter(({ until }) => until <= lab.now())) {
      flying.splice(flying.indexOf(flight), 1)
      Object.assign(flight.of, { left: lab.now() })
      flight.ticket.leave()
    }
  }
  return entered
}

const STEP = 100

export interface Job {
  readonly process: GateProcess
  readonly quota: Quota
  readonly weight?: number
  readonly flightMs?: number
}

export interface Entered {
  readonly at: number
  readonly weight: number
  /** When its ticket was handed back. */
  readonly left: number
}

function untilOf(error: unknown): number {
  if (error instanceof Error && 'until' in error && typeof error.until === 'number') return error.until
  throw error
}

/** The most that any window of this length holds. */
export const fullest = (entered: readonly Entered[], perMs: number): number =>
  Math.max(
    0,
    ...entered.map(({ at }) =>
      entered.filter((other) => other.at > at - perMs && other.at <= at).reduce((sum, { weight }) => sum + weight, 0),
    ),
  )
