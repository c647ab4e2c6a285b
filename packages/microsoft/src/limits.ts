import type { Quota } from '@offramp/core'
import type { MicrosoftSettings } from './settings.ts'

// https://learn.microsoft.com/graph/throttling-limits, read 2026-08.

/**
 * Outlook service: per app and mailbox, shared by mail, calendars and contacts. Four at a time were clean in a live test, five had
 * 13 % refused.
 */
const MAILBOX = { requestsPer10Minutes: 10_000, concurrent: 4 }
const TEN_MINUTES_MS = 600_000

/** Identity and access: resource units per app and tenant in 10 s. 3,500 is the smallest tenants' share (below 50 users). */
const DIRECTORY = { units: 3_500, perMs: 10_000, concurrent: 8 }

/** Resource units: listing users costs 2, reading one costs 1. */
export const LIST_USERS_UNITS = 2
export const READ_USER_UNITS = 1

/**
 * Most of each in one page. Graph's own: 999 users; 1,000 messages, of which pages with details time out. Events and contacts come with their texts, of
 * which a few are large.
 */
export const PAGE = {
  users: 999,
  folders: 250,
  messages: 500,
  calendars: 100,
  events: 100,
  eventRefs: 500,
  contacts: 100,
  lists: 100,
  tasks: 100,
  files: 500,
}

/** How many series of a page are asked at the same time: as many requests as a mailbox lets in. */
export const SERIES_AT_ONCE = 4

/** Bytes. Exchange Online lets no message above 150 MB in; a MIME of it is a third larger. */
export const BYTES = { page: 64 * 2 ** 20, message: 512 * 2 ** 20, attachment: 150 * 2 ** 20 }

/**
 * SharePoint and OneDrive count resource units, per app and tenant: 1 a file or a page of changes, 2 a first page, 5 a list of permissions. These are the
 * published shares of the smallest tenants (up to 1,000 licences); https://learn.microsoft.com/sharepoint/dev/general-development/how-to-avoid-getting-throttled.
 * How many may be in flight is not published.
 */
export const FILES = { unitsPerMinute: 1_250, unitsPerDay: 1_200_000, egressPerHour: 400 * 10 ** 9, concurrent: 32 }
export const PERMISSION_UNITS = 5

/**
 * Downloads. An address of a file's bytes is good for about an hour: `freshMs` is how long one from a listing is taken for good. Files whose announced size
 * cannot be trusted are read whole when they are opened up to `heldBytes`; the size of larger ones is asked for. Milliseconds and bytes.
 */
export const DOWNLOAD = {
  freshMs: 30 * 60_000,
  heldBytes: 512 * 2 ** 10,
  headMs: 120_000,
  idleMs: 120_000,
  /** At 100 kB a second, and never below an hour. */
  totalMs: (bytes: number): number => Math.max(3_600_000, bytes / 100),
}

/** Above this, `$value` is known to break off (microsoft-graph-docs#18439). Bytes as the mailbox counts them. */
export const LARGE_MESSAGE_BYTES = 25 * 2 ** 20

/** Milliseconds. Exchange converts a message on every request; large ones take minutes before the first byte. */
export const BODY_TIMES = { headTimeoutMs: 300_000, idleTimeoutMs: 120_000, timeoutMs: 3_600_000 }

/** How long a mailbox that is being moved between servers is left alone; the move can last hours. Milliseconds. */
export const MAILBOX_MOVE_WAIT_MS = 15 * 60_000

export function mailboxQuota(settings: MicrosoftSettings, mailboxId: string): Quota {
  const amount = settings.limits?.requestsPer10Minutes ?? MAILBOX.requestsPer10Minutes
  return {
    key: `graph-mail:${settings.clientId}:${mailboxId}`,
    windows: [{ amount, perMs: TEN_MINUTES_MS }],
    concurrent: settings.limits?.concurrent ?? MAILBOX.concurrent,
  }
}

/** One for all drives and sites of the tenant: who is told to wait waits with all of them. */
export function filesQuota(settings: MicrosoftSettings): Quota {
  const { unitsPerMinute, unitsPerDay, concurrent } = { ...FILES, ...settings.limits?.files }
  return {
    key: `graph-files:{${settings.clientId}:${settings.tenantId}}`,
    windows: [
      { amount: unitsPerMinute, perMs: 60_000 },
      { amount: unitsPerDay, perMs: 86_400_000 },
    ],
    concurrent,
  }
}

/** Counted in MiB. */
export function egressQuota(settings: MicrosoftSettings): Quota {
  const bytes = settings.limits?.files?.egressPerHour ?? FILES.egressPerHour
  return {
    key: `graph-egress:{${settings.clientId}:${settings.tenantId}}`,
    windows: [{ amount: Math.max(1, Math.floor(bytes / 2 ** 20)), perMs: 3_600_000 }],
  }
}

export function directoryQuota(settings: MicrosoftSettings): Quota {
  return {
    key: `graph-directory:${settings.clientId}:${settings.tenantId}`,
    windows: [{ amount: DIRECTORY.units, perMs: DIRECTORY.perMs }],
    concurrent: DIRECTORY.concurrent,
  }
}

/** No limit is published; one token an hour is all we ask. */
export function loginQuota(settings: MicrosoftSettings): Quota {
  return { key: `entra-token:${settings.clientId}:${settings.tenantId}`, concurrent: 2 }
}
