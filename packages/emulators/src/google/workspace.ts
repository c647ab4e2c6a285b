import { createServer } from 'node:https'
import { makeAuthority } from '../authority.ts'
import { listen, shut } from '../serve/listen.ts'
import { CalendarDesk } from './control/calendar-desk.ts'
import { ContactsDesk } from './control/contacts-desk.ts'
import { DriveDesk } from './control/drive-desk.ts'
import type { GmailControl } from './control/gmail-control.ts'
import { GmailDesk } from './control/gmail-desk.ts'
import { PlayedScript } from './control/script.ts'
import { TasksDesk } from './control/tasks-desk.ts'
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
  const pair = await authority.issue({ hosts: ['localhost', '127.0.0.1', ...(options.hosts ?? [])] })
  const server = createServer(
    { cert: pair.cert, key: pair.key, keepAlive: true, noDelay: true, requestTimeout: 0, keepAliveTimeout: 60_000 },
    (request, response) => {
      void handle(state, request, response)
    },
  )
  const port = await listen(server, options.port ?? 0)
  state.photoUrl = (url) => url.replace(/^https:\/\/lh3\.googleusercontent\.com\//, `https://localhost:${port}/photo/`)
  state.linkUrl = (url) => url.replace(/^https:\/\/[\w.-]+\.google(?:apis)?\.com\//, `https://localhost:${port}/`)
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

const APIS: readonly string[] = ['gmail', 'admin', 'calendar', 'people', 'tasks', 'drive']

type Hands = Pick<WorkspaceControl, 'violations' | 'stats' | 'mailbox' | 'work' | 'drive' | 'faults' | 'scenario' | 'admin'>

function hands(state: WorkspaceState): Hands {
  const desks = new Map<string, GmailControl>()
  return {
    violations: async () => state.violations.list(),
    stats: async () => ({
      http: state.http.count,
      requests: Object.fromEntries(state.requests),
      units: Object.fromEntries(state.quotas.units),
      apiUnits: Object.fromEntries(state.apiQuotas.spent),
      refusals: { ...state.quotas.refusals, throttled: state.quotas.refusals.throttled + state.apiQuotas.throttled },
    }),
    mailbox: (address) => {
      const { mailbox } = accountNamed(state, address)
      const known = desks.get(mailbox.address) ?? new GmailDesk(mailbox, state)
      desks.set(mailbox.address, known)
      return known
    },
    work: (address) => {
      const account = accountNamed(state, address)
      return { calendars: new CalendarDesk(account, state), contacts: new ContactsDesk(account.book), tasks: new TasksDesk(account.todo) }
    },
    drive: (name) => new DriveDesk(state.drive, spotOf(state, name)),
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

/** By address, or by id or name of a shared drive. */
function spotOf({ drive: { store }, ...state }: WorkspaceState, name: string): ConstructorParameters<typeof DriveDesk>[1] {
  const shared = store.drives.get(name) ?? [...store.drives.values()].find((each) => each.name === name)
  if (shared !== undefined) return { root: shared.id, owner: undefined, driveId: shared.id }
  const { address } = accountNamed(state, name)
  return { root: store.rootOf(address), owner: address, driveId: undefined }
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
    calendar: async (address, on) => {
      accountNamed(state, address).calendar = on
    },
    drive: async (address, on) => {
      accountNamed(state, address).drive = on
    },
    deleteKey: async () => {
      registration.key = undefined
    },
    disableApi: async (api, disabled) => {
      if (!APIS.includes(api)) throw new Error(`The emulated domain has no API "${api}": ${APIS.join(', ')} it has.`)
      if (disabled) state.disabledApis.add(api)
      else state.disabledApis.delete(api)
    },
    skew: async (ms) => {
      registration.skewMs = ms
    },
  }
}
