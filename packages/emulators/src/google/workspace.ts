import { createServer } from 'node:https'
import { makeAuthority } from '../authority.ts'
import { listen, shut } from '../serve/listen.ts'
import type { GmailControl } from './control/gmail-control.ts'
import { GmailDesk } from './control/gmail-desk.ts'
import { PlayedScript } from './control/script.ts'
import type { WorkspaceControl } from './control/workspace-control.ts'
import { accountNamed } from './directory/account.ts'
import { makeState } from './make-state.ts'
import type { WorkspaceOptions } from './options.ts'
import { handle } from './serve/handle.ts'
import type { WorkspaceState } from './serve/state.ts'
import { keyFile } from './token/key.ts'
import { fullScope } from './token/scopes.ts'

/** A domain that runs in this process. */
export interface EmulatedWorkspace extends WorkspaceControl {
  /** The service account's key file, as the Cloud console hands it out: JSON as text. */
  key(): string
  /** A bearer token that may have the service account sign: for those without a key file. */
  readonly callerToken: string
  stop(): Promise<void>
}

/** Starts a Google Workspace domain on loopback, over TLS. */
export async function startWorkspace(options: WorkspaceOptions): Promise<EmulatedWorkspace> {
  const state = makeState(options)
  const authority = options.authority ?? (await makeAuthority())
  const pair = await authority.issue({ hosts: ['localhost', '127.0.0.1'] })
  const server = createServer(
    { cert: pair.cert, key: pair.key, keepAlive: true, noDelay: true, requestTimeout: 0, keepAliveTimeout: 60_000 },
    (request, response) => {
      void handle(state, request, response)
    },
  )
  const port = await listen(server, options.port ?? 0)
  const { registration } = state
  const key = registration.key === undefined ? '' : keyFile(registration, registration.key)
  return {
    url: `https://localhost:${port}/`,
    domain: state.domain,
    adminAddress: state.accounts.find((account) => account.admin)?.address ?? '',
    clientId: registration.clientId,
    clientEmail: registration.clientEmail,
    ca: authority.ca,
    ...hands(state),
    key: () => key,
    callerToken: registration.callerToken,
    stop: () => shut(server),
  }
}

type Hands = Pick<WorkspaceControl, 'violations' | 'stats' | 'mailbox' | 'faults' | 'scenario' | 'admin'>

function hands(state: WorkspaceState): Hands {
  const desks = new Map<string, GmailControl>()
  return {
    violations: async () => state.violations.list(),
    stats: async () => ({
      requests: Object.fromEntries(state.requests),
      units: Object.fromEntries(state.quotas.units),
      refusals: { ...state.quotas.refusals },
    }),
    mailbox: (address) => {
      const { mailbox } = accountNamed(state, address)
      const known = desks.get(mailbox.address) ?? new GmailDesk(mailbox, state)
      desks.set(mailbox.address, known)
      return known
    },
    faults: {
      add: async (rule) => state.faults.add(rule),
      clear: async () => {
        state.faults.clear()
        state.poisoned.clear()
      },
    },
    scenario: async (script) => {
      const played = new PlayedScript(state, script)
      const before = state.ticks
      state.ticks = (method, mailbox) => {
        before(method, mailbox)
        played.tick(method, mailbox)
      }
    },
    admin: administrator(state),
  }
}

function administrator(state: WorkspaceState): WorkspaceControl['admin'] {
  const { registration } = state
  return {
    authorise: async (scopes) => {
      registration.scopes = new Set(scopes.map(fullScope))
    },
    suspend: async (address, suspended) => {
      accountNamed(state, address).suspended = suspended
    },
    gmail: async (address, on) => {
      accountNamed(state, address).gmail = on
    },
    deleteKey: async () => {
      registration.key = undefined
    },
    disableApi: async (api, disabled) => {
      if (api !== 'gmail' && api !== 'admin') throw new Error(`The emulated domain has no API "${api}": gmail and admin it has.`)
      if (disabled) state.disabledApis.add(api)
      else state.disabledApis.delete(api)
    },
    skew: async (ms) => {
      registration.skewMs = ms
    },
  }
}
