import { EARLIEST_DATE } from './limits.ts'

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const

const two = (value: number): string => String(value).padStart(2, '0')

/** Milliseconds since the Unix epoch as IMAP writes it, in UTC: `17-Jul-1996 02:44:25 +0000`. */
export function formatInternalDate(ms: number): string {
  const date = new Date(ms)
  const day = String(date.getUTCDate()).padStart(2, ' ')
  const time = `${two(date.getUTCHours())}:${two(date.getUTCMinutes())}:${two(date.getUTCSeconds())}`
  return `${day}-${MONTHS[date.getUTCMonth()]}-${date.getUTCFullYear()} ${time} +0000`
}

/** Milliseconds since the Unix epoch; undefined for what is no IMAP date. */
export function parseInternalDate(text: string): number | undefined {
  const match = /^\s*(\d{1,2})-([A-Za-z]{3})-(\d{4}) (\d{2}:\d{2}:\d{2}) ([+-]\d{4})$/.exec(text)
  if (match === null) return undefined
  const [, day, month, year, time, zone] = match
  const ms = Date.parse(`${day} ${month} ${year} ${time} ${zone}`)
  return Number.isNaN(ms) ? undefined : ms
}

/** The date in whole seconds inside what servers can keep; `clamped` says that it had to be moved. */
export function keepableDate(ms: number, now: number): { readonly ms: number; readonly clamped: boolean } {
  const whole = Math.floor(ms / 1_000) * 1_000
  const kept = Math.min(Math.max(whole, EARLIEST_DATE), Math.max(now, EARLIEST_DATE))
  return { ms: Math.floor(kept / 1_000) * 1_000, clamped: kept !== whole }
}
