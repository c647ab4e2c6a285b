import ICAL from 'ical.js'
import type { Component } from './component.ts'

/** Milliseconds since the Unix epoch. An endless series ends never. */
export interface Span {
  readonly start: number
  readonly end: number
}

const MOST_STEPS = 100_000
const DAY = 86_400_000

/** By the VTIMEZONE that the calendar brings along; a name without one, and a floating time, are taken for UTC. */
const msOf = (time: InstanceType<typeof ICAL.Time>): number => time.toUnixTime() * 1_000

function endOf(component: Component, start: number): number {
  const [end, duration] = [
    component.getFirstPropertyValue('dtend') ?? component.getFirstPropertyValue('due'),
    component.getFirstPropertyValue('duration'),
  ]
  if (end instanceof ICAL.Time) return msOf(end)
  if (duration instanceof ICAL.Duration) return start + duration.toSeconds() * 1_000
  const first = component.getFirstPropertyValue('dtstart')
  return first instanceof ICAL.Time && first.isDate ? start + DAY : start
}

/** From the beginning of the first to the end of the last occurrence; undefined where there is no time at all, or none that can be read. */
export function spanOf(component: Component): Span | undefined {
  try {
    return readSpan(component)
  } catch {
    return undefined
  }
}

function readSpan(component: Component): Span | undefined {
  const first = component.getFirstPropertyValue('dtstart') ?? component.getFirstPropertyValue('due')
  if (!(first instanceof ICAL.Time)) return undefined
  const start = msOf(first)
  const end = endOf(component, start)
  const rule = component.getFirstPropertyValue('rrule')
  const dates = component.getAllProperties('rdate').flatMap((each) => each.getValues())
  const last = Math.max(end, ...dates.map((each) => (each instanceof ICAL.Time ? msOf(each) + end - start : end)))
  if (!(rule instanceof ICAL.Recur)) return { start, end: last }
  if (!rule.isFinite()) return { start, end: Number.POSITIVE_INFINITY }
  return { start, end: Math.max(last, lastOf(rule, first) - msOf(first) + end) }
}

function lastOf(rule: InstanceType<typeof ICAL.Recur>, first: InstanceType<typeof ICAL.Time>): number {
  const iterator = rule.iterator(first)
  let last = first
  for (let step = 0; step < MOST_STEPS; step++) {
    const next = iterator.next()
    if (!next) break
    last = next
  }
  return msOf(last)
}
