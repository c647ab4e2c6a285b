import ICAL from 'ical.js'
import { DavError, forbidden } from '../serve/errors.ts'
import type { Component } from './component.ts'

/** Occurrences that sabre counts at most, and the end of its time: where Nextcloud looks when a series ends, it counts no further. */
const MOST = 3_500
const END_OF_TIME = Date.UTC(2038, 0, 1)

const failed = (name: string, message: string): DavError => new DavError(500, { message, exception: `Sabre\\VObject\\${name}` })

/**
 * Before it stores an event Nextcloud looks when its first and last occurrences are, and answers 500 where it cannot, whether or not the client is
 * strict (seen with 32.0.1). A series without an end is not counted; one without any occurrence is refused.
 */
export function checkExpandable(calendar: Component): void {
  const events = calendar.getAllSubcomponents('vevent')
  const master = events.find((each) => !each.hasProperty('recurrence-id'))
  if (!master?.hasProperty('rrule') && !master?.hasProperty('rdate')) return
  for (const rule of master.getAllProperties('rrule')) checkRule(rule.toICALString())
  const start = master.getFirstPropertyValue('dtstart')
  const isEndless = master.getAllProperties('rrule').some((rule) => !/COUNT=|UNTIL=/i.test(rule.toICALString()))
  if (isEndless || !(start instanceof ICAL.Time)) return
  if (isLast(master, start) && events.length === 1) throw forbidden('This recurrence rule does not generate any valid instances')
}

/** Whether it has no occurrence. Throws where it has too many. */
function isLast(master: Component, start: InstanceType<typeof ICAL.Time>): boolean {
  const excluded = new Set(master.getAllProperties('exdate').flatMap((each) => each.getValues().map(String)))
  const expansion = new ICAL.RecurExpansion({ component: master, dtstart: start })
  for (let seen = 0; ; seen++) {
    const next = nextOf(expansion)
    // The start of a rule that never comes true is an occurrence all the same.
    if (!next) return seen === 0 && excluded.has(start.toString())
    if (next.toJSDate().getTime() >= END_OF_TIME) return false
    if (seen >= MOST - 1) throw failed('Recur\\MaxInstancesExceededException', `Recurring events are only allowed to generate ${MOST}`)
  }
}

function nextOf(expansion: InstanceType<typeof ICAL.RecurExpansion>): InstanceType<typeof ICAL.Time> | undefined {
  try {
    // An RDATE may give periods, which the library hands on as they are.
    const next: unknown = expansion.next()
    if (next instanceof ICAL.Period) return next.start
    return next instanceof ICAL.Time ? next : undefined
  } catch {
    return undefined
  }
}

function checkRule(written: string): void {
  const part = (name: string): string | undefined => new RegExp(`[:;]${name}=([^;\\r\\n]*)`, 'i').exec(written)?.[1]
  for (const name of ['COUNT', 'INTERVAL']) {
    const value = part(name)
    if (value !== undefined && !(Number.parseInt(value, 10) >= 1))
      throw failed('InvalidDataException', `${name} in RRULE must be a positive integer!`)
  }
  if (part('RSCALE') !== undefined) throw failed('InvalidDataException', 'Not supported: RSCALE')
}
