import { type Component, type Property, property } from '../ical/jcal.ts'
import { LOSS } from './losses.ts'
import type { Reminder } from './model.ts'
import { normalMoment } from './normal-moment.ts'
import { utcOf } from './write-moment.ts'

/** Minutes as iCalendar writes a span: `-PT15M`, `-P1D`. */
function span(minutesBefore: number): string {
  const minutes = Math.abs(Math.round(minutesBefore))
  const sign = minutesBefore > 0 ? '-' : ''
  if (minutes === 0) return 'PT0S'
  if (minutes % 1440 === 0) return `${sign}P${minutes / 1440}D`
  const hours = Math.floor(minutes / 60)
  return `${sign}PT${hours === 0 ? '' : `${hours}H`}${minutes % 60 === 0 ? '' : `${minutes % 60}M`}`
}

function trigger({ when }: Reminder, related: 'START' | 'END'): Property | undefined {
  if ('at' in when) {
    try {
      return ['trigger', {}, 'date-time', utcOf(normalMoment(when.at))]
    } catch {
      return undefined
    }
  }
  const { minutesBefore } = when
  if (!Number.isFinite(minutesBefore) || Math.abs(minutesBefore) > 100 * 366 * 1440) return undefined
  return ['trigger', related === 'END' ? { related } : {}, 'duration', span(minutesBefore)]
}

export interface ReminderHost {
  readonly title: string
  /** To whom the minutes count: an event's start, a task's due date. */
  readonly related: 'START' | 'END'
  /** Whether there is somebody whom a server could mail by mistake. */
  readonly guests: boolean
}

/**
 * VALARMs. Reminders by mail stay so only where nobody is invited: Nextcloud mails those of an organiser to every guest (DAV's reminder by mail, 25 and
 * later), and nobody outside may hear of a migration.
 */
export function writeReminders(reminders: readonly Reminder[], host: ReminderHost, losses: Set<string>): Component[] {
  const seen = new Set<string>()
  return reminders.flatMap((reminder): Component[] => {
    const when = trigger(reminder, host.related)
    if (when === undefined) {
      losses.add(LOSS.reminder)
      return []
    }
    const mail = reminder.method === 'email' && !host.guests
    if (reminder.method === 'email' && !mail) losses.add(LOSS.mailReminder)
    const key = `${mail} ${JSON.stringify(when)}`
    if (seen.has(key)) return []
    seen.add(key)
    const text = host.title === '' ? 'Reminder' : host.title
    const properties = [property('action', 'text', mail ? 'EMAIL' : 'DISPLAY'), when, property('description', 'text', text)]
    return [['valarm', mail ? [...properties, property('summary', 'text', text)] : properties, []]]
  })
}
