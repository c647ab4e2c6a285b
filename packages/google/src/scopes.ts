import type { Kind } from '@offramp/core'

/** What Offramp asks for; each workload gets tokens of its own, because one scope that is missing refuses a whole token. */
export type Workload =
  | 'mail'
  | 'users'
  | 'groups'
  | 'rooms'
  | 'sizes'
  | 'calendars'
  | 'acls'
  | 'contacts'
  | 'collected'
  | 'tasks'
  | 'files'
  | 'domains'

interface Scope {
  /** Without the common prefix. */
  readonly name: string
  /** What is missing without it. */
  readonly without: string
  readonly needed: boolean
  /** In whose name: the mailbox's owner, or the administrator. */
  readonly subject: 'owner' | 'admin'
}

const PREFIX = 'https://www.googleapis.com/auth/'

/**
 * Read-only, and the narrowest that each method accepts: https://developers.google.com/workspace/gmail/api/auth/scopes and the pages of the other
 * APIs. `calendar.readonly` does not cover who may see a calendar (`acl.list`).
 */
export const SCOPES: Readonly<Record<Workload, Scope>> = {
  users: {
    name: 'admin.directory.user.readonly',
    without: 'Without it the users of the domain and their addresses cannot be listed.',
    needed: true,
    subject: 'admin',
  },
  mail: { name: 'gmail.readonly', without: 'Without it no message can be read.', needed: true, subject: 'owner' },
  groups: {
    name: 'admin.directory.group.readonly',
    without: 'Without it groups are not named among the accounts.',
    needed: false,
    subject: 'admin',
  },
  rooms: {
    name: 'admin.directory.resource.calendar.readonly',
    without: 'Without it rooms and equipment are not named among the accounts.',
    needed: false,
    subject: 'admin',
  },
  sizes: {
    name: 'admin.reports.usage.readonly',
    without: 'Without it the sizes of the mailboxes are not known beforehand.',
    needed: false,
    subject: 'admin',
  },
  calendars: { name: 'calendar.readonly', without: 'Without it no calendar can be read.', needed: true, subject: 'owner' },
  acls: {
    name: 'calendar.acls.readonly',
    without: 'Without it nobody is told who else may see a calendar, and shares cannot be made again.',
    needed: false,
    subject: 'owner',
  },
  contacts: { name: 'contacts.readonly', without: 'Without it no contact can be read.', needed: true, subject: 'owner' },
  collected: {
    name: 'contacts.other.readonly',
    without: 'Without it the addresses that Google collected by itself ("Other contacts") are not moved.',
    needed: false,
    subject: 'owner',
  },
  files: {
    name: 'drive.readonly',
    without: 'Without it no file can be read, and no shared drive is named.',
    needed: true,
    subject: 'owner',
  },
  domains: {
    name: 'admin.directory.domain.readonly',
    without: 'Without it an address counts as outside unless a user of the domain has one at the same domain.',
    needed: false,
    subject: 'admin',
  },
  tasks: { name: 'tasks.readonly', without: 'Without it no task can be read.', needed: true, subject: 'owner' },
}

export const WORKLOADS: readonly Workload[] = [
  'users',
  'mail',
  'calendars',
  'contacts',
  'tasks',
  'files',
  'groups',
  'rooms',
  'sizes',
  'acls',
  'collected',
  'domains',
]

/** For which kind a workload is there; undefined for those of the whole domain. */
const KINDS: Readonly<Partial<Record<Workload, Kind>>> = {
  mail: 'mail',
  sizes: 'mail',
  calendars: 'event',
  acls: 'event',
  contacts: 'contact',
  collected: 'contact',
  tasks: 'task',
  files: 'file',
  domains: 'file',
}

/** What these kinds need. Addresses that Google collected are asked for where the operator wants them. */
export const workloadsFor = (kinds: readonly Kind[], collected: boolean): readonly Workload[] =>
  WORKLOADS.filter((workload) => {
    const kind = KINDS[workload]
    return (kind === undefined || kinds.includes(kind)) && (workload !== 'collected' || collected)
  })

export const scopeUrl = (workload: Workload): string => PREFIX + SCOPES[workload].name

/** Where a scope is granted, in the words of the screen. */
export const delegationRemedy = (clientId: string | undefined, scopes: readonly string[]): string =>
  `admin.google.com > Security > Access and data control > API controls > Manage domain-wide delegation: edit (or add) the client ID ${
    clientId ?? 'of the service account (Google Cloud console > IAM & Admin > Service Accounts > Details > Unique ID)'
  } and paste ${scopes.join(',')} — all scopes of the client in one list, separated by commas. A change takes minutes, at most 24 hours.`
