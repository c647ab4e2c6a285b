import type { Authority } from '../authority.ts'
import type { CloudFaultRule } from './faults/rule.ts'

/** What a Nextcloud is made of. All of it is plain data but `authority` and `now`. */
export interface NextcloudOptions {
  /** Who issues the TLS certificate. Default: a new authority. */
  readonly authority?: Authority
  /** Decides every id and password that is not given. */
  readonly seed: number
  readonly users: readonly CloudUserSeed[]
  /** `24`, `30.0.4`, `32.0.7` ... Default `32.0.7`. */
  readonly version?: string
  /** `redirect`: the web server has the rule for `/.well-known`; `none`: the plain PHP root, which answers 404. Default `redirect`. */
  readonly wellKnown?: 'redirect' | 'none'
  readonly settings?: Partial<CloudSettings>
  readonly limits?: CloudLimits
  readonly quirks?: CloudQuirks
  /** Where invitations are really sent to, beside being noted: a sink's address. */
  readonly smtp?: { readonly host: string; readonly port: number }
  /** Divides every duration of the server: hours of rate limits, the delays after wrong passwords. Default 1. */
  readonly timeScale?: number
  /** Milliseconds that each answer takes. Default 0. */
  readonly latencyMs?: number
  readonly faults?: readonly CloudFaultRule[]
  /** `http` for tests whose proxy must see what passes. Default `https`. */
  readonly scheme?: 'https' | 'http'
  /** Default: any free port. */
  readonly port?: number
  readonly now?: () => number
}

export interface CloudUserSeed {
  /** Letters, digits and `_ . @ - '`. */
  readonly id: string
  /** Without one, nobody can invite this user, and nobody is mailed. Default: the id, where it is an address. */
  readonly email?: string
  readonly displayName?: string
  /** Default: derived from the seed. */
  readonly password?: string
  /** Bytes. Default: unlimited. */
  readonly quota?: number
  /** May ask about other users, and import for them. */
  readonly admin?: boolean
  readonly disabled?: boolean
  readonly groups?: readonly string[]
  readonly kind?: 'individual' | 'room' | 'resource'
  /** Nobody has logged in yet: there is no calendar and no address book. */
  readonly isNew?: boolean
}

/** What an administrator sets with `occ`. */
export interface CloudSettings {
  /** `dav sendInvitations`: no mail leaves where it is `no`; local delivery remains. Default `yes`. */
  readonly sendInvitations: 'yes' | 'no'
  /** Whether someone to whom a calendar is shared is mailed. Default `yes`. */
  readonly mailSharees: 'yes' | 'no'
  /** Seconds that deleted calendars and events are kept; 0: no trash bin. Default 30 days. */
  readonly calendarRetentionObligation: number
  /** Every request is answered 503. */
  readonly maintenance: boolean
  /** Calendars of birthdays are made from address books. Default `yes`. */
  readonly generateBirthdayCalendar: 'yes' | 'no'
  /** Names that Windows would not take are refused (31 and newer). Default `no`. */
  readonly windowsCompatibleNames: 'yes' | 'no'
  /** `PROPFIND` with `Depth: infinity` is answered. Default `yes`. */
  readonly depthInfinity: 'yes' | 'no'
  /** `bulkupload.enabled`. Default `yes`. */
  readonly bulkUpload: 'yes' | 'no'
  /** Example files for whoever logs in first: `skeletondirectory` is not empty. Default `yes`; users of the options have none. */
  readonly skeleton: 'yes' | 'no'
  /** The server can send mail; without it nothing is shared by mail. Default `yes`. */
  readonly mail: 'yes' | 'no'
  /** Links and mail shares want a password. Default `no`. */
  readonly linkPasswordEnforced: 'yes' | 'no'
  /** Days after which links and mail shares end by themselves; 0: they do not. */
  readonly linkDays: number
  /** Whether that is the most that may be asked for. Default `yes`. */
  readonly linkDaysEnforced: 'yes' | 'no'
  /** The same for shares to users and groups. */
  readonly insideDays: number
  readonly insideDaysEnforced: 'yes' | 'no'
  /** Shares go to those alone with whom who shares has a group in common, and to groups of their own. Default `no`. */
  readonly onlyWithinGroups: 'yes' | 'no'
  /** Whoever is in one of these groups may share nothing. */
  readonly groupsWithoutSharing: readonly string[]
  /** Whether links may be made at all. Default `yes`. */
  readonly links: 'yes' | 'no'
  /** `shareapi_allow_view_without_download`: who may not download is given the bytes to look at, from 32 on. Default `yes`. */
  readonly viewWithoutDownload: 'yes' | 'no'
  /** The `groupfolders` app is installed. Default `yes`. */
  readonly teamFolders: 'yes' | 'no'
  /** Least length of a password. Default 10. */
  readonly passwordLength: number
  /** Mail addresses of the server's own sender. */
  readonly mailFrom: string
}

/** `Number.POSITIVE_INFINITY` cannot travel as JSON: -1 is unlimited, as with `occ`. */
export interface CloudLimits {
  /** Calendars made in an hour, per user. Default 10 from version 26 on, else unlimited. */
  readonly calendarsPerHour?: number
  /** Calendars and subscriptions of a user. Default 30 from version 26 on. */
  readonly calendars?: number
  readonly booksPerHour?: number
  /** Default 10 from version 26 on. */
  readonly books?: number
  /** Bytes of a calendar object. Default 10,485,760 from version 30 on. */
  readonly eventBytes?: number
  /** Bytes of a card. Default 5,242,880 from version 30 on. */
  readonly cardBytes?: number
  /** Imports in an hour, per caller. Default 10. */
  readonly importsPerHour?: number
  /** Shares asked for in ten minutes, per user, also such as are refused. Default 20 from version 32 on. */
  readonly sharesPerTenMinutes?: number
  /** Requests in flight per user above which a client is told of. Default 8. */
  readonly concurrent?: number
  /** Bytes of the smallest part that the object store takes, but for the last. Default 5 MiB; `chunking` `v2` alone. */
  readonly leastPart?: number
  /** Milliseconds after a refusal in which a request counts as having been on its way already. Default 250; never scaled. */
  readonly raceMs?: number
}

export interface CloudQuirks {
  /** How a UID that is there already is refused. Default: 409 from version 34 on. */
  readonly uidConflict?: 400 | 409
  /** `v2`: files lie in an object store, and chunks go there at once. Default `v1`. */
  readonly chunking?: 'v1' | 'v2'
  /** A PUT in chunked transfer coding stores nothing, as behind some PHP-FPM. */
  readonly chunkedPutsAreEmpty?: boolean
  /** A MOVE that announces 0 bytes makes an empty file. Default: `v2` from version 33 on. */
  readonly zeroLengthMoves?: boolean
  /** What wrong passwords slow down is not really waited for: `waitedMs` of the stats says how long it would have been. */
  readonly noDelays?: boolean
  /** No header of a request stops scheduling, as behind a proxy that removes what it does not know. */
  readonly deaf?: boolean
}
