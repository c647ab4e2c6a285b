import { type Allowance, allowancesOf, unitsOf } from './limits.ts'
import type { GoogleSettings } from './settings.ts'

export interface Pace {
  /** Milliseconds below which a first pass cannot be done, however fast everything else is. */
  readonly atLeastMs: number
  /** What decides it. */
  readonly decidedBy: string
}

/** A message costs one `messages.get`; pages of ids add a hundredth of a unit. A full minute may be spent at once. */
const costOf = (settings: GoogleSettings, messages: number): number =>
  messages * unitsOf(settings, 'messages.get') + Math.ceil(messages / 500) * unitsOf(settings, 'messages.list')

const msFor = (units: number, { amount, perMs }: Allowance): number => Math.max(0, Math.ceil(units / amount) - 1) * perMs

/** How long reading these mailboxes once must take by Google's own limits, and which of them it is. */
export function paceOf(settings: GoogleSettings, mailboxes: readonly number[]): Pace {
  const largest = costOf(settings, Math.max(0, ...mailboxes))
  const all = mailboxes.reduce((sum, messages) => sum + costOf(settings, messages), 0)
  const bounds = allowancesOf(settings).map((allowance) => ({
    atLeastMs: msFor(allowance.of === 'user' ? largest : all, allowance),
    decidedBy: `${allowance.amount.toLocaleString('en-US')} ${allowance.name}`,
  }))
  return bounds.reduce((most, bound) => (bound.atLeastMs > most.atLeastMs ? bound : most), bounds[0] ?? { atLeastMs: 0, decidedBy: '' })
}

/** `5 h 34 min`, `2 d 3 h`. */
export function duration(ms: number): string {
  const minutes = Math.ceil(ms / 60_000)
  if (minutes < 2) return 'a minute'
  if (minutes < 60) return `${minutes} min`
  const hours = Math.floor(minutes / 60)
  if (hours < 48) return `${hours} h ${minutes % 60} min`
  return `${Math.floor(hours / 24)} d ${hours % 24} h`
}
