import { type Component, isInstant, type Property, property, utc } from '../ical/jcal.ts'
import { mendUri } from '../ical/mend-text.ts'
import { notUnderstood } from '../not-understood.ts'
import { instantOf } from '../zone/instant-of.ts'
import { LOSS } from './losses.ts'
import type { EventFacts, Moment } from './model.ts'
import { nearestColor } from './nearest-color.ts'
import { normalMoment, textOf } from './normal-moment.ts'
import { attachmentProperty } from './write-attachments.ts'
import { momentProperty } from './write-moment.ts'
import { guestProperty, isNameless, organizerProperty } from './write-people.ts'
import { writeReminders } from './write-reminders.ts'
import { categoriesProperty, descriptionProperties, lineProperty, textProperty, urlProperty } from './write-text.ts'

const DAY = 86_400_000

/** DTEND, or undefined where the event takes no time. A day always has an end, so that nobody has to guess. */
export function endOf({ start, end }: EventFacts): Moment | undefined {
  const from = normalMoment(start)
  const to = end === undefined ? undefined : normalMoment(end)
  if (to !== undefined && 'date' in from !== 'date' in to)
    throw notUnderstood('It begins at a time and ends with a day, or the other way round.')
  if ('date' in from) {
    const next = new Date(instantOf(from) + DAY).toISOString().slice(0, 10)
    if (to !== undefined && textOf(to) < from.date) throw notUnderstood('It ends before it begins.')
    return { date: to === undefined || textOf(to) === from.date ? next : textOf(to) }
  }
  if (to === undefined) return undefined
  const floats = !('zone' in from) || !('zone' in to)
  const span = floats ? Date.parse(`${textOf(to)}Z`) - Date.parse(`${textOf(from)}Z`) : instantOf(to) - instantOf(from)
  if (span < 0) throw notUnderstood('It ends before it begins.')
  return span === 0 ? undefined : to
}

function times(facts: EventFacts): Property[] {
  const end = endOf(facts)
  return [momentProperty('dtstart', [normalMoment(facts.start)]), ...(end === undefined ? [] : [momentProperty('dtend', [end])])]
}

/** What a calendar takes for our own change of the event: by the source's times, so that the same event gives the same bytes. */
const NEVER = Date.UTC(2000, 0, 1)

export function stamps({ createdAt, modifiedAt, sequence }: Pick<EventFacts, 'createdAt' | 'modifiedAt' | 'sequence'>): Property[] {
  const stamp = isInstant(modifiedAt) ? modifiedAt : isInstant(createdAt) ? createdAt : NEVER
  return [
    property('dtstamp', 'date-time', utc(stamp)),
    ...(isInstant(createdAt) ? [property('created', 'date-time', utc(createdAt))] : []),
    ...(isInstant(modifiedAt) ? [property('last-modified', 'date-time', utc(modifiedAt))] : []),
    ...(sequence !== undefined && Number.isInteger(sequence) && sequence >= 0 ? [property('sequence', 'integer', sequence)] : []),
  ]
}

const CLASS = { public: 'PUBLIC', private: 'PRIVATE', confidential: 'CONFIDENTIAL' } as const
const PRIORITY = { low: 9, normal: undefined, high: 1 } as const
const BUSY = { tentative: 'TENTATIVE', 'out-of-office': 'OOF', elsewhere: 'WORKINGELSEWHERE' } as const

/** Who may see it, whether it blocks the time, whether it takes place. */
function standing({ busy, status, privacy, importance }: EventFacts): Property[] {
  const stands = status ?? (busy === 'tentative' ? 'tentative' : undefined)
  const free = busy === 'free' || busy === 'elsewhere'
  return [
    ...(stands === undefined ? [] : [property('status', 'text', stands.toUpperCase())]),
    ...(busy === undefined ? [] : [property('transp', 'text', free ? 'TRANSPARENT' : 'OPAQUE')]),
    // Outlook's own word for what TRANSP cannot say; Thunderbird and Zimbra keep it.
    ...(busy === undefined || busy === 'busy' || busy === 'free' ? [] : [property('x-microsoft-cdo-busystatus', 'unknown', BUSY[busy])]),
    ...(privacy === undefined ? [] : [property('class', 'text', CLASS[privacy])]),
    ...importanceProperty(importance),
  ]
}

export const importanceProperty = (importance: EventFacts['importance']): Property[] => {
  const priority = importance === undefined ? undefined : PRIORITY[importance]
  return priority === undefined ? [] : [property('priority', 'integer', priority)]
}

const SERVICE = { teams: 'Microsoft Teams', meet: 'Google Meet', other: 'Meeting' } as const

function links({ meeting, url }: EventFacts): Property[] {
  const address = mendUri(meeting?.url ?? '')
  const conference: Property[] =
    meeting === undefined || address === ''
      ? []
      : [property('conference', 'uri', address, { feature: 'VIDEO', label: SERVICE[meeting.service] })]
  // Most clients show URL and not CONFERENCE (RFC 7986).
  return [...urlProperty(url ?? meeting?.url), ...conference]
}

function color({ color: given }: EventFacts, losses: Set<string>): Property[] {
  const name = given === undefined ? undefined : nearestColor(given)
  if (name !== undefined && given?.startsWith('#')) losses.add(LOSS.color)
  return name === undefined ? [] : [property('color', 'unknown', name)]
}

function people({ guests = [], organizer }: EventFacts, losses: Set<string>): Property[] {
  const written = guests.map(guestProperty)
  const known = written.filter((one) => one !== undefined)
  if (known.length < guests.length) losses.add(LOSS.unknownGuest)
  if (known.some(isNameless)) losses.add(LOSS.namelessGuest)
  // An organiser alone makes an invitation of what is none (RFC 5545, 3.8.4.3: only of an event with guests).
  const host = organizer === undefined || known.length === 0 ? undefined : organizerProperty(organizer)
  return [...(host === undefined ? [] : [host]), ...known]
}

/** What a VEVENT says besides UID, RECURRENCE-ID and recurrence. */
export function writeFacts(facts: EventFacts, head: readonly Property[], losses: Set<string>): Component {
  const host = { title: facts.summary?.trim() ?? '', related: 'START', guests: (facts.guests ?? []).length > 0 } as const
  const properties: Property[] = [
    ...head,
    ...times(facts),
    ...stamps(facts),
    ...lineProperty('summary', facts.summary),
    ...(facts.description === undefined ? [] : descriptionProperties(facts.description)),
    ...textProperty('location', facts.location),
    ...links(facts),
    ...categoriesProperty(facts.categories, losses),
    ...standing(facts),
    ...color(facts, losses),
    ...people(facts, losses),
    ...(facts.attachments ?? []).flatMap((one) => attachmentProperty(one, losses)),
  ]
  return ['vevent', properties, writeReminders(facts.reminders ?? [], host, losses)]
}
