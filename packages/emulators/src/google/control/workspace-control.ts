import type { WorkspaceFaultRule } from '../faults/rule.ts'
import type { DriveAct } from './drive-acts.ts'
import type { DriveControl } from './drive-control.ts'
import type { GmailControl } from './gmail-control.ts'
import type { WorkDesks } from './work-desks.ts'

/** What the emulated domain has been asked, for benches and tests. */
export interface WorkspaceStats {
  /** HTTP requests of all sorts; a batch is one. */
  readonly http: number
  /** Requests by method: `messages.get`, `messages.list`, `history.list`, `token` ... */
  readonly requests: Readonly<Record<string, number>>
  /** Gmail units spent, by address. */
  readonly units: Readonly<Record<string, number>>
  /** Requests that were let through, by API; of Drive, units. */
  readonly apiUnits: Readonly<Record<string, number>>
  readonly refusals: { readonly throttled: number; readonly tooMany: number }
}

/** What a scripted user does. Choices depend on the seed and on what is there, never on time. */
export type GmailAct = 'relabel' | 'archive' | 'trash' | 'delete' | 'star' | 'read' | 'receive' | 'rename-label' | 'edit-draft'

/** The same at the primary calendar, the address book and the tasks. */
export type WorkAct =
  | 'add-event'
  | 'edit-event'
  | 'cancel-event'
  | 'edit-occurrence'
  | 'cancel-occurrence'
  | 'add-contact'
  | 'edit-contact'
  | 'delete-contact'
  | 'edit-task'

/** A user who acts while the client works, keyed on how many requests have come. */
export interface GmailScript {
  readonly mailbox: string
  readonly seed?: number
  /** Only requests of this method count (`messages.get`). Default: all of the mailbox. */
  readonly method?: string
  readonly steps: readonly (
    | { readonly at: number; readonly act: GmailAct | WorkAct | DriveAct; readonly count?: number }
    | { readonly every: number; readonly act: GmailAct | WorkAct | DriveAct; readonly times: number }
  )[]
}

/** A Workspace domain, in this process or in another. */
export interface WorkspaceControl {
  /** One https origin for all of Google's hosts; the host that was meant stands in `x-goog-emulated-host`, which may be left out. */
  readonly url: string
  readonly domain: string
  /** An account that may read the directory. */
  readonly adminAddress: string
  readonly clientId: string
  /** The service account's. */
  readonly clientEmail: string
  /** PEM of the authority of `url`. */
  readonly ca: string
  /** What the client did wrong. Empty for one that behaves. */
  violations(): Promise<readonly string[]>
  stats(): Promise<WorkspaceStats>
  mailbox(address: string): GmailControl
  /** Calendars, address book and tasks of an account. */
  work(address: string): WorkDesks
  /** An account's own drive by its address, or a shared one by its id or name. */
  drive(name: string): DriveControl
  readonly faults: { add(rule: WorkspaceFaultRule): Promise<void>; clear(): Promise<void> }
  scenario(script: GmailScript): Promise<void>
  readonly admin: {
    /** Scopes without their common prefix. */
    authorise(scopes: readonly string[]): Promise<void>
    suspend(address: string, suspended: boolean): Promise<void>
    gmail(address: string, on: boolean): Promise<void>
    calendar(address: string, on: boolean): Promise<void>
    drive(address: string, on: boolean): Promise<void>
    /** From now on the service account's key is unknown. */
    deleteKey(): Promise<void>
    /** `gmail`, `admin`, `calendar`, `people`, `tasks`, `drive`. */
    disableApi(api: string, disabled: boolean): Promise<void>
    /** The token endpoint's clock is so many milliseconds ahead. */
    skew(ms: number): Promise<void>
  }
}
