import { FaultPlan } from '../faults/plan.ts'
import { hash32, randomFrom } from '../generate/random.ts'
import { Seal } from '../serve/seal.ts'
import { Violations } from '../serve/violations.ts'
import type { Calendar } from './calendar/calendar.ts'
import { seedCalendars } from './calendar/seed.ts'
import { ContactBook } from './contacts/book.ts'
import { seedBook } from './contacts/seed.ts'
import { accountId, makeAccount } from './directory/account.ts'
import { makeDrives } from './drive/seed.ts'
import type { WorkspaceEffect } from './faults/rule.ts'
import { GmailMailbox } from './gmail/mailbox.ts'
import { seedMailbox } from './gmail/seed.ts'
import type { SyncState } from './kept/sync-token.ts'
import { type ApiQuotaSettings, ApiQuotas } from './limits/api-quotas.ts'
import { type QuotaSettings, Quotas } from './limits/quotas.ts'
import type { WorkspaceOptions, WorkspaceQuirks } from './options.ts'
import type { PageState } from './serve/pages.ts'
import type { WorkspaceState } from './serve/state.ts'
import { seedTodo } from './tasks/seed.ts'
import { Todo } from './tasks/todo.ts'
import { newKey, type Registration } from './token/key.ts'
import { TokenMint } from './token/mint.ts'
import { ALL_SCOPES, fullScope } from './token/scopes.ts'

const QUIRKS: Required<WorkspaceQuirks> = {
  emptyPageEvery: 7,
  repeatEvery: 5,
  historyRecords: 10_000,
  overQuota: 'turns',
  pageItems: 0,
  revisions: 'kept',
}
const MINUTE = 60_000
const DAY = 86_400_000
/** Seconds that a token lasts. */
const TOKEN = 3_599

/** What seeds and options make of a domain, before it listens. */
export function makeState(options: WorkspaceOptions): WorkspaceState {
  const { seed, groups = [], rooms = [], latencyMs = 0, warm = false } = options
  const now = options.now ?? Date.now
  const quirks = { ...QUIRKS, ...options.quirks }
  const violations = new Violations()
  const registration = registrationOf(options)
  const mint = new TokenMint(`mint ${seed}`)
  mint.accept(registration.callerToken, { as: 'caller', expiresAt: Number.POSITIVE_INFINITY })
  const calendars = new Map<string, Calendar>()
  const accounts = options.accounts.map((each) => {
    const address = each.address.toLowerCase()
    const mailbox = new GmailMailbox({ address, seed, historyRecords: quirks.historyRecords, now })
    seedMailbox(mailbox, each, seed)
    const book = new ContactBook({ address, seed, now })
    seedBook(book, each.contacts ?? {}, address)
    const todo = new Todo({ address, seed, now })
    seedTodo(todo, each.tasks ?? {}, address)
    return makeAccount(each, seed, { mailbox, book, todo, calendarList: seedCalendars(calendars, each, { seed, now }) })
  })
  const domain = options.domain ?? 'fabrikam.example'
  if (quirks.emptyPageEvery === 1) throw new Error('If every page is empty, no listing ends: emptyPageEvery is 0, or at least 2.')
  if (!accounts.some((account) => account.admin)) throw new Error(`The domain ${domain} has no account that is an admin.`)
  return {
    seed,
    domain,
    customerId: `C0${hash32(seed, 'customer').toString(36)}`,
    accounts,
    groups,
    rooms,
    registration,
    mint,
    exchanges: new Map(),
    refusedTokens: new Map(),
    calendars,
    drive: makeDrives(options, { now, dayMs: DAY / (options.timeScale ?? 1) }),
    apiQuotas: new ApiQuotas({
      ...apiQuotasOf(options),
      projectNumber: registration.projectNumber,
      now,
      violation: (text) => violations.note(text),
    }),
    quotas: new Quotas({
      ...quotasOf(options),
      overQuota: quirks.overQuota,
      projectNumber: registration.projectNumber,
      now,
      violation: (text) => violations.note(text),
    }),
    table: options.limits?.table ?? '2026',
    raceMs: options.limits?.raceMs ?? 250,
    faults: new FaultPlan<WorkspaceEffect>(seed, options.faults),
    poisoned: new Set(),
    disabledApis: new Set(),
    violations,
    http: { count: 0 },
    requests: new Map(),
    pages: new Seal<PageState>(`pages ${seed}`),
    syncs: new Seal<SyncState>(`syncs ${seed}`),
    quirks,
    latencyMs,
    warm,
    timeScale: options.timeScale ?? 1,
    photoUrl: (url) => url,
    linkUrl: (url) => url,
    now,
    habits: new Map(),
    ticks: () => {},
  }
}

type Amounts = Omit<QuotaSettings, 'overQuota' | 'projectNumber' | 'now' | 'violation'>

function quotasOf({ limits = {}, timeScale = 1 }: WorkspaceOptions): Amounts {
  return {
    userPerMinute: limits.userPerMinute ?? (limits.table === 'legacy' ? 15_000 : 6_000),
    projectPerMinute: limits.projectPerMinute ?? 1_200_000,
    projectPerDay: limits.projectPerDay ?? 80_000_000,
    concurrent: limits.concurrent ?? 10,
    directoryPerMinute: limits.directoryPerMinute ?? 2_400,
    penaltyMs: (limits.penaltyMs ?? 15 * MINUTE) / timeScale,
    raceMs: limits.raceMs ?? 250,
    minuteMs: MINUTE / timeScale,
    dayMs: DAY / timeScale,
  }
}

function apiQuotasOf({ limits = {}, timeScale = 1 }: WorkspaceOptions): Pick<ApiQuotaSettings, 'amounts' | 'minuteMs' | 'dayMs'> {
  return {
    amounts: {
      calendar: {
        userPerMinute: limits.calendarPerMinute ?? 600,
        projectPerMinute: limits.calendarProjectPerMinute ?? 10_000,
        projectPerDay: 1_000_000,
      },
      people: { userPerMinute: limits.peoplePerMinute ?? 90, projectPerMinute: 100_000, projectPerDay: 100_000_000 },
      drive: {
        userPerMinute: limits.drivePerMinute ?? 325_000,
        projectPerMinute: limits.driveProjectPerMinute ?? 1_000_000,
        projectPerDay: limits.drivePerDay ?? 400_000_000,
      },
      tasks: { userPerMinute: limits.tasksPerMinute ?? 600, projectPerMinute: 100_000, projectPerDay: limits.tasksPerDay ?? 50_000 },
    },
    minuteMs: MINUTE / timeScale,
    dayMs: DAY / timeScale,
  }
}

function registrationOf({ seed, scopes = ALL_SCOPES, timeScale = 1, impersonator }: WorkspaceOptions): Registration {
  const projectId = `offramp-${hash32(seed, 'project').toString(36)}`
  const random = randomFrom(seed, 'registration')
  return {
    projectId,
    projectNumber: String(hash32(seed, 'project number')).padStart(12, '7'),
    clientEmail: `offramp@${projectId}.iam.gserviceaccount.com`,
    clientId: accountId(seed, 'service account'),
    key: newKey(random.bytes(20).toString('hex')),
    managedKey: newKey(random.bytes(20).toString('hex')),
    scopes: new Set(scopes.map(fullScope)),
    skewMs: 0,
    tokenSeconds: Math.max(1, Math.floor(TOKEN / timeScale)),
    callerToken: impersonator ?? `ya29.caller-${random.bytes(24).toString('base64url')}`,
  }
}
