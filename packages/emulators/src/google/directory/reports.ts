import { messageSize } from '../gmail/message-json.ts'
import type { Asked, Shown } from '../serve/asked.ts'
import { GoogleError, invalidArgument } from '../serve/errors.ts'
import { pageOf, sizeOf, tokenOf } from '../serve/pages.ts'
import { type Account, findAccount } from './account.ts'
import { resourceNotFound } from './users.ts'

const DAY = 86_400_000
const MB = 1_048_576
const QUOTA_MB = 30_720
/** Dates are Pacific; winter time all year is near enough for a lag of days. */
const PACIFIC = 8 * 3_600_000
/** Days until a report is whole; one day before that it comes in part, with a warning; earlier it is refused (facts 3.2). */
const LAG = 3
/** Messages whose size is looked at, before it is reckoned from those. */
const SAMPLE = 400

const NAMES = ['gmail_used_quota_in_mb', 'drive_used_quota_in_mb', 'used_quota_in_mb', 'total_quota_in_mb', 'is_suspended']

function usedMb(account: Account): number {
  const messages = [...account.mailbox.messages.values()]
  const step = Math.max(1, Math.floor(messages.length / SAMPLE))
  const looked = messages.filter((_, at) => at % step === 0)
  const bytes = looked.reduce((sum, message) => sum + messageSize(message), 0)
  return looked.length === 0 ? 0 : Math.ceil(((bytes / looked.length) * messages.length) / MB)
}

/** Integers are texts. */
function parameterJson(account: Account, name: string): object {
  const used = name === 'gmail_used_quota_in_mb' || name === 'used_quota_in_mb' ? usedMb(account) : 0
  if (name === 'is_suspended') return { name: `accounts:${name}`, boolValue: account.suspended }
  return { name: `accounts:${name}`, intValue: String(name === 'total_quota_in_mb' ? QUOTA_MB : used) }
}

function wantedOf(asked: Asked): readonly string[] {
  const text = asked.query.get('parameters')
  if (text === null) return NAMES
  return text.split(',').map((each) => {
    const name = /^accounts:(\w+)$/.exec(each)?.[1]
    if (name === undefined || !NAMES.includes(name)) throw invalidArgument(`Invalid request for parameter: ${each}`)
    return name
  })
}

/** Days from the date that is asked for to today. */
function ageOf(asked: Asked, date: string): number {
  const at = /^\d{4}-\d{2}-\d{2}$/.test(date) ? Date.parse(`${date}T00:00:00Z`) : Number.NaN
  if (Number.isNaN(at)) throw invalidArgument(`Invalid date format: ${date}. Use yyyy-mm-dd.`)
  const today = Math.floor((asked.state.now() - PACIFIC) / DAY)
  return today - at / DAY
}

function accountsOf({ names, state }: Asked): readonly Account[] {
  const key = names['user'] ?? 'all'
  if (key === 'all') return state.accounts
  const account = findAccount(state, key)
  if (!account) throw resourceNotFound('userKey')
  return [account]
}

/** `userUsageReport.get`: how much each user stores, as it was some days ago. */
export function getUsage(asked: Asked): Shown {
  const date = asked.names['date'] ?? ''
  const age = ageOf(asked, date)
  if (age < LAG - 1) {
    const newest = new Date(asked.state.now() - PACIFIC - LAG * DAY).toISOString().slice(0, 10)
    const message = `Data for dates later than ${newest} is not yet available. Please check back later`
    throw new GoogleError(400, { message, reason: 'invalid' })
  }
  const most = sizeOf(asked, 1_000, 1_000)
  const page = pageOf(asked)
  const from = Number(page?.at[0] ?? 0)
  const names = wantedOf(asked)
  // What is not whole yet lacks every other user.
  const all = accountsOf(asked).filter((_, at) => age >= LAG || at % 2 === 0)
  const usageReports = all.slice(from, from + most).map((account) => ({
    kind: 'admin#reports#usageReport',
    date,
    entity: { type: 'USER', customerId: asked.state.customerId, userEmail: account.address, profileId: account.id },
    parameters: names.map((name) => parameterJson(account, name)),
  }))
  return {
    json: {
      kind: 'admin#reports#usageReports',
      ...(age < LAG && { warnings: [partial(date)] }),
      ...(usageReports.length > 0 && { usageReports }),
      ...(from + most < all.length && { nextPageToken: tokenOf(asked, (page?.page ?? 0) + 1, [from + most]) }),
    },
  }
}

const partial = (date: string): object => ({
  code: 'PARTIAL_DATA_AVAILABLE',
  message: `Data for date ${date} for application accounts is not available right now, please try again after a few hours.`,
  data: [
    { key: 'date', value: date },
    { key: 'application', value: 'accounts' },
  ],
})
