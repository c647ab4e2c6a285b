import { Fault } from '@offramp/core'
import type { Choices } from '@offramp/formats'

/** How the service account signs. Given as functions, so that a secret is read when it is needed and kept nowhere. */
export type ServiceAccount =
  /** The key file that Google gives out, as text (JSON). */
  | { readonly key: () => Promise<string> }
  /** No key exists: Google's IAM signs for the service account, asked with an access token of whoever runs Offramp. */
  | {
      readonly signAs: string
      /** An access token that something else keeps fresh. Absent: the metadata server of the machine in Google's cloud is asked. */
      readonly accessToken?: () => Promise<string>
    }

/** What becomes of a message with several labels. */
export type LabelPolicy =
  /** One copy, in the folder of its most telling label; the other labels are keywords. */
  | 'folder'
  /** A copy in every label's folder. */
  | 'copies'
  /** One copy, in the archive; all labels are keywords. */
  | 'archive'

export interface GoogleLimits {
  /** `2026`: what projects get since 1 May 2026. `legacy`: what older projects keep. Default `2026`. */
  readonly table?: '2026' | 'legacy'
  /** Gmail quota units. */
  readonly userPerMinute?: number
  readonly projectPerMinute?: number
  readonly projectPerDay?: number
  /** Requests of one mailbox in flight. */
  readonly concurrent?: number
  readonly calendar?: ApiLimits
  readonly people?: ApiLimits
  readonly tasks?: ApiLimits
  readonly drive?: DriveLimits
}

/** Drive quota units, and bytes. */
export interface DriveLimits extends ApiLimits {
  /** Bytes that may be taken out of Drive in a day, by the whole project. Default 10^12. */
  readonly bytesPerDay?: number
}

/** Requests to one API, where Google has raised or lowered its quota for this project. */
export interface ApiLimits {
  readonly userPerMinute?: number
  readonly projectPerMinute?: number
  readonly projectPerDay?: number
  /** Requests of one account in flight. */
  readonly concurrent?: number
}

/** Connection settings of one Google Workspace, read by a service account with domain-wide delegation. */
export interface GoogleSettings {
  readonly name: string
  /** Address of an administrator, in whose name the directory is read. */
  readonly admin: string
  readonly auth: ServiceAccount
  /** The service account's numeric client ID, for remedies; a key file has it. */
  readonly clientId?: string
  /** Default: `folder`. */
  readonly labels?: LabelPolicy
  /** Spam and trash are moved as well. Default: true. */
  readonly spamAndTrash?: boolean
  readonly limits?: GoogleLimits
  /** What the operator chose about calendars, contacts and files. */
  readonly choices?: Choices
  /** Instead of Google's own hosts for Gmail, Calendar, People, Tasks, Drive, Admin and IAM, all of them. https only; no path. */
  readonly apiUrl?: string
  /** Instead of the host that gives out tokens. https only; no path. */
  readonly tokenUrl?: string
  /** Instead of the metadata server's own address. */
  readonly metadataUrl?: string
  /** PEM of a further authority to trust (an inspecting proxy, an emulator). */
  readonly ca?: string
  /** `http://proxy:3128`. */
  readonly proxy?: string
  /** Default: `Offramp/0.1.0 (gzip)`. */
  readonly userAgent?: string
}

/** Google compresses only for clients whose name says `gzip`. */
export const USER_AGENT = 'Offramp/0.1.0 (gzip)'

/** Where each API answers. No slash at the end. */
export interface GoogleHosts {
  readonly gmailUrl: string
  readonly adminUrl: string
  readonly calendarUrl: string
  readonly peopleUrl: string
  readonly tasksUrl: string
  readonly driveUrl: string
  readonly iamUrl: string
  readonly tokenUrl: string
  readonly metadataUrl: string
}

/** Hosts of the endpoint. Throws a `run` fault for an address that is not an https origin. */
export function hostsOf(settings: GoogleSettings): GoogleHosts {
  const own = settings.apiUrl === undefined ? undefined : originOf(settings, settings.apiUrl)
  return {
    gmailUrl: own ?? 'https://gmail.googleapis.com',
    adminUrl: own ?? 'https://admin.googleapis.com',
    calendarUrl: own ?? 'https://www.googleapis.com',
    peopleUrl: own ?? 'https://people.googleapis.com',
    tasksUrl: own ?? 'https://tasks.googleapis.com',
    driveUrl: own ?? 'https://www.googleapis.com',
    iamUrl: own ?? 'https://iamcredentials.googleapis.com',
    tokenUrl: settings.tokenUrl === undefined ? 'https://oauth2.googleapis.com' : originOf(settings, settings.tokenUrl),
    // Link-local and never encrypted: it leads to the machine's own hypervisor. By its number: the wire asks no name that leads to such an address.
    metadataUrl: settings.metadataUrl ?? 'http://169.254.169.254',
  }
}

function originOf(settings: GoogleSettings, url: string): string {
  const parsed = URL.parse(url)
  if (parsed?.protocol === 'https:' && parsed.pathname === '/' && parsed.search === '') return parsed.origin
  throw new Fault({
    reach: 'run',
    code: 'google-bad-address',
    message: `Endpoint ${settings.name}: ${url} is not the address of a host with https.`,
    remedy: 'Write it as https://host or https://host:port, without a path.',
  })
}

/** Decides the version of every item: with another policy the same message belongs elsewhere. */
export const policyOf = (settings: GoogleSettings): { readonly labels: LabelPolicy; readonly spamAndTrash: boolean } => ({
  labels: settings.labels ?? 'folder',
  spamAndTrash: settings.spamAndTrash ?? true,
})
