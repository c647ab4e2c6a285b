import type { Intent, Lease, Ledger, Outcome, Receipt } from '@offramp/core'
import { test } from 'vitest'
import type { LedgerLab } from '../ledger-suite.ts'

export const LANE = 'anna-mail'
export const TTL = 10_000

export interface Held {
  readonly lab: LedgerLab
  readonly ledger: Ledger
  readonly lease: Lease
}

export type OpenLab = () => Promise<LedgerLab>

/** A case with a lab of its own, closed whatever happens. */
export function labCase(open: OpenLab, name: string, run: (lab: LedgerLab) => Promise<void>): void {
  test(name, async () => {
    const lab = await open()
    try {
      await run(lab)
    } finally {
      await lab.close()
    }
  })
}

/** A case in which one process holds the lane. */
export function heldCase(open: OpenLab, name: string, run: (held: Held) => Promise<void>): void {
  labCase(open, name, async (lab) => {
    const { ledger } = await lab.process()
    const lease = await take(ledger)
    await run({ lab, ledger, lease })
    await lease.release()
  })
}

export async function take(ledger: Ledger, lane = LANE, holder = 'worker-1'): Promise<Lease> {
  const lease = await ledger.lease(lane, holder, TTL)
  if (!lease) throw new Error(`the lane ${lane} is held by somebody else`)
  return lease
}

export const receipt = (locator: string, more: Partial<Receipt> = {}): Receipt => ({ place: 'INBOX;7', locator, size: 1_000, ...more })

export const intent = (id: string, more: Partial<Intent> = {}): Intent => ({
  id,
  listing: 'inbox',
  version: 'v1',
  place: 'INBOX;7',
  ...more,
})

type Arrived = Extract<Outcome, { state: 'arrived' }>
type Rejected = Extract<Outcome, { state: 'rejected' }>
type Failed = Extract<Outcome, { state: 'failed' }>

export const arrived = (id: string, locator: string, more: Partial<Arrived> = {}): Arrived => ({
  id,
  listing: 'inbox',
  state: 'arrived',
  version: 'v1',
  receipt: receipt(locator),
  ...more,
})

export const rejected = (id: string, more: Partial<Rejected> = {}): Rejected => ({
  id,
  listing: 'inbox',
  state: 'rejected',
  version: 'v1',
  reason: 'too-large',
  message: 'It has 40 MB and the server takes 25.',
  ...more,
})

export const failed = (id: string, more: Partial<Failed> = {}): Failed => ({
  id,
  listing: 'inbox',
  state: 'failed',
  version: 'v1',
  message: 'The server hung up three times.',
  ...more,
})
