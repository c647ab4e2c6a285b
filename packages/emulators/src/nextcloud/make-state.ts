import { FaultPlan } from '../faults/plan.ts'
import { Violations } from '../serve/violations.ts'
import type { CloudEffect } from './faults/rule.ts'
import { Spool } from './files/spool.ts'
import { BruteForce } from './limits/brute-force.ts'
import { RateLimits } from './limits/rate-limits.ts'
import type { CloudLimits, CloudSettings, NextcloudOptions } from './options.ts'
import { Manners } from './serve/manners.ts'
import type { CloudState } from './serve/state.ts'
import { furnished } from './users/furnish.ts'
import { type CloudUser, makeUser } from './users/user.ts'
import { isSince, type Version, versionOf } from './version.ts'

const HOUR = 3_600_000
/** Of every object store that speaks S3. */
const LEAST_PART = 5 * 1024 * 1024

const SETTINGS: CloudSettings = {
  sendInvitations: 'yes',
  mailSharees: 'yes',
  calendarRetentionObligation: 30 * 86_400,
  maintenance: false,
  generateBirthdayCalendar: 'yes',
  windowsCompatibleNames: 'no',
  depthInfinity: 'yes',
  bulkUpload: 'yes',
  skeleton: 'yes',
  mail: 'yes',
  linkPasswordEnforced: 'no',
  onlyWithinGroups: 'no',
  groupsWithoutSharing: [],
  linkDays: 0,
  linkDaysEnforced: 'yes',
  insideDays: 0,
  insideDaysEnforced: 'yes',
  links: 'yes',
  passwordLength: 10,
  viewWithoutDownload: 'yes',
  teamFolders: 'yes',
  mailFrom: 'invitations-noreply@cloud.example',
}

const arranged = (user: CloudUser, nextId: () => number): CloudUser => (user.isNew ? user : furnished(user, nextId))

/** What seeds and options make of a Nextcloud, before it listens. */
export function makeState(options: NextcloudOptions): CloudState {
  const { seed, wellKnown = 'redirect', timeScale = 1, latencyMs = 0, quirks = {} } = options
  const clock = options.now ?? Date.now
  let ahead = 0
  const now = (): number => clock() + ahead
  const version = versionOf(options.version ?? '32.0.7')
  // Facts 8.5: older ones know no second flavour.
  const chunking = isSince(version, '26') ? (quirks.chunking ?? 'v1') : 'v1'
  const violations = new Violations()
  const limits = limitsOf(options.limits ?? {}, version)
  let lastId = 0
  const nextId = (): number => {
    lastId += 1
    return lastId
  }
  const users = new Map(options.users.map((wish) => [wish.id, arranged(makeUser(wish, seed, now()), nextId)]))
  return {
    seed,
    version,
    wellKnown,
    users,
    groups: new Map(options.users.flatMap(({ groups = [] }) => groups.map((group) => [group, group]))),
    origin: { url: 'https://cloud.example/' },
    shares: new Map(),
    teams: new Map(),
    spool: new Spool(),
    chunking,
    chunkedPutsAreEmpty: quirks.chunkedPutsAreEmpty ?? false,
    zeroLengthMoves: quirks.zeroLengthMoves ?? (chunking === 'v2' && isSince(version, '33')),
    noDelays: quirks.noDelays ?? false,
    byPassword: { count: 0 },
    waited: { ms: 0 },
    settings: { ...SETTINGS, ...options.settings },
    limits,
    uidConflict: quirks.uidConflict ?? (isSince(version, '34') ? 409 : 400),
    deaf: quirks.deaf ?? false,
    smtp: options.smtp,
    rates: new RateLimits(HOUR / timeScale),
    bruteForce: new BruteForce(timeScale),
    manners: new Manners({ violations, limits, now }),
    faults: new FaultPlan<CloudEffect>(seed, options.faults),
    violations,
    requests: new Map(),
    mails: [],
    writes: [],
    posting: new Set(),
    timeScale,
    latencyMs,
    now,
    pass: (ms) => {
      ahead += ms
    },
    nextId,
  }
}

/** Facts 5.4: neither limits of calendars nor of sizes before 26 and 30. */
function limitsOf(wish: CloudLimits, version: Version): CloudState['limits'] {
  const [rated, sized] = [isSince(version, '26'), isSince(version, '30')]
  return {
    calendarsPerHour: wish.calendarsPerHour ?? (rated ? 10 : -1),
    calendars: wish.calendars ?? (rated ? 30 : -1),
    booksPerHour: wish.booksPerHour ?? (rated ? 10 : -1),
    books: wish.books ?? (rated ? 10 : -1),
    eventBytes: wish.eventBytes ?? (sized ? 10_485_760 : -1),
    cardBytes: wish.cardBytes ?? (sized ? 5_242_880 : -1),
    importsPerHour: wish.importsPerHour ?? 10,
    sharesPerTenMinutes: wish.sharesPerTenMinutes ?? (isSince(version, '32') ? 20 : -1),
    concurrent: wish.concurrent ?? 8,
    leastPart: wish.leastPart ?? LEAST_PART,
    raceMs: wish.raceMs ?? 250,
  }
}
