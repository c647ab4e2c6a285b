import { createServer } from 'node:https'
import { makeAuthority } from '../authority.ts'
import { listen, shut } from '../serve/listen.ts'
import { type DriveControl, driveDesk } from './control/drive-desk.ts'
import { type MailboxControl, MailboxDesk } from './control/mailbox-control.ts'
import { type OutlookControl, outlookDesk } from './control/outlook-desk.ts'
import { Scenario, type ScenarioScript } from './control/scenario.ts'
import type { FaultRule } from './faults/rule.ts'
import { block, makeState } from './make-state.ts'
import type { TenantOptions } from './options.ts'
import { serveDownloads } from './serve/downloads.ts'
import { handle } from './serve/handle.ts'
import type { TenantStats } from './serve/stats.ts'
import { findAccount, type TenantState } from './serve/tenant-state.ts'

/** A tenant that runs, and the hands that change it. */
export interface EmulatedTenant {
  /** `https://localhost:PORT/`; Graph's root is `v1.0` below it. */
  readonly graphUrl: string
  readonly loginUrl: string
  /** PEM of the authority that a client must trust. */
  readonly ca: string
  readonly tenantId: string
  /** The default domain, which the token endpoint takes as well. */
  readonly domain: string
  readonly clientId: string
  readonly clientSecret: string
  /** What the client did wrong. Empty for one that behaves. */
  violations(): string[]
  stats(): TenantStats
  mailbox(address: string): MailboxControl
  /** The calendars, contacts and tasks of a mailbox: their owner at work, and the truth about them. */
  outlook(address: string): OutlookControl
  /** A drive: of an account by its address, of a site by its web address and the name of a library (absent: the first). */
  drive(owner: string, library?: string): DriveControl
  readonly faults: { add(rule: FaultRule): void; clear(): void }
  /** A user who acts while the client works; see `ScenarioScript`. */
  scenario(script: ScenarioScript): void
  /** What an administrator changes: consent, scope, secret. Tokens that are out keep their roles. */
  readonly admin: {
    grant(permissions: readonly string[]): void
    scope(outOfScope: readonly string[]): void
    secret(secret: string, expiresAt?: number): void
    certificates(pem: readonly string[]): void
  }
  close(): Promise<void>
}

/** Starts a tenant on loopback, over TLS. */
export async function startTenant(options: TenantOptions): Promise<EmulatedTenant> {
  const state = makeState(options)
  const authority = options.authority ?? (await makeAuthority())
  const pair = await authority.issue({ hosts: ['localhost', '127.0.0.1', 'graph.microsoft.com', 'login.microsoftonline.com'] })
  const server = createServer(
    { cert: pair.cert, key: pair.key, keepAlive: true, noDelay: true, requestTimeout: 0, keepAliveTimeout: 60_000 },
    (request, response) => {
      void handle(state, request, response)
    },
  )
  const downloads = createServer({ cert: pair.cert, key: pair.key }, (request, response) => {
    serveDownloads(state, request, response).catch((error: unknown) => {
      if (!response.destroyed) state.violations.note(`the emulator itself failed: ${String(error)}`)
      response.destroy()
    })
  })
  const port = await listen(server, options.port ?? 0)
  const downloadPort = await listen(downloads, 0)
  state.downloadRoot = () => `https://127.0.0.1:${downloadPort}`
  state.token.alsoKnownAs(`https://localhost:${port}`)
  return control(state, { port, ca: authority.ca, close: () => Promise.all([shut(server), shut(downloads)]).then(() => {}) })
}

function control(state: TenantState, running: { readonly port: number; readonly ca: string; close(): Promise<void> }): EmulatedTenant {
  const { registration } = state.token
  const desks = new Map<string, MailboxControl>()
  return {
    graphUrl: `https://localhost:${running.port}/`,
    loginUrl: `https://localhost:${running.port}/`,
    ca: running.ca,
    tenantId: registration.tenantId,
    domain: registration.domain,
    clientId: registration.clientId,
    clientSecret: registration.secret,
    violations: () => state.violations.list(),
    stats: () => state.counting.report(state.limiter, state.faults.fired),
    mailbox: (address) => {
      const account = findAccount(state, address)
      if (!account?.mailbox) throw new Error(`There is no mailbox ${address} in this tenant.`)
      const known = desks.get(account.address) ?? new MailboxDesk(account, account.mailbox, state.warm)
      desks.set(account.address, known)
      return known
    },
    outlook: (address) => {
      const account = findAccount(state, address)
      if (!account?.mailbox || !account.outlook) throw new Error(`There is no mailbox ${address} in this tenant.`)
      return outlookDesk({ account, mailbox: account.mailbox, outlook: account.outlook })
    },
    drive: (owner, library) => driveDesk(state, owner, library),
    faults: { add: (rule) => state.faults.add(rule), clear: () => state.faults.clear() },
    scenario: (script) => {
      const scenario = new Scenario(state, script)
      const before = state.ticks
      state.ticks = (kind, mailbox) => {
        before(kind, mailbox)
        scenario.tick(kind, mailbox)
      }
    },
    admin: administrator(state),
    close: running.close,
  }
}

function administrator(state: TenantState): EmulatedTenant['admin'] {
  const { registration } = state.token
  return {
    grant: (permissions) => {
      registration.permissions = permissions
    },
    scope: (outOfScope) => {
      for (const account of state.accounts) account.blocked = false
      for (const address of outOfScope) block(state, address)
    },
    secret: (secret, expiresAt = Number.POSITIVE_INFINITY) => {
      registration.secret = secret
      registration.secretExpiresAt = expiresAt
    },
    certificates: (pem) => {
      registration.certificates = pem
    },
  }
}
