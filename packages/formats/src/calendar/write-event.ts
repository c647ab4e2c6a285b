import { toBytes } from '../ical/jcal.ts'
import { LOSS } from './losses.ts'
import type { CalendarEvent, EventFacts, Moment, Override, Written } from './model.ts'
import { likeStart, normalMoment, textOf } from './normal-moment.ts'
import { type Series, seriesOf, strangers } from './series.ts'
import { calendarOf, uidProperty } from './write-calendar.ts'
import { endOf, writeFacts } from './write-facts.ts'
import { momentProperty } from './write-moment.ts'
import { coverOf, momentOf, momentsOfSeries, recurrenceProperties } from './write-series.ts'
import { writeZones } from './write-zones.ts'

interface Placed {
  readonly facts: Override
  /** The time that it replaces, in the words of the series' start. */
  readonly instead: string
}

/** Overrides by the time that they replace, in its order. Of two for the same time the later one holds. */
function place(overrides: readonly Override[], start: Moment): readonly Placed[] {
  const placed = new Map<string, Placed>()
  for (const facts of overrides) {
    const instead = textOf(likeStart(facts.insteadOf, start))
    const other = placed.get(instead)?.facts
    if (other === undefined || (facts.modifiedAt ?? 0) >= (other.modifiedAt ?? 0)) placed.set(instead, { facts, instead })
  }
  return [...placed.values()].sort((a, b) => (a.instead < b.instead ? -1 : 1))
}

/**
 * The series as it is written. A time with an override is not taken away as well; and a time that only an override knows (the rule was changed since)
 * becomes an RDATE, because clients show an override only where its series has a time.
 */
function settled(series: Series, placed: readonly Placed[]): Series {
  const times = placed.map(({ instead }) => instead)
  const dates = [...new Set([...series.dates, ...strangers(series, times)])].sort()
  return { ...series, dates, exceptDates: series.exceptDates.filter((time) => !times.includes(time)) }
}

/** All moments that name a zone, for the VTIMEZONEs. */
const momentsOf = (facts: readonly EventFacts[], series: Series): readonly Moment[] => [
  ...momentsOfSeries(series),
  ...facts.flatMap((one) => [normalMoment(one.start), endOf(one)]).filter((one) => one !== undefined),
]

/**
 * An event, or a series with all its exceptions, as one VCALENDAR with one UID: UTF-8, CRLF, folded. The same event gives the same bytes. Fault
 * `item`/`not-understood` for what makes no sense: dates that do not exist, a rule that no program can read, an end before the start.
 */
export function writeEvent(event: CalendarEvent): Written {
  const losses = new Set<string>()
  const start = normalMoment(event.start)
  const uid = uidProperty(event.uid)
  const { series: given, cut } = seriesOf(start, event.recurrence ?? { rules: [] })
  if (cut) losses.add(LOSS.exceptRule)
  const placed = place(event.overrides ?? [], start)
  const series = settled(given, placed)
  const master = writeFacts(event, [uid], losses)
  master[1].push(...recurrenceProperties(series))
  const overrides = placed.map(({ facts, instead }) =>
    writeFacts(facts, [uid, momentProperty('recurrence-id', [momentOf(instead, start)])], losses),
  )
  const zones = writeZones(momentsOf([event, ...placed.map(({ facts }) => facts)], series), coverOf(series))
  return { bytes: toBytes(calendarOf([...zones, master, ...overrides])), losses: [...losses] }
}
