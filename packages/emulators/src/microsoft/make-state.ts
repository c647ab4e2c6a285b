import { FaultPlan } from '../faults/plan.ts'
import { guidFrom, hash32, randomFrom } from '../generate/random.ts'
import { SlidingWindow } from '../limits/window.ts'
import { Seal } from '../serve/seal.ts'
import { Violations } from '../serve/violations.ts'
import type { DeltaState } from './delta/token.ts'
import { type Account, makeAccount } from './directory/account.ts'
import { makeFiles } from './drive/files-state.ts'
import type { FaultEffect } from './faults/rule.ts'
import { UnitBucket, unitsFor } from './limits/directory.ts'
import { Limiter } from './limits/limiter.ts'
import { ALL_PERMISSIONS, type LimitOptions, type Quirks, type TenantOptions } from './options.ts'
import { Counting } from './serve/stats.ts'
import { findAccount, type TenantState } from './serve/tenant-state.ts'
import { type Registration, TokenEndpoint } from './token/endpoint.ts'
import { TokenMint } from './token/jwt.ts'

/** Reports: 14 requests in 10 minutes, per application (facts 2.3). */
const REPORTS = { requests: 14, perMs: 600_000 }

/** What seeds and options make of a tenant, before it listens. */
export function makeState(options: TenantOptions): TenantState {
  const { seed } = options
  const now = options.now ?? Date.now
  const accounts = options.accounts.map((each) => makeAccount(each, seed, now))
  for (const address of options.outOfScope ?? []) block({ accounts }, address)
  const violations = new Violations()
  const limits = limitsOf(options, accounts)
  const mint = new TokenMint(`mint ${seed}`)
  return {
    seed,
    organization: options.organization ?? 'Contoso GmbH',
    concealNames: options.concealNames ?? false,
    accounts,
    mint,
    token: new TokenEndpoint(registrationOf(options), mint),
    limiter: new Limiter({ ...limits, now, violation: (text) => violations.note(text) }),
    limits,
    units: new UnitBucket(limits.directoryUnits, now()),
    reports: new SlidingWindow(REPORTS.requests, REPORTS.perMs / (options.timeScale ?? 1)),
    faults: new FaultPlan<FaultEffect>(seed, options.faults),
    violations,
    counting: new Counting(),
    seal: new Seal<DeltaState>(`delta ${seed}`),
    quirks: { ...QUIRKS, ...options.quirks },
    latencyMs: options.latencyMs ?? 0,
    warm: options.warm ?? false,
    now,
    files: makeFiles(options, accounts, now),
    downloads: new Map(),
    downloadRoot: () => '',
    ticks: () => {},
  }
}

const QUIRKS: Required<Quirks> = {
  regenerateMime: true,
  lostMoves: false,
  emptyPageEvery: 7,
  repeatEvery: 5,
  mimeLimitBytes: 0,
  exceptions: 'told',
  deltaGenerations: 40,
  expireAfterPages: 0,
}

function limitsOf({ limits = {}, timeScale = 1 }: TenantOptions, accounts: readonly Account[]): Required<LimitOptions> {
  return {
    requests: limits.requests ?? 10_000,
    perMs: (limits.perMs ?? 600_000) / timeScale,
    concurrent: limits.concurrent ?? 4,
    directoryUnits: limits.directoryUnits ?? unitsFor(accounts.length),
    concurrencyRetryAfter: Math.ceil((limits.concurrencyRetryAfter ?? 10) / timeScale),
    raceMs: limits.raceMs ?? 250,
  }
}

function registrationOf({ seed, accounts, application = {}, permissions, timeScale = 1 }: TenantOptions): Registration {
  return {
    tenantId: guidFrom(seed, 'tenant'),
    domain: accounts[0]?.address.split('@')[1]?.toLowerCase() ?? 'contoso.example',
    clientId: application.clientId?.toLowerCase() ?? guidFrom(seed, 'application'),
    secret: application.secret ?? `${randomFrom(seed, 'secret').bytes(24).toString('base64url')}~${hash32(seed)}`,
    secretExpiresAt: application.secretExpiresAt ?? Number.POSITIVE_INFINITY,
    certificates: application.certificates ?? [],
    permissions: permissions ?? ALL_PERMISSIONS,
    tokenSeconds: Math.max(1, Math.floor((application.tokenSeconds ?? 3599) / timeScale)),
  }
}

/** Takes an account out of the application's scope. */
export function block(state: Pick<TenantState, 'accounts'>, address: string): void {
  const account = findAccount(state, address)
  if (!account) throw new Error(`There is no account ${address} in this tenant.`)
  account.blocked = true
}
