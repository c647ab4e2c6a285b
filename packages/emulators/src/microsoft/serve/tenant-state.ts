import type { FaultPlan } from '../../faults/plan.ts'
import type { SlidingWindow } from '../../limits/window.ts'
import type { Seal } from '../../serve/seal.ts'
import type { Violations } from '../../serve/violations.ts'
import type { DeltaState } from '../delta/token.ts'
import type { Account } from '../directory/account.ts'
import type { FilesState } from '../drive/files-state.ts'
import type { FaultEffect } from '../faults/rule.ts'
import type { UnitBucket } from '../limits/directory.ts'
import type { Limiter } from '../limits/limiter.ts'
import type { LimitOptions, Quirks } from '../options.ts'
import type { TokenEndpoint } from '../token/endpoint.ts'
import type { TokenMint } from '../token/jwt.ts'
import type { Counting } from './stats.ts'

/** Everything that a running tenant consists of; routes read it, the control API changes it. */
export interface TenantState {
  readonly seed: number
  readonly organization: string
  readonly concealNames: boolean
  /** In the directory's order. */
  readonly accounts: readonly Account[]
  readonly mint: TokenMint
  readonly token: TokenEndpoint
  readonly limiter: Limiter
  readonly limits: Required<LimitOptions>
  /** The directory's bucket, and the reports' window (14 in 10 minutes). */
  readonly units: UnitBucket
  readonly reports: SlidingWindow
  readonly faults: FaultPlan<FaultEffect>
  readonly violations: Violations
  readonly counting: Counting
  readonly seal: Seal<DeltaState>
  readonly quirks: Required<Quirks>
  readonly latencyMs: number
  readonly warm: boolean
  readonly now: () => number
  readonly files: FilesState
  /** Pre-authenticated downloads, by the path on the download host. */
  readonly downloads: Map<string, Buffer>
  /** `https://127.0.0.1:port`: another host than Graph's. */
  downloadRoot: () => string
  /** Called before each request is answered: scripted users act on it. */
  ticks: (kind: string, mailbox: string | undefined) => void
}

const directories = new WeakMap<readonly Account[], ReadonlyMap<string, Account>>()

/** By GUID or user principal name, in any case of letters. */
export function findAccount({ accounts }: Pick<TenantState, 'accounts'>, name: string): Account | undefined {
  const known = directories.get(accounts) ?? new Map(accounts.flatMap((each) => [[each.id, each] as const, [each.address, each] as const]))
  directories.set(accounts, known)
  return known.get(name.toLowerCase())
}
