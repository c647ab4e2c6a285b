import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fromICalendar } from '@offramp/formats'
import { hash32 } from '../../generate/random.ts'
import type { WorkspaceAccountSeed } from '../options.ts'
import { Calendar } from './calendar.ts'
import { generateEvents } from './generate.ts'
import { putCopies, putHostile } from './hostile.ts'
import { putModel } from './series.ts'
import type { CalendarEntryJson, ListEntry } from './state.ts'

interface Frame {
  readonly seed: number
  readonly now: () => number
}

export interface CalendarWish {
  readonly id: string
  readonly owner: string
  readonly summary: string
  readonly timeZone?: string
  readonly description?: string
  readonly labels?: NonNullable<Calendar['facts']['labels']>
}

/** Makes a calendar that the domain did not have, or gives the one it has. */
export function addCalendar(calendars: Map<string, Calendar>, wish: CalendarWish, frame: Frame): Calendar {
  const made = calendars.get(wish.id) ?? new Calendar({ timeZone: 'Europe/Berlin', ...wish, seed: frame.seed, now: frame.now })
  calendars.set(wish.id, made)
  return made
}

/** Google's id of a secondary calendar. */
export const secondaryId = (...parts: readonly (string | number)[]): string =>
  `c_${hash32(...parts, 'a').toString(16)}${hash32(...parts, 'b').toString(16)}@group.calendar.google.com`

/** What stands in somebody's list of calendars, as the seed says. The same seeds give the same calendars, ids included. */
export function seedCalendars(calendars: Map<string, Calendar>, account: WorkspaceAccountSeed, frame: Frame): ListEntry[] {
  const seed = account.calendars ?? {}
  const address = account.address.toLowerCase()
  const list: ListEntry[] = []
  const add = (wish: CalendarWish, json: CalendarEntryJson = {}): Calendar => {
    list.push({ calendar: wish.id, json })
    return addCalendar(calendars, wish, frame)
  }
  const primary = add({ id: address, owner: address, summary: address }, { defaultReminders: [{ method: 'popup', minutes: 30 }] })
  const { events = 0 } = seed
  if (events > 0) {
    generateEvents({ calendar: primary, address, count: Math.ceil(events * 0.8) })
    const team = add(
      { id: secondaryId(address, 'team'), owner: address, summary: 'Team', description: 'All of us' },
      { backgroundColor: '#4986E7' },
    )
    generateEvents({ calendar: team, address, count: Math.floor(events * 0.2) })
  }
  if (seed.hostile) putHostile(primary, address)
  if (seed.copies !== undefined) putCopies(primary, seed.copies)
  if (seed.others) for (const [wish, json] of others(address)) add(wish, json)
  if (seed.ics !== undefined) fillFromFiles(primary, seed.ics)
  return list
}

function others(address: string): readonly (readonly [CalendarWish, CalendarEntryJson])[] {
  const elsewhere = 'somebody@elsewhere.example'
  const reader = { accessRole: 'reader' }
  return [
    [
      { id: secondaryId(address, 'hidden'), owner: address, summary: 'Old / projects' },
      { hidden: true, backgroundColor: '#ac725e' },
    ],
    [{ id: 'en.german#holiday@group.v.calendar.google.com', owner: elsewhere, summary: 'Holidays in Germany' }, reader],
    [{ id: 'addressbook#contacts@group.v.calendar.google.com', owner: elsewhere, summary: 'Birthdays' }, reader],
    [{ id: `${hash32(address)}@import.calendar.google.com`, owner: elsewhere, summary: 'https://example.org/feed.ics' }, reader],
    [{ id: secondaryId('colleague'), owner: elsewhere, summary: 'A colleague’s' }, { accessRole: 'writer' }],
    [
      { id: secondaryId('two owners'), owner: elsewhere, summary: 'Two owners' },
      { accessRole: 'owner', dataOwner: elsewhere },
    ],
  ]
}

/** What can be understood of a folder's `.ics` files; the rest has been refused by Google as well. */
function fillFromFiles(calendar: Calendar, folder: string): void {
  for (const name of readdirSync(folder)
    .filter((each) => each.endsWith('.ics'))
    .sort()) {
    for (const event of readLeniently(() => fromICalendar(readFileSync(join(folder, name))))) {
      try {
        if ('uid' in event) putModel(calendar, event)
      } catch {
        // A time that does not exist, a zone that nobody knows: Google's import leaves it out.
      }
    }
  }
}

/** A file that cannot be read at all has nothing in it. */
export function readLeniently<T>(read: () => readonly T[]): readonly T[] {
  try {
    return read()
  } catch {
    return []
  }
}
