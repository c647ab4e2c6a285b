import type { Call } from './call.ts'
import type { Clock } from './clock.ts'
import type { Destination } from './destination.ts'
import type { Gate } from './gate.ts'
import type { Kind } from './kind.ts'
import type { Log } from './log.ts'
import type { MailSettings } from './mail-settings.ts'
import type { Share } from './sharing.ts'
import type { Source } from './source.ts'

/** What every connector is given. Nothing in a connector sleeps, retries on its own, or reads an environment variable. */
export interface Services {
  readonly gate: Gate
  readonly log: Log
  readonly clock: Clock
  /** How long a source may be silent within one request before it is given up, in milliseconds. Absent: the connector's own limits. */
  readonly silenceMs?: number
}

/** `site`: a team site whose document libraries are its files. `drive`: a shared drive. Both are mapped by themselves and moved once. */
export type AccountKind = 'user' | 'shared' | 'room' | 'equipment' | 'group' | 'site' | 'drive' | 'unknown'

/** One person's, room's or shared mailbox's data on one side. */
export interface Account {
  /** Stable (Graph: GUID). For a destination: its login or address. */
  readonly id: string
  /** The main address or login, for people. */
  readonly name: string
  readonly kind: AccountKind
  readonly displayName?: string
  /** Further addresses by which a mapping may name it. */
  readonly aliases?: readonly string[]
  readonly enabled?: boolean
  /** Why nothing of it can be moved, in a sentence. */
  readonly unavailable?: string
}

/** One line of a preflight, in plain words. */
export interface Finding {
  readonly level: 'ok' | 'warning' | 'error'
  /** What was looked at: `permission Mail.Read`, `anna@example.com`. */
  readonly about: string
  readonly says: string
  /** What to do about it. */
  readonly remedy?: string
}

/** A tenant or domain to read from. Made from an endpoint's settings by the catalog. */
export interface SourceEndpoint {
  readonly name: string
  readonly kinds: readonly Kind[]
  /**
   * What the source takes for an item, in the words of its setting, where that is the operator's choice (Gmail: a message, or a message under a
   * label). Said of mail. A lane keeps it once something has moved: under another setting the same mail would be moved once more.
   */
  readonly manner?: string
  /** Everything that could stop the run, found before it starts. Never throws for what it can say as a finding. */
  check(asked: CheckRequest, call: Call): AsyncIterable<Finding>
  accounts(call: Call): AsyncIterable<Account>
  /** Undefined where there is no such account. Takes an id, the main address or an alias, in any case of letters. */
  account(name: string, call: Call): Promise<Account | undefined>
  connect(account: Account, kind: Kind): Promise<Source>
  /** Who else may see or change this account's collections of a kind, as the account's owner granted it. Read only. Absent where the source cannot tell. */
  shares?(account: Account, kind: Kind, call: Call): AsyncIterable<Share>
  /** Rules, automatic reply, forwarding, identities and delegates of one account. Read only. Absent where the source has none of these. */
  mailSettings?(account: Account, call: Call): Promise<MailSettings>
  close?(): Promise<void>
}

export interface CheckRequest {
  readonly accounts: readonly Account[]
  readonly kinds: readonly Kind[]
  /** When the migration is planned to end, in milliseconds since the Unix epoch: credentials must live longer. */
  readonly plannedEnd?: number
}

/** A server to write to. */
export interface DestinationEndpoint {
  readonly name: string
  readonly kinds: readonly Kind[]
  /** Names host and account uniquely, to see two mappings that end in one place: `imap://mail.example.org:993/anna`. */
  addressOf(account: string): string
  /**
   * The same server, with the files of each account below this folder (names joined by `/`; `''`: where they stand without one). Its `addressOf`
   * ends with the folder, so that one inside another can be told. Files; absent: accounts are written to as a whole.
   */
  below?(folder: string): DestinationEndpoint
  /**
   * The same server, with the files of an account in a Team folder of this name, which the first write makes if it is absent: closed to everybody but
   * the account. Its `addressOf` is that of a folder of this name; its `check` says nothing but what concerns the Team folder. Absent: there are none.
   */
  inTeam?(name: string): DestinationEndpoint
  /** Unencrypted or otherwise weakened by the operator's own setting, in a sentence; shown in every report. */
  readonly caution?: string
  check(asked: CheckRequest, call: Call): AsyncIterable<Finding>
  /** Logs in. `account` is the mapping's destination as the operator wrote it. */
  connect(account: string, kind: Kind, call: Call): Promise<Destination>
  close?(): Promise<void>
}
