import type { Quota } from '@offramp/core'
import type { ApiLimits, GoogleSettings } from './settings.ts'

// https://developers.google.com/workspace/gmail/api/reference/quota, in force since 2026-05-01; read 2026-11. Projects that used the
// API between November 2025 and April 2026 keep the earlier table until Google says otherwise.

interface GmailTable {
  readonly userPerMinute: number
  readonly projectPerMinute: number
  readonly projectPerDay: number | undefined
  readonly units: Readonly<Record<GmailMethod, number>>
}

export type GmailMethod =
  | 'getProfile'
  | 'labels.list'
  | 'labels.get'
  | 'messages.list'
  | 'messages.get'
  | 'drafts.list'
  | 'drafts.get'
  | 'history.list'
  | 'settings'

const CHEAP = { settings: 1, getProfile: 1, 'labels.list': 1, 'labels.get': 1, 'messages.list': 5, 'drafts.list': 5, 'history.list': 2 }

const TABLES: Readonly<Record<'2026' | 'legacy', GmailTable>> = {
  // `messages.get` costs 20 in every format, `minimal` as well; the day's limit is where billing begins, and cannot be raised.
  '2026': {
    userPerMinute: 6_000,
    projectPerMinute: 1_200_000,
    projectPerDay: 80_000_000,
    units: { ...CHEAP, 'messages.get': 20, 'drafts.get': 20 },
  },
  legacy: {
    userPerMinute: 15_000,
    projectPerMinute: 1_200_000,
    projectPerDay: undefined,
    units: { ...CHEAP, 'messages.get': 5, 'drafts.get': 5 },
  },
}

/** Google counts when a request arrives, and we when it leaves: a little is left free, so that the edges of two windows do not add up. */
const HEADROOM = 0.98

/** "Too many concurrent requests for user" is seen from about 10 in flight, which the owner's own programs share. */
const CONCURRENT = 8

const MINUTE_MS = 60_000
const DAY_MS = 86_400_000

/** Directory and Reports: 2,400 queries a minute, of one user and project. https://developers.google.com/workspace/admin/directory/v1/limits */
const DIRECTORY = { perMinute: 2_400, concurrent: 8 }

/** Most in one page; Google's own. */
export const PAGE = {
  messages: 500,
  history: 500,
  drafts: 500,
  users: 500,
  groups: 200,
  rooms: 500,
  sizes: 1_000,
  calendars: 250,
  events: 2_500,
  acls: 250,
  people: 1_000,
  tasks: 100,
  lists: 1_000,
  files: 1_000,
  changes: 1_000,
  permissions: 100,
  revisions: 1_000,
  drives: 100,
}

/**
 * Bytes. Gmail takes in messages of up to 150 MB, and base64 makes a third more of them. A page holds `page`; a message above `held` is
 * kept in a file. Six are read at once in each mailbox, so that a larger `held` counts many times.
 */
export const BYTES = { answer: 64 * 2 ** 20, message: 512 * 2 ** 20, page: 16 * 2 ** 20, held: 2 ** 20 }

/**
 * Bytes of the APIs beside Gmail. A page of 2,500 events with long texts and many guests comes to tens of megabytes. A picture of a contact has
 * some hundred kilobytes at the size that is asked for; above `photo` it is left out and told. Of a calendar's series so much is held at once.
 */
export const WORK_BYTES = { answer: 128 * 2 ** 20, photo: 4 * 2 ** 20, series: 32 * 2 ** 20 }

/** Milliseconds. */
export const RAW_TIMES = { headTimeoutMs: 120_000, idleTimeoutMs: 60_000, timeoutMs: 3_600_000 }

/**
 * Milliseconds. An export may take a minute before its first byte; a file of 250 GB takes a day at a poor rate, of which `bytes` gives an idea.
 */
export const FILE_TIMES = (bytes: number | undefined) => ({
  headTimeoutMs: 180_000,
  idleTimeoutMs: 60_000,
  timeoutMs: 3_600_000 + Math.ceil((bytes ?? 0) / 500),
})

/** Bytes of one export in memory, of all in memory, and how many are held of one drive: more than any window of the engine has open. */
export const EXPORTS = { inMemory: 2 ** 20, bytes: 48 * 2 ** 20, atOnce: 128 }

/** How many messages of one mailbox are asked for side by side. */
export const GETS_AT_ONCE = 6

/** Before anything is known of a page's sizes: where they are large, few of them are enough. */
export const GETS_AT_FIRST = 2

export interface Allowance {
  readonly name: string
  readonly amount: number
  readonly perMs: number
  readonly of: 'user' | 'project'
}

/** What holds a first pass back, largest count first. */
export function allowancesOf({ limits = {} }: GoogleSettings): readonly Allowance[] {
  const table = TABLES[limits.table ?? '2026']
  const day = limits.projectPerDay ?? table.projectPerDay
  return [
    { name: 'units of one mailbox in a minute', amount: limits.userPerMinute ?? table.userPerMinute, perMs: MINUTE_MS, of: 'user' },
    {
      name: 'units of the project in a minute',
      amount: limits.projectPerMinute ?? table.projectPerMinute,
      perMs: MINUTE_MS,
      of: 'project',
    },
    ...(day === undefined ? [] : [{ name: 'units of the project in a day', amount: day, perMs: DAY_MS, of: 'project' } as const]),
  ]
}

export const unitsOf = ({ limits }: GoogleSettings, method: GmailMethod): number => TABLES[limits?.table ?? '2026'].units[method]

const windowsOf = (settings: GoogleSettings, of: Allowance['of']): NonNullable<Quota['windows']> =>
  allowancesOf(settings)
    .filter((each) => each.of === of)
    // Always room for the dearest call, or nothing would ever enter.
    .map(({ amount, perMs }) => ({ amount: Math.max(Math.floor(amount * HEADROOM), 20), perMs }))

/** Under delegation the service account would be counted as one user; `quotaUser` tells mailboxes apart, and so does this. */
export function mailboxQuota(settings: GoogleSettings, project: string, user: string): Quota {
  return {
    key: `gmail:{${project}}:${user}`,
    windows: windowsOf(settings, 'user'),
    concurrent: settings.limits?.concurrent ?? CONCURRENT,
    also: [{ key: projectKey(project), windows: windowsOf(settings, 'project') }],
  }
}

export const projectKey = (project: string): string => `gmail:{${project}}`

export const directoryQuota = (project: string, api: 'directory' | 'reports'): Quota => ({
  key: `google-${api}:${project}`,
  windows: [{ amount: Math.floor(DIRECTORY.perMinute * HEADROOM), perMs: MINUTE_MS }],
  concurrent: DIRECTORY.concurrent,
})

export type CountedApi = 'calendar' | 'people' | 'tasks' | 'drive'

/**
 * Requests, whatever they ask for. Calendar: https://developers.google.com/workspace/calendar/api/guides/quota, in force since 2026-05-01; the
 * day's number is where billing begins. People: "Critical read requests" of 90 a user and minute, as the Cloud console of a new project shows
 * them; the project's own is not published. Tasks: a courtesy limit of 50,000 a day (https://developers.google.com/workspace/tasks/limits); no
 * minute is published, so a modest one of our own holds for a user.
 * Drive counts units, see `DRIVE_UNITS`; its day is where billing begins: https://developers.google.com/workspace/drive/api/guides/limits
 */
const APIS: Readonly<Record<CountedApi, ApiLimits & { readonly userPerMinute: number; readonly concurrent: number }>> = {
  calendar: { userPerMinute: 600, projectPerMinute: 10_000, projectPerDay: 1_000_000, concurrent: 6 },
  people: { userPerMinute: 90, concurrent: 4 },
  tasks: { userPerMinute: 300, projectPerDay: 50_000, concurrent: 4 },
  drive: { userPerMinute: 325_000, projectPerMinute: 1_000_000, projectPerDay: 400_000_000, concurrent: 10 },
}

const windowFor = (amount: number | undefined, perMs: number): NonNullable<Quota['windows']> =>
  amount === undefined ? [] : [{ amount: Math.max(1, Math.floor(amount * HEADROOM)), perMs }]

export type DriveMethod = 'read' | 'list' | 'download' | 'other'

/** Since 2026-05-01: https://developers.google.com/workspace/drive/api/guides/limits */
export const DRIVE_UNITS: Readonly<Record<DriveMethod, number>> = { read: 5, list: 100, download: 200, other: 5 }

/** Bytes of the project and day. Listed as a usage limit "before charges apply"; taken for a wall. */
export const DRIVE_BYTES_PER_DAY = 10 ** 12

/** How many bytes one count of `egressQuota` stands for. */
export const EGRESS_BYTES = 1_000

/** Bytes that leave Drive, in thousands. */
export function egressQuota({ limits }: GoogleSettings, project: string): Quota & { readonly most: number } {
  const most = Math.max(1, Math.floor(((limits?.drive?.bytesPerDay ?? DRIVE_BYTES_PER_DAY) * HEADROOM) / EGRESS_BYTES))
  return { key: `google-drive-bytes:{${project}}`, windows: [{ amount: most, perMs: DAY_MS }], most }
}

/** What Drive allows in a minute and in a day, for forecasts. */
export const driveAllowances = ({ limits }: GoogleSettings) => ({
  userPerMinute: limits?.drive?.userPerMinute ?? APIS.drive.userPerMinute,
  projectPerMinute: limits?.drive?.projectPerMinute ?? 1_000_000,
  projectPerDay: limits?.drive?.projectPerDay ?? 400_000_000,
  bytesPerDay: limits?.drive?.bytesPerDay ?? DRIVE_BYTES_PER_DAY,
})

/** Of one account's calls to an API: its own, and the project's. */
export function apiQuota(settings: GoogleSettings, api: CountedApi, on: { readonly project: string; readonly user: string }): Quota {
  const { userPerMinute, projectPerMinute, projectPerDay, concurrent } = { ...APIS[api], ...settings.limits?.[api] }
  return {
    key: `google-${api}:{${on.project}}:${on.user}`,
    windows: windowFor(userPerMinute, MINUTE_MS),
    concurrent,
    also: [
      { key: apiProjectKey(api, on.project), windows: [...windowFor(projectPerMinute, MINUTE_MS), ...windowFor(projectPerDay, DAY_MS)] },
    ],
  }
}

export const apiProjectKey = (api: CountedApi, project: string): string => `google-${api}:{${project}}`

/** Pictures come from a host that counts nothing that we know of. */
export const photoQuota = (project: string): Quota => ({ key: `google-photos:${project}`, concurrent: 6 })

/** No limit is published; one token an hour and mailbox is all we ask. */
export const tokenQuota = (project: string): Quota => ({ key: `google-token:${project}`, concurrent: 4 })

/** The next midnight in California, when daily counts start anew. Milliseconds since the Unix epoch. */
export function nextPacificMidnight(now: number): number {
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone: 'America/Los_Angeles',
    hourCycle: 'h23',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  }).formatToParts(now)
  const part = (type: string): number => Number(parts.find((each) => each.type === type)?.value ?? 0)
  const into = ((part('hour') * 60 + part('minute')) * 60 + part('second')) * 1000
  // On the two days of the year that have 23 or 25 hours this is an hour off: the gate then opens early and is shut again, or late.
  return now - (now % 1000) + DAY_MS - into
}
