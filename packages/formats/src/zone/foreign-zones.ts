import ICAL from 'ical.js'
import { WINDOWS_TO_IANA_MAP } from 'windows-iana'
import { asJcal, type Found, textOf } from '../ical/read-components.ts'
import { ianaZone } from './iana-zone.ts'
import { asIfUtc } from './instant-of.ts'
import { offsetAt } from './offset-at.ts'

/** The offsets of a zone that a file describes: local time minus UTC in milliseconds, by local time (milliseconds as if it were UTC). */
export type ForeignOffset = (local: number) => number

/** A VTIMEZONE as ical.js follows it; undefined where it says nothing. */
export function foreignOffset(found: Found): ForeignOffset | undefined {
  if (found.cut || found.components.length === 0) return undefined
  try {
    const zone = new ICAL.Timezone(new ICAL.Component(asJcal(found)))
    const offset: ForeignOffset = (local) => {
      const time = ICAL.Time.fromDateTimeString(new Date(local).toISOString().slice(0, 19))
      return zone.utcOffset(time) * 1000
    }
    offset(Date.UTC(2024, 0, 1))
    return offset
  } catch {
    return undefined
  }
}

const WEEK = 7 * 86_400_000
/** How long a described zone has to agree with a real one. */
const WEEKS = 5 * 52

const common: readonly string[] = WINDOWS_TO_IANA_MAP.filter(({ territory }) => territory === '001').map(({ iana }) => iana[0])

/** The zone that has these offsets for five years from a local time on: the common ones first. */
function likeness(offset: ForeignOffset, from: number): string | undefined {
  const fits = (zone: string): boolean => {
    for (let week = 0; week < WEEKS; week++) {
      const local = from + week * WEEK
      const meant = offset(local)
      if (offsetAt(zone, local - meant) !== meant) return false
    }
    return true
  }
  return ianaZone([...common, ...Intl.supportedValuesOf('timeZone')].find(fits))
}

const remembered = new WeakMap<Found, Map<string, string | undefined>>()

/**
 * IANA's name for a TZID of a file: by its name, by the place that its VTIMEZONE names, or by the offsets that it gives from `from` on
 * (`YYYY-MM-DDTHH:MM:SS`). Undefined where nobody can say.
 */
export function zoneOfFile(tzid: string, zones: readonly Found[], from: string): string | undefined {
  const named = ianaZone(tzid)
  const zone = zones.find((one) => textOf(one, 'tzid') === tzid)
  if (named !== undefined || zone === undefined) return named
  const known = remembered.get(zone) ?? new Map<string, string | undefined>()
  remembered.set(zone, known)
  const year = from.slice(0, 4)
  if (known.has(year)) return known.get(year)
  const offset = foreignOffset(zone)
  const local = asIfUtc(from)
  const found =
    ianaZone(textOf(zone, 'x-lic-location')) ?? (offset === undefined || local === undefined ? undefined : likeness(offset, local))
  known.set(year, found)
  return found
}
