import type { Component } from '../ical/jcal.ts'
import { writeZone } from '../zone/write-zone.ts'
import type { Moment } from './model.ts'
import { textOf } from './normal-moment.ts'

/** How far the rules of a series need a zone, beyond the moments that are written out. */
export interface Cover {
  readonly zone: string
  readonly last: number | 'for ever'
}

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
    .map(([zone, { first, last }]) => writeZone(zone, { first: first - 1, last: lastIn(zone, last) }))
}
