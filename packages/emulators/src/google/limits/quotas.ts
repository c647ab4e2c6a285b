import { GoogleError, quotaExceeded } from '../serve/errors.ts'
import { UnitWindow } from './units.ts'

export interface QuotaSettings {
  readonly userPerMinute: number
  readonly projectPerMinute: number
  readonly projectPerDay: number
  readonly concurrent: number
  readonly directoryPerMinute: number
  readonly penaltyMs: number
  readonly raceMs: number
  /** Milliseconds of the two windows, scaled. */
  readonly minuteMs: number
  readonly dayMs: number
  readonly overQuota: '403' | '429' | 'turns'
  readonly projectNumber: string
  readonly now: () => number
  readonly violation: (text: string) => void
}

/** Who asks for how much. */
export interface Spending {
  /** The mailbox's address; Gmail watches it itself, whatever the front end counts under. */
  readonly mailbox: string
  /** `quotaUser`, or the service account, which all of a domain share without it (facts 1.6). */
  readonly payer: string
  readonly units: number
}

interface Counter {
  readonly window: UnitWindow
  inFlight: number
  tooMany: number
  /** Refusals in a row for which no deadline was told. */
  inARow: number
  toldAt: number
  /** Until then a well-behaved client keeps away. */
  awayUntil: number
  /** Until then it is refused. */
  shutUntil: number
}

/** Refusals for concurrency that a client may see while it learns. */
const LEARNING = 3
/** So often may a client be refused in a row, where it was not told until when, before it is one that does not back off. */
const PATIENT = 20

/** Google's quotas: Gmail's units per mailbox, payer and project, what is in flight, and the admin APIs' queries. */
export class Quotas {
  readonly #settings: QuotaSettings
  readonly #mailboxes = new Map<string, Counter>()
  readonly #payers = new Map<string, Counter>()
  readonly #queries = new Map<string, Counter>()
  readonly #minute: UnitWindow
  readonly #day: UnitWindow
  readonly #spent = new Map<string, number>()
  #turn = 0
  #projectInARow = 0
  readonly refusals = { throttled: 0, tooMany: 0 }

  constructor(settings: QuotaSettings) {
    this.#settings = settings
    this.#minute = new UnitWindow(settings.projectPerMinute, settings.minuteMs)
    this.#day = new UnitWindow(settings.projectPerDay, settings.dayMs)
  }

  get units(): ReadonlyMap<string, number> {
    return this.#spent
  }

  /** Counts a Gmail call; throws its refusal. What is given back must be called when the answer leaves. */
  enter({ mailbox, payer, units }: Spending): () => void {
    const { now, concurrent } = this.#settings
    const at = now()
    const counter = this.#counter(this.#mailboxes, mailbox, this.#settings.userPerMinute)
    const front = this.#counter(this.#payers, payer, this.#settings.userPerMinute)
    this.#notice(counter, mailbox, at)
    if (at < counter.shutUntil) throw this.#penalty(counter)
    if (counter.inFlight >= concurrent) throw this.#tooMany(counter, mailbox)
    if (!counter.window.fits(units, at)) {
      this.#told(mailbox, this.#settings.penaltyMs)
      counter.shutUntil = at + this.#settings.penaltyMs
      throw this.#penalty(counter)
    }
    if (!front.window.fits(units, at)) throw this.#unmeasured(front, payer, 'Queries per minute per user')
    this.#enterProject(units, at)
    for (const each of [counter.window, front.window, this.#minute, this.#day]) each.take(units, at)
    front.inARow = 0
    this.#projectInARow = 0
    this.#spent.set(mailbox, (this.#spent.get(mailbox) ?? 0) + units)
    counter.inFlight += 1
    let left = false
    return () => {
      if (!left) counter.inFlight -= 1
      left = true
    }
  }

  /** Counts a query to the directory or the reports; throws its refusal. */
  query(service: 'directory' | 'reports', payer: string): void {
    const counter = this.#counter(this.#queries, `${service} ${payer}`, this.#settings.directoryPerMinute)
    const at = this.#settings.now()
    if (counter.window.fits(1, at)) {
      counter.window.take(1, at)
      counter.inARow = 0
      return
    }
    this.#row(counter, `the ${service}`)
    this.refusals.throttled += 1
    if (service === 'reports')
      throw new GoogleError(503, { message: 'The service is currently unavailable.', reason: 'backendError', status: 'UNAVAILABLE' })
    if (this.#code() === 429)
      throw new GoogleError(429, { message: 'Rate Limit Exceeded', reason: 'rateLimitExceeded', domain: 'usageLimits' })
    const reason = this.#turn % 4 < 2 ? 'userRateLimitExceeded' : 'quotaExceeded'
    throw new GoogleError(403, { message: 'Request rate higher than configured.', reason, domain: 'usageLimits' })
  }

  /** A fault shuts a mailbox for so long, as if its units were used up. */
  shut(mailbox: string, ms: number, code: 403 | 429): GoogleError {
    const counter = this.#told(mailbox, ms)
    counter.shutUntil = Math.max(counter.shutUntil, counter.toldAt + ms)
    return this.#penalty(counter, code)
  }

  /** A fault told the client to keep away from a mailbox for so long; whether it does is only watched. */
  told(mailbox: string, ms: number): void {
    this.#told(mailbox, ms)
  }

  #told(mailbox: string, ms: number): Counter {
    const counter = this.#counter(this.#mailboxes, mailbox, this.#settings.userPerMinute)
    counter.toldAt = this.#settings.now()
    counter.awayUntil = Math.max(counter.awayUntil, counter.toldAt + ms)
    return counter
  }

  #enterProject(units: number, at: number): void {
    const { projectNumber, violation } = this.#settings
    const day = !this.#day.fits(units, at)
    if (!day && this.#minute.fits(units, at)) return
    this.refusals.throttled += 1
    this.#projectInARow += 1
    if (this.#projectInARow > PATIENT) violation('called on and on although the project is over its quota')
    if (day) throw new GoogleError(403, { message: 'Daily Limit Exceeded', reason: 'dailyLimitExceeded', domain: 'usageLimits' })
    throw quotaExceeded(this.#code(), 'Queries per minute', { service: 'gmail.googleapis.com', project: projectNumber })
  }

  /** Gmail's own refusal: the deadline stands in the text alone, there is no Retry-After (facts 4.5). */
  #penalty(counter: Counter, code = this.#code()): GoogleError {
    this.refusals.throttled += 1
    const message = `User-rate limit exceeded.  Retry after ${new Date(Math.ceil(counter.shutUntil)).toISOString()}`
    if (code === 429) return new GoogleError(429, { message, reason: 'rateLimitExceeded' })
    return new GoogleError(403, { message, reason: 'userRateLimitExceeded', domain: 'usageLimits' })
  }

  #tooMany(counter: Counter, mailbox: string): GoogleError {
    this.refusals.tooMany += 1
    counter.tooMany += 1
    if (counter.tooMany > LEARNING)
      this.#settings.violation(`more than ${this.#settings.concurrent} requests in flight to ${mailbox}, repeatedly`)
    return new GoogleError(429, { message: 'Too many concurrent requests for user', reason: 'rateLimitExceeded', domain: 'usageLimits' })
  }

  #unmeasured(counter: Counter, key: string, limit: string): GoogleError {
    this.refusals.throttled += 1
    this.#row(counter, key)
    return quotaExceeded(this.#code(), limit, { service: 'gmail.googleapis.com', project: this.#settings.projectNumber })
  }

  #row(counter: Counter, key: string): void {
    counter.inARow += 1
    if (counter.inARow > PATIENT) this.#settings.violation(`called ${key} on and on although it is over quota`)
  }

  #notice(counter: Counter, mailbox: string, at: number): void {
    const early = at < counter.awayUntil && at - counter.toldAt > this.#settings.raceMs
    if (early) this.#settings.violation(`called Gmail for ${mailbox} before the time in "Retry after"`)
  }

  #code(): 403 | 429 {
    const { overQuota } = this.#settings
    if (overQuota !== 'turns') return overQuota === '403' ? 403 : 429
    return this.#turn++ % 2 === 0 ? 429 : 403
  }

  #counter(counters: Map<string, Counter>, key: string, amount: number): Counter {
    const known = counters.get(key)
    if (known) return known
    const window = new UnitWindow(amount, this.#settings.minuteMs)
    const counter: Counter = { window, inFlight: 0, tooMany: 0, inARow: 0, toldAt: 0, awayUntil: 0, shutUntil: 0 }
    counters.set(key, counter)
    return counter
  }
}
