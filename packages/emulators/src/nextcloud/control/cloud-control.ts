import type { CloudFaultRule } from '../faults/rule.ts'
import type { CloudLimits, CloudSettings } from '../options.ts'
import type { SentMail } from '../scheduling/mail.ts'
import type { WriteNote } from '../serve/state.ts'
import type { FilesControl, SharingControl } from './file-control.ts'

export interface CloudStats {
  /** Requests by method and the first part of the path: `PUT calendars`, `GET ocs` ... */
  readonly requests: Readonly<Record<string, number>>
  /** The most that any user had in flight at once. */
  readonly mostAtOnce: number
  /** How often each sort of fault was played. */
  readonly faults: Readonly<Record<string, number>>
  /** Requests that came with the password, and not with an app password: slow on every server. */
  readonly byPassword: number
  /** Milliseconds that `quirks.noDelays` has spared. */
  readonly waitedMs: number
}

/** What truly stands somewhere: calendar object, card, delivered message or file. */
export interface StoredTruth {
  /** `calendars/personal/a.ics`, `addressbooks/contacts/b.vcf`, `inbox/c.ics`, `trash/personal/d.ics`, `files/x/y.txt`. */
  readonly path: string
  readonly uid: string
  readonly component: string
  readonly etag: string
  /** Who wrote it last: a client, the server in scheduling, a person by this interface. */
  readonly by: WriteNote['by']
  /** Whose request that was. */
  readonly writer: string
  readonly writes: number
  /** The bytes as text. */
  readonly text: string
}

export interface CollectionTruth {
  readonly uri: string
  readonly kind: 'calendar' | 'book'
  readonly displayName: string
  readonly components: readonly string[]
  /** XML within each property that was set, by Clark name. */
  readonly properties: Readonly<Record<string, string>>
  readonly shares: Readonly<Record<string, 'read' | 'read-write'>>
  readonly deleted: boolean
  readonly objects: number
}

/** One user: what stands in their home, and they themselves at work. The same in-process and from another process. */
export interface UserControl {
  /** Two ways in that both work: the password, and an app password. */
  credentials(): Promise<{ readonly user: string; readonly password: string; readonly appPassword: string }>
  collections(): Promise<readonly CollectionTruth[]>
  /** Everything in the home, the inbox and the trash bin included; or what is below a path. */
  stored(below?: string): Promise<readonly StoredTruth[]>
  /** As the person does it in a browser: schedules and mails as ever, and is remembered as a person's. */
  write(path: string, text: string): Promise<void>
  move(path: string, to: string): Promise<void>
  remove(path: string): Promise<void>
  disable(disabled: boolean): Promise<void>
  /** Bytes; -1: unlimited. */
  quota(bytes: number): Promise<void>
  /** All app passwords are refused from now on. */
  revoke(): Promise<void>
  readonly files: FilesControl
}

/** A Nextcloud, in this process or in another. */
export interface CloudControl {
  readonly url: string
  /** PEM of the authority of `url`. */
  readonly ca: string
  readonly version: string
  readonly users: readonly string[]
  user(id: string): UserControl
  /** What the client did wrong. Empty for one that behaves. */
  violations(): Promise<readonly string[]>
  stats(): Promise<CloudStats>
  /** Every mail that left the server, or would have without a sink. */
  mails(): Promise<readonly SentMail[]>
  /** Every change of what is stored, and who made it. */
  writes(): Promise<readonly WriteNote[]>
  readonly sharing: SharingControl
  readonly faults: { add(rule: CloudFaultRule): Promise<void>; clear(): Promise<void> }
  readonly admin: {
    set(settings: Partial<CloudSettings>): Promise<void>
    limit(limits: CloudLimits): Promise<void>
    /** Hours begin anew, and wrong passwords are forgotten: `occ security:bruteforce:reset`. */
    forget(): Promise<void>
    /** The server's clock goes on by so many milliseconds at once. */
    pass(ms: number): Promise<void>
  }
}
