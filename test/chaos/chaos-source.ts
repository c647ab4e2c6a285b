import { messagePrint } from '@offramp/formats'
import { type Audit, auditBy, auditGmail, bytePrint } from '../lab/audit.ts'
import type { Lab } from '../lab/lab.ts'
import type { WorkspaceLab } from '../lab/workspace-lab.ts'
import type { RawImap } from '../servers/raw-imap.ts'

/** What makes two messages the same: every byte, or what is left when the source writes MIME anew at each reading. */
export type Sameness = 'bytes' | 'message'

/** What chaos needs to know of the provider that is read. */
export interface ChaosSource {
  /** Messages asked for until now: the measure of progress. */
  fetched(): Promise<number>
  throttled(): Promise<number>
  violations(): Promise<readonly string[]>
  /** Compares one mailbox at both ends, with a client that shares no code with Offramp. */
  audit(address: string, destination: RawImap, sameness: Sameness): Promise<Audit>
  /** A mail comes into this mailbox. */
  receive(address: string, bytes: Uint8Array): Promise<unknown>
  /** From now on no message is answered any more, until `recover`. */
  silence(): Promise<void>
  recover(): Promise<void>
}

const PRINTS = { bytes: bytePrint, message: messagePrint } as const

export const tenantSource = ({ tenant }: Lab): ChaosSource => ({
  fetched: async () => (await tenant.stats()).values.fetches,
  throttled: async () => (await tenant.stats()).throttled,
  violations: () => tenant.violations(),
  audit: (address, destination, sameness) => auditBy(PRINTS[sameness])(tenant.mailbox(address), destination),
  receive: (address, bytes) => tenant.mailbox(address).add(['Inbox'], bytes, { receivedAt: Date.now() }),
  silence: () => tenant.faults.add({ name: 'silence', path: '/\\$value$', effect: { kind: 'hang' } }),
  recover: () => tenant.faults.clear(),
})

/** Gmail gives the same bytes at each reading. */
export const workspaceSource = ({ workspace }: WorkspaceLab): ChaosSource => ({
  fetched: async () => (await workspace.stats()).requests['messages.get'] ?? 0,
  throttled: async () => (await workspace.stats()).refusals.throttled,
  violations: () => workspace.violations(),
  audit: (address, destination) => auditGmail(workspace.mailbox(address), destination),
  receive: (address, bytes) => workspace.mailbox(address).add(bytes, { internalDate: Date.now() }),
  silence: () => workspace.faults.add({ name: 'silence', path: '/messages/[^/?]+\\?', effect: { kind: 'hang' } }),
  recover: () => workspace.faults.clear(),
})
