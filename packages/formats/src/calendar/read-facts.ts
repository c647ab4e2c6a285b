import ICAL from 'ical.js'
import type { Property } from '../ical/jcal.ts'
import { all, type Found, parameter, textOf } from '../ical/read-components.ts'
import { meetingOf } from './meeting.ts'
import type { Attachment, EventFacts, Reminder, RichText } from './model.ts'
import { type FileZones, later, momentOfProperty } from './read-moment.ts'
import { readGuest, readPerson } from './read-people.ts'

const word = (found: Found, name: string): string => (textOf(found, name) ?? '').trim().toUpperCase()

/** What is there, without what is not. */
export function present<T extends object>(facts: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const kept: { [K in keyof T]?: Exclude<T[K], undefined> } = {}
  for (const name of Object.keys(facts) as (keyof T)[]) {
    const value = facts[name]
    if (value !== undefined) kept[name] = value as Exclude<T[typeof name], undefined>
  }
  return kept
}

export function instantOfProperty(found: Found, name: string): number | undefined {
  const ms = Date.parse(textOf(found, name) ?? '')
  return Number.isNaN(ms) ? undefined : ms
}

export const wholeOf = (found: Found, name: string): number | undefined => {
  const value = Number(textOf(found, name) ?? Number.NaN)
  return Number.isInteger(value) ? value : undefined
}

export function readAttachment(property: Property): Attachment | undefined {
  const value = String(property[3] ?? '')
  const name = parameter(property, 'filename') ?? parameter(property, 'x-filename') ?? parameter(property, 'x-apple-filename') ?? ''
  const mediaType = parameter(property, 'fmttype')
  const base = { name, ...(mediaType === undefined ? {} : { mediaType }) }
  if (value === '') return undefined
  return property[2] === 'binary' ? { ...base, bytes: Buffer.from(value, 'base64') } : { ...base, url: value }
}

function readReminder(alarm: Found, file: FileZones): Reminder | undefined {
  const [trigger] = all(alarm, 'trigger')
  if (trigger === undefined || alarm.cut) return undefined
  const method = word(alarm, 'action') === 'EMAIL' ? 'email' : 'display'
  try {
    if (trigger[2] !== 'duration') {
      const at = momentOfProperty(alarm, 'trigger', file)
      return at === undefined ? undefined : { method, when: { at } }
    }
    const seconds = ICAL.Duration.fromString(String(trigger[3])).toSeconds()
    return { method, when: { minutesBefore: Math.round(-seconds / 60) || 0 } }
  } catch {
    return undefined
  }
}

export const readReminders = (found: Found, file: FileZones): readonly Reminder[] =>
  found.components.flatMap((one) => (one.name === 'valarm' ? (readReminder(one, file) ?? []) : []))

const BUSY: Readonly<Record<string, EventFacts['busy']>> = {
  TENTATIVE: 'tentative',
  OOF: 'out-of-office',
  WORKINGELSEWHERE: 'elsewhere',
  FREE: 'free',
  BUSY: 'busy',
}
const STATUS: Readonly<Record<string, EventFacts['status']>> = { CONFIRMED: 'confirmed', TENTATIVE: 'tentative', CANCELLED: 'cancelled' }
const CLASS: Readonly<Record<string, EventFacts['privacy']>> = { PUBLIC: 'public', PRIVATE: 'private', CONFIDENTIAL: 'confidential' }
const TRANSP: Readonly<Record<string, EventFacts['busy']>> = { TRANSPARENT: 'free', OPAQUE: 'busy' }

/** PRIORITY as Outlook takes it: 1 to 4 high, 5 normal, 6 to 9 low. */
export function readImportance(found: Found): EventFacts['importance'] {
  const priority = wholeOf(found, 'priority') ?? 0
  return priority <= 0 ? undefined : priority < 5 ? 'high' : priority === 5 ? 'normal' : 'low'
}

export function readDescription(found: Found): RichText | undefined {
  const text = textOf(found, 'description')
  const html = textOf(found, 'x-alt-desc')?.replaceAll(/\\([\\;,nN])/g, (_, char: string) => (/n/i.test(char) ? '\n' : char))
  return text === undefined && html === undefined ? undefined : { text: text ?? '', ...(html === undefined ? {} : { html }) }
}

export const readCategories = (found: Found): readonly string[] | undefined => {
  const names = all(found, 'categories')
    .flatMap((one) => one.slice(3).map(String))
    .filter((name) => name.trim() !== '')
  return names.length === 0 ? undefined : names
}

const some = <T>(list: readonly T[]): readonly T[] | undefined => (list.length === 0 ? undefined : list)

/** A VEVENT without its recurrence. Fault `item`/`not-understood` where it does not say when it begins. */
export function readFacts(found: Found, file: FileZones): Omit<EventFacts, 'start'> {
  const start = momentOfProperty(found, 'dtstart', file)
  const duration = textOf(found, 'duration')
  const end = momentOfProperty(found, 'dtend', file) ?? (start === undefined || duration === undefined ? undefined : later(start, duration))
  const conference = textOf(found, 'conference') ?? textOf(found, 'x-google-conference')
  const [organizer] = all(found, 'organizer')
  return present({
    end,
    summary: textOf(found, 'summary'),
    description: readDescription(found),
    location: textOf(found, 'location'),
    url: textOf(found, 'url'),
    meeting: conference === undefined ? undefined : (meetingOf(conference) ?? { url: conference, service: 'other' as const }),
    categories: readCategories(found),
    privacy: CLASS[word(found, 'class')],
    busy: BUSY[word(found, 'x-microsoft-cdo-busystatus')] ?? TRANSP[word(found, 'transp')],
    status: STATUS[word(found, 'status')],
    importance: readImportance(found),
    color: textOf(found, 'color'),
    organizer: organizer === undefined ? undefined : readPerson(organizer),
    guests: some(all(found, 'attendee').map(readGuest)),
    reminders: some(readReminders(found, file)),
    attachments: some(all(found, 'attach').flatMap((one) => readAttachment(one) ?? [])),
    createdAt: instantOfProperty(found, 'created'),
    modifiedAt: instantOfProperty(found, 'last-modified'),
    sequence: wholeOf(found, 'sequence'),
  })
}
