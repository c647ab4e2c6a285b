import type { Component } from '../ical/jcal.ts'
import { offsetAt } from '../zone/offset-at.ts'
import { writeZone } from '../zone/write-zone.ts'
import type { Moment } from './model.ts'
import { textOf } from './normal-moment.ts'

/** How far the rules of a series need a zone, beyond the moments that are written out. */
export interface Cover {
  readonly zone: string
  readonly last: number | 'for ever'
}

/**
 * vobject 0.9 (Radicale) holds a zone for UTC that was not different from it between 2000 and 2020 (`tzinfo_eq`), and then cannot compare its times with
 * those of another zone: London's summers of those years must be in it.
 */
const SHOWN = 2019

/** VTIMEZONEs for all zones that are named, from the year before the first moment in each to the year after the last one, or for ever. */
export function writeZones(moments: readonly Moment[], cover?: Cover): Component[] {
  const spans = new Map<string, { first: number; last: number }>()
  for (const moment of moments) {
    if ('date' in moment || moment.zone === undefined || moment.zone === 'UTC') continue
    const year = Number(textOf(moment).slice(0, 4))
    const span = spans.get(moment.zone) ?? { first: year, last: year }
    spans.set(moment.zone, { first: Math.min(span.first, year), last: Math.max(span.last, year) })
  }
  const lastIn = (zone: string, last: number): number | undefined => {
    if (zone !== cover?.zone) return last + 1
    return cover.last === 'for ever' ? undefined : Math.max(last, cover.last) + 1
  }
  return [...spans]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([zone, { first, last }]) => {
      const likeUtc = offsetAt(zone, Date.UTC(first, 0, 1)) === 0
      return writeZone(zone, { first: Math.min(first - 1, likeUtc ? SHOWN : first), last: lastIn(zone, last) })
    })
}
