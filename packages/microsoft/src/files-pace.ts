import { FILES } from './limits.ts'
import type { MicrosoftSettings } from './settings.ts'

export interface FilesPace {
  /** Milliseconds below which a first pass cannot be done, however fast everything else is. */
  readonly atLeastMs: number
  /** What decides it. */
  readonly decidedBy: string
}

/** Bytes. How large a file is on average where nobody has counted them: rather small, so that the forecast is rather long. */
export const USUAL_FILE_BYTES = 500_000

/** A file costs a unit, and a page of 500 names another. A full minute may be spent at once. */
export function filesPace(settings: MicrosoftSettings, of: { readonly files: number; readonly bytes: number }): FilesPace {
  const { unitsPerMinute, unitsPerDay, egressPerHour } = { ...FILES, ...settings.limits?.files }
  const units = of.files + Math.ceil(of.files / 500)
  const say = (amount: number): string => amount.toLocaleString('en-US')
  const bounds: readonly FilesPace[] = [
    { atLeastMs: after(units, unitsPerMinute, 60_000), decidedBy: `${say(unitsPerMinute)} resource units a minute` },
    { atLeastMs: after(units, unitsPerDay, 86_400_000), decidedBy: `${say(unitsPerDay)} resource units a day` },
    { atLeastMs: after(of.bytes, egressPerHour, 3_600_000), decidedBy: `${say(Math.round(egressPerHour / 1e9))} GB an hour` },
  ]
  return bounds.reduce((most, bound) => (bound.atLeastMs > most.atLeastMs ? bound : most))
}

const after = (units: number, amount: number, perMs: number): number => Math.max(0, Math.ceil(units / amount) - 1) * perMs

/** `25 min`, `5 h 34 min`, `2.4 days`. */
export function spell(ms: number): string {
  const minutes = Math.ceil(ms / 60_000)
  if (minutes < 60) return `${Math.max(1, minutes)} min`
  if (minutes < 48 * 60) return `${Math.floor(minutes / 60)} h ${minutes % 60} min`
  return `${(minutes / 1_440).toFixed(1)} days`
}

export const spellBytes = (bytes: number): string =>
  bytes < 1e9
    ? `${Math.ceil(bytes / 1e6).toLocaleString('en-US')} MB`
    : `${(bytes / 1e9).toLocaleString('en-US', { maximumFractionDigits: 1 })} GB`
