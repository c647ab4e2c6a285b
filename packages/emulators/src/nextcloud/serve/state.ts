import type { FaultPlan } from '../../faults/plan.ts'
import type { Violations } from '../../serve/violations.ts'
import type { CloudEffect } from '../faults/rule.ts'
import type { FileShare } from '../files/share.ts'
import type { Spool } from '../files/spool.ts'
import type { TeamFolder } from '../files/team.ts'
import type { BruteForce } from '../limits/brute-force.ts'
import type { RateLimits } from '../limits/rate-limits.ts'
import type { CloudLimits, CloudSettings, NextcloudOptions } from '../options.ts'
import type { SentMail } from '../scheduling/mail.ts'
import type { CloudUser } from '../users/user.ts'
import type { Version } from '../version.ts'
import type { Manners } from './manners.ts'

/** One change of what is stored, and who made it. */
export interface WriteNote {
  /** Milliseconds since the Unix epoch. */
  readonly at: number
  readonly by: 'client' | 'scheduling' | 'person' | 'server'
  /** On whose behalf. */
  readonly user: string
  /** Whose home it is in. */
  readonly home: string
  /** `calendars/personal/x.ics`, `inbox/x.ics`, `addressbooks/contacts/x.vcf`, `files/a/b.txt`. */
  readonly path: string
  readonly action: 'create' | 'update' | 'delete'
}

/** Everything that a running Nextcloud consists of; requests read and change it, and so does the control interface. */
export interface CloudState {
  readonly seed: number
  readonly version: Version
  readonly wellKnown: NonNullable<NextcloudOptions['wellKnown']>
  readonly users: Map<string, CloudUser>
  /** Display names of groups, by their ids. */
  readonly groups: Map<string, string>
  /** What links begin with: known once it listens. */
  readonly origin: { url: string }
  readonly shares: Map<string, FileShare>
  readonly teams: Map<number, TeamFolder>
  /** Where the bytes of files lie. */
  readonly spool: Spool
  readonly chunking: 'v1' | 'v2'
  readonly chunkedPutsAreEmpty: boolean
  readonly zeroLengthMoves: boolean
  readonly noDelays: boolean
  /** Requests that have come with a password, which costs the server a slow hash each time (facts 4.7). */
  readonly byPassword: { count: number }
  /** What has not been waited for. */
  readonly waited: { ms: number }
  readonly settings: { -readonly [Name in keyof CloudSettings]: CloudSettings[Name] }
  /** -1 is unlimited. */
  readonly limits: { -readonly [Name in keyof CloudLimits]-?: number }
  readonly uidConflict: 400 | 409
  /** No header stops scheduling. */
  readonly deaf: boolean
  readonly smtp: NextcloudOptions['smtp']
  readonly rates: RateLimits
  readonly bruteForce: BruteForce
  readonly manners: Manners
  readonly faults: FaultPlan<CloudEffect>
  readonly violations: Violations
  readonly requests: Map<string, number>
  readonly mails: SentMail[]
  readonly writes: WriteNote[]
  /** Mails on their way to the sink. */
  readonly posting: Set<Promise<void>>
  readonly timeScale: number
  readonly latencyMs: number
  readonly now: () => number
  /** The clock goes on by so many milliseconds at once. */
  readonly pass: (ms: number) => void
  readonly nextId: () => number
}
