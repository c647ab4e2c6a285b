import type { FaultPlan } from '../../faults/plan.ts'
import type { Seal } from '../../serve/seal.ts'
import type { Violations } from '../../serve/violations.ts'
import type { Calendar } from '../calendar/calendar.ts'
import type { Account } from '../directory/account.ts'
import type { DriveState } from '../drive/state.ts'
import type { WorkspaceEffect } from '../faults/rule.ts'
import type { SyncState } from '../kept/sync-token.ts'
import type { ApiQuotas } from '../limits/api-quotas.ts'
import type { Quotas } from '../limits/quotas.ts'
import type { WorkspaceOptions, WorkspaceQuirks } from '../options.ts'
import type { Registration } from '../token/key.ts'
import type { TokenMint } from '../token/mint.ts'
import type { PageState } from './pages.ts'

/** Everything that a running domain consists of; routes read it, the control API changes it. */
export interface WorkspaceState {
  readonly seed: number
  readonly domain: string
  readonly customerId: string
  readonly accounts: readonly Account[]
  readonly groups: NonNullable<WorkspaceOptions['groups']>
  readonly rooms: NonNullable<WorkspaceOptions['rooms']>
  readonly registration: Registration
  readonly mint: TokenMint
  /** When a token was fetched, by whom and for what. */
  readonly exchanges: Map<string, readonly number[]>
  /** Tokens that were refused, `''` for none, and when first. */
  readonly refusedTokens: Map<string, number>
  /** All of the domain, by id. */
  readonly calendars: Map<string, Calendar>
  readonly drive: DriveState
  readonly quotas: Quotas
  readonly apiQuotas: ApiQuotas
  readonly table: '2026' | 'legacy'
  readonly raceMs: number
  readonly faults: FaultPlan<WorkspaceEffect>
  /** Messages that can never be read again, by mailbox and id. */
  readonly poisoned: Set<string>
  readonly disabledApis: Set<string>
  readonly violations: Violations
  readonly http: { count: number }
  readonly requests: Map<string, number>
  readonly pages: Seal<PageState>
  readonly syncs: Seal<SyncState>
  readonly quirks: Required<WorkspaceQuirks>
  readonly latencyMs: number
  readonly warm: boolean
  readonly timeScale: number
  /** Where a picture that Google hosts is served here. */
  photoUrl: (url: string) => string
  /** Where an address on another host of Google's is served here. */
  linkUrl: (url: string) => string
  readonly now: () => number
  /** `format=full` by mailbox, and other habits that are only bad in bulk. */
  readonly habits: Map<string, number>
  /** Called before each request is answered: scripted users act on it. */
  ticks: (method: string, mailbox: string | undefined) => void
}
