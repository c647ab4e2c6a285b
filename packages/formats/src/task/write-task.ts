import { LOSS } from '../calendar/losses.ts'
import type { Moment, Written } from '../calendar/model.ts'
import { normalMoment, textOf } from '../calendar/normal-moment.ts'
import { type Series, seriesOf } from '../calendar/series.ts'
import { attachmentProperty } from '../calendar/write-attachments.ts'
import { calendarOf, uidProperty } from '../calendar/write-calendar.ts'
import { importanceProperty, stamps } from '../calendar/write-facts.ts'
import { momentProperty } from '../calendar/write-moment.ts'
import { writeReminders } from '../calendar/write-reminders.ts'
import { coverOf, momentsOfSeries, recurrenceProperties } from '../calendar/write-series.ts'
import { categoriesProperty, descriptionProperties, lineProperty, urlProperty } from '../calendar/write-text.ts'
import { writeZones } from '../calendar/write-zones.ts'
import { isInstant, type Property, property, toBytes, utc } from '../ical/jcal.ts'
import { notUnderstood } from '../not-understood.ts'
import { instantOf } from '../zone/instant-of.ts'
import type { Task } from './model.ts'

/** The start in the sort of the due date: RFC 5545 (3.8.2.3) wants both as days or both as times. */
function alike(start: Moment, due: Moment): Moment {
  if ('date' in start === 'date' in due) return start
  if ('date' in due) return { date: textOf(start).slice(0, 10) }
  return { ...due, local: `${textOf(start)}T00:00:00` }
}

interface Span {
  readonly start?: Moment
  readonly due?: Moment
}

function spanOf(task: Task): Span {
  const due = task.due === undefined ? undefined : normalMoment(task.due)
  const start = task.start === undefined ? undefined : normalMoment(task.start)
  if (due === undefined) return start === undefined ? {} : { start }
  const begin = start === undefined ? undefined : alike(start, due)
  // A start behind the due date is what people leave behind when they move only one of both; servers refuse it (sabre, Cyrus).
  return begin === undefined || instantOf(begin) > instantOf(due) ? { due } : { start: begin, due }
}

const PERCENT = { 'needs-action': undefined, 'in-process': undefined, completed: 100, cancelled: undefined } as const

function standing({ status, completedAt, modifiedAt }: Task): Property[] {
  const done = isInstant(completedAt) ? completedAt : modifiedAt
  const percent = PERCENT[status]
  return [
    property('status', 'text', status.toUpperCase()),
    ...(percent === undefined ? [] : [property('percent-complete', 'integer', percent)]),
    ...(status === 'completed' && isInstant(done) ? [property('completed', 'date-time', utc(done))] : []),
  ]
}

/** Nextcloud Tasks and Apple's Reminders sort by this; smaller is higher. */
const orderProperty = (order: number | undefined): Property[] =>
  order !== undefined && Number.isFinite(order) ? [property('x-apple-sort-order', 'unknown', String(Math.round(order)))] : []

const parentProperty = (parent: string | undefined): Property[] =>
  parent === undefined ? [] : [['related-to', { reltype: 'PARENT' }, 'text', uidProperty(parent)[3]]]

/** The first link is what clients open; all of them hang on the task. */
function linkProperties({ links = [] }: Task, losses: Set<string>): Property[] {
  return [...urlProperty(links[0]?.url), ...links.flatMap(({ url, title }) => attachmentProperty({ name: title ?? '', url }, losses))]
}

/** A series needs a start to count from. */
function seriesOfTask({ recurrence }: Task, { start, due }: Span): { series: Series; cut: boolean } | undefined {
  const from = start ?? due
  if (recurrence === undefined || recurrence.rules.length + (recurrence.dates ?? []).length === 0) return undefined
  if (from === undefined) throw notUnderstood('It repeats, and has neither a start nor a due date to count from.')
  return seriesOf(from, recurrence)
}

/** Reminders count from the due date; without one, only moments can be said. */
const remindersOf = ({ reminders = [] }: Task, { due, start }: Span) =>
  due === undefined && start === undefined ? reminders.filter(({ when }) => 'at' in when) : reminders

/**
 * A task as one VCALENDAR with one VTODO: UTF-8, CRLF, folded. The same task gives the same bytes. Fault `item`/`not-understood` for what makes no
 * sense: dates that do not exist, a rule that no program can read.
 */
export function writeTask(task: Task): Written {
  const losses = new Set<string>()
  const span = spanOf(task)
  const repeats = seriesOfTask(task, span)
  const start = span.start ?? (repeats === undefined ? undefined : span.due)
  if (repeats?.cut === true) losses.add(LOSS.exceptRule)
  const reminders = remindersOf(task, span)
  if (reminders.length < (task.reminders ?? []).length) losses.add(LOSS.reminder)
  const properties: Property[] = [
    uidProperty(task.uid),
    ...stamps(task),
    ...lineProperty('summary', task.title),
    ...(task.description === undefined ? [] : descriptionProperties(task.description)),
    ...(start === undefined ? [] : [momentProperty('dtstart', [start])]),
    ...(span.due === undefined ? [] : [momentProperty('due', [span.due])]),
    ...standing(task),
    ...importanceProperty(task.importance),
    ...categoriesProperty(task.categories, losses),
    ...parentProperty(task.parentUid),
    ...orderProperty(task.order),
    ...linkProperties(task, losses),
    ...(task.attachments ?? []).flatMap((one) => attachmentProperty(one, losses)),
    ...(repeats === undefined ? [] : recurrenceProperties(repeats.series)),
  ]
  const host = { title: task.title?.trim() ?? '', related: span.due === undefined ? 'START' : 'END', guests: false } as const
  const moments = [...(start === undefined ? [] : [start]), ...(span.due === undefined ? [] : [span.due])]
  const zones =
    repeats === undefined ? writeZones(moments) : writeZones([...moments, ...momentsOfSeries(repeats.series)], coverOf(repeats.series))
  const todo = ['vtodo', properties, writeReminders(reminders, host, losses)] as const
  return { bytes: toBytes(calendarOf([...zones, [...todo]])), losses: [...losses] }
}
