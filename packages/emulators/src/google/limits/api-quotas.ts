import { GoogleError, quotaExceeded } from '../serve/errors.ts'
import { UnitWindow } from './units.ts'

export type CountedApi = 'calendar' | 'people' | 'tasks' | 'drive'

/** Requests; of Drive, units. */
export interface ApiAmounts {
  readonly userPerMinute: number
  readonly projectPerMinute: number
  readonly projectPerDay: number
}

export interface ApiQuotaSettings {
  readonly amounts: Readonly<Record<CountedApi, ApiAmounts>>
  /** Milliseconds, scaled. */
  readonly minuteMs: number
  readonly dayMs: number
  readonly projectNumber: string
  readonly now: () => number
  readonly violation: (text: string) => void
}

/** So often may one be refused in a row before it is one that does not back off. */
const PATIENT = 20

/**
 * Requests to Calendar, People and Tasks: of the one who pays (`quotaUser`; without it the service account, which is everybody), and of the
 * project. Over a limit the answer is 403 or 429, in turns, with the reasons of the API itself or of its front end (facts 0, 1.6, 2.1).
 */
export class ApiQuotas {
  readonly #settings: ApiQuotaSettings
  readonly #windows = new Map<string, UnitWindow>()
  readonly #inARow = new Map<string, number>()
  #turn = 0
  throttled = 0
  readonly #spent = new Map<string, number>()

  constructor(settings: ApiQuotaSettings) {
    this.#settings = settings
  }

  /** What was let through, by API. */
  get spent(): ReadonlyMap<string, number> {
    return this.#spent
  }

  /** Counts a request; throws its refusal. */
  enter(api: CountedApi, payer: string, units = 1): void {
    const { amounts, minuteMs, dayMs, now, projectNumber: project } = this.#settings
    const { userPerMinute, projectPerMinute, projectPerDay } = amounts[api]
    const at = now()
    const user = this.#window(`${api} user ${payer}`, userPerMinute, minuteMs)
    const minute = this.#window(`${api} minute`, projectPerMinute, minuteMs)
    const day = this.#window(`${api} day`, projectPerDay, dayMs)
    if (!day.fits(units, at))
      throw this.#refused(api, payer, new GoogleError(403, { ...DAILY, form: api === 'people' ? 'aip' : 'classic' }))
    if (!user.fits(units, at)) throw this.#refused(api, payer, this.#overUser(api, project))
    if (!minute.fits(units, at))
      throw this.#refused(api, payer, quotaExceeded(this.#code(), 'Queries per minute', { service: serviceOf(api), project }))
    for (const each of [user, minute, day]) each.take(units, at)
    this.#inARow.delete(`${api} ${payer}`)
    this.#spent.set(api, (this.#spent.get(api) ?? 0) + units)
  }

  #overUser(api: CountedApi, project: string): GoogleError {
    const turn = this.#turn
    const code = this.#code()
    if (api === 'people')
      return quotaExceeded(code, 'Critical read requests (Contact and Profile Reads) per minute per user', {
        service: serviceOf(api),
        project,
      })
    if (turn % 3 === 2) return quotaExceeded(code, 'Queries per minute per user', { service: serviceOf(api), project })
    const [reason, message] =
      code === 403 ? ['userRateLimitExceeded', 'User Rate Limit Exceeded'] : ['rateLimitExceeded', 'Rate Limit Exceeded']
    return new GoogleError(code, { message: message ?? '', reason: reason ?? '', domain: 'usageLimits', form: 'classic' })
  }

  #refused(api: CountedApi, payer: string, error: GoogleError): GoogleError {
    this.throttled += 1
    const key = `${api} ${payer}`
    const times = (this.#inARow.get(key) ?? 0) + 1
    this.#inARow.set(key, times)
    if (times > PATIENT) this.#settings.violation(`called ${api} on and on although it is over quota`)
    return error
  }

  #code(): 403 | 429 {
    return this.#turn++ % 2 === 0 ? 403 : 429
  }

  #window(key: string, amount: number, perMs: number): UnitWindow {
    const known = this.#windows.get(key) ?? new UnitWindow(amount, perMs)
    this.#windows.set(key, known)
    return known
  }
}

const DAILY = { message: 'Daily Limit Exceeded', reason: 'dailyLimitExceeded', domain: 'usageLimits' } as const

export const serviceOf = (api: string): string => (api === 'calendar' ? 'calendar-json.googleapis.com' : `${api}.googleapis.com`)
