import { instantOf } from '@offramp/formats'
import type { Lab } from '../lab/lab.ts'
import type { WorkspaceLab } from '../lab/workspace-lab.ts'

/** What an account truly has, by its title, which is its own in the whole laboratory. */
export interface Meant {
  readonly title: string
  /** Of events: when it takes place, start and end of each time. */
  readonly instants?: readonly string[]
}

/** The owner of calendars, contacts and tasks at work while these move. Items are numbered from 0; every fourth of each sort is let alone. */
export interface GroupwareSource {
  readonly requests: () => Promise<number>
  /** From now on it asks for patience. While Redis may lose its data nobody knows that it has. */
  readonly throttle: () => Promise<void>
  readonly violations: () => Promise<readonly string[]>
  readonly fill: (address: string, items: number) => Promise<void>
  /** Changes all whose number divided by eight leaves 0 or 1, and 10, 26 ...; series in one occurrence, and by one less. May be called again. */
  readonly edit: (address: string) => Promise<void>
  readonly meant: (address: string) => Promise<readonly Meant[]>
}

export const FROM = Date.UTC(2016, 0, 1)
export const TO = Date.UTC(2030, 0, 1)

export const instantsOf = (all: readonly { readonly start: number; readonly end: number }[]): readonly string[] =>
  all.map(({ start, end }) => `${new Date(start).toISOString()}/${new Date(end).toISOString()}`).toSorted()

const nameOf = (address: string): string => address.split('@')[0] ?? address

export const titleOf = (sort: string, n: number, address: string): string => `${sort} ${n} of ${nameOf(address)}`

/** Number in a title. */
export const numberIn = (title: string): number => Number(/ (\d+) of /.exec(title)?.[1] ?? -1)

/** A person at the destination changes the number 2, 10, 18 ...; 10, 26 ... change at both ends. */
export const isPersons = (n: number): boolean => n % 8 === 2

const isEdited = (n: number): boolean => n % 8 < 2 || n % 16 === 10

export const NEW = ', second text'

/** Each call gives other weeks of a series: one to change, one to leave out. */
function weeksToEdit(): () => { readonly changed: number; readonly left: number } {
  let round = 0
  return () => {
    const at = 7 + 2 * (round++ % 20)
    return { changed: at, left: at + 1 }
  }
}

/** A Monday, another one for each. */
const mondayOf = (n: number): number => Date.UTC(2024, 0, 1) + n * 7 * 86_400_000

const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10)

const week = (n: number, weeks: number): string => dayOf(mondayOf(n) + weeks * 7 * 86_400_000)

const guestsOf = (n: number, addresses: readonly string[]) => [...addresses, `guest-${n}@elsewhere.example`]

const numbers = (items: number): readonly number[] => Array.from({ length: items }, (_, n) => n)

const ZONE = 'W. Europe Standard Time'

/** An event of Graph's: with guests, or a series by its number. */
function graphEvent(n: number, address: string, colleagues: readonly string[]) {
  const at = (hour: string) => ({ dateTime: `${week(n, 0)}T${hour}:00`, timeZone: ZONE })
  const weekly = {
    pattern: { type: 'weekly' as const, interval: 1, daysOfWeek: ['monday' as const], firstDayOfWeek: 'monday' as const },
    range: { type: 'numbered' as const, startDate: week(n, 0), numberOfOccurrences: 60, recurrenceTimeZone: ZONE },
  }
  const moved = {
    start: { dateTime: `${week(n, 3)}T17:00:00`, timeZone: ZONE },
    end: { dateTime: `${week(n, 3)}T18:30:00`, timeZone: ZONE },
  }
  const attendees = guestsOf(n, colleagues).map((guest) => ({
    type: 'required' as const,
    status: { response: 'accepted' as const },
    emailAddress: { address: guest, name: guest },
  }))
  return {
    event: {
      subject: titleOf('Event', n, address),
      start: at('09:00'),
      end: at('10:15'),
      ...(n % 2 === 0 ? {} : { recurrence: weekly }),
      ...(n % 4 === 0 ? { organizer: { emailAddress: { address, name: address } }, attendees } : {}),
    },
    ...(n % 4 === 3 ? { exceptions: [{ date: week(n, 3), event: moved }], cancelled: [week(n, 5)] } : {}),
  }
}

/** A tenant of Microsoft's. */
export function tenantGroupware({ tenant }: Lab, addresses: readonly string[]): GroupwareSource {
  const weeks = weeksToEdit()
  const stepsOf = (n: number): readonly number[] => (n % 4 === 0 ? [n] : [])
  return {
    requests: async () => (await tenant.stats()).requests,
    throttle: () =>
      tenant.faults.add({
        path: '/(events|contacts|todo|calendar)',
        when: { every: 7 },
        times: 6,
        effect: { kind: 'throttle', retryAfter: 2 },
      }),
    violations: () => tenant.violations(),
    async fill(address, items) {
      const desk = tenant.outlook(address)
      const colleagues = addresses.filter((other) => other !== address)
      for (const n of numbers(items)) {
        await desk.addEvent(null, graphEvent(n, address, colleagues))
        await desk.addContact(null, {
          displayName: titleOf('Contact', n, address),
          emailAddresses: [{ address: `friend-${n}@elsewhere.example` }],
        })
        const steps = stepsOf(n).map((step) => ({ displayName: titleOf('Step', step, address) }))
        await desk.addTask(null, { task: { title: titleOf('Task', n, address) }, steps })
      }
    },
    async edit(address) {
      const desk = tenant.outlook(address)
      const { changed, left } = weeks()
      for (const { id, subject, isSeries } of await desk.events()) {
        const n = numberIn(subject)
        if (!isEdited(n)) continue
        await desk.editEvent(id, { subject: subject + NEW })
        if (!isSeries) continue
        await desk.changeOccurrence(id, {
          date: week(n, changed),
          event: {
            start: { dateTime: `${week(n, changed)}T12:00:00`, timeZone: ZONE },
            end: { dateTime: `${week(n, changed)}T12:45:00`, timeZone: ZONE },
          },
        })
        await desk.cancelOccurrence(id, week(n, left))
      }
      for (const { id, displayName } of await desk.contacts())
        if (isEdited(numberIn(displayName))) await desk.editContact(id, { displayName: displayName + NEW })
      for (const { id, title } of await desk.tasks()) if (isEdited(numberIn(title))) await desk.editTask(id, { title: title + NEW })
    },
    async meant(address) {
      const desk = tenant.outlook(address)
      const events: Meant[] = []
      for (const { id, subject } of await desk.events())
        events.push({ title: subject, instants: instantsOf(await desk.instants(id, FROM, TO)) })
      const tasks = await desk.tasks()
      const steps = tasks.flatMap(({ title, steps: all }) => (all.length > 0 ? [{ title: titleOf('Step', numberIn(title), address) }] : []))
      const contacts = (await desk.contacts()).map(({ displayName }) => ({ title: displayName }))
      return [...events, ...contacts, ...tasks.map(({ title }) => ({ title })), ...steps]
    },
  }
}

const VIENNA = 'Europe/Vienna'

/** With its distance from UTC, as Google says it. */
const googleAt = (day: string, clock: string) => ({
  dateTime: new Date(instantOf({ local: `${day}T${clock}:00`, zone: VIENNA })).toISOString(),
  timeZone: VIENNA,
})

function googleEvent(n: number, address: string, colleagues: readonly string[]) {
  return {
    summary: titleOf('Event', n, address),
    start: googleAt(week(n, 0), '09:00'),
    end: googleAt(week(n, 0), '10:15'),
    ...(n % 2 === 0 ? {} : { recurrence: ['RRULE:FREQ=WEEKLY;BYDAY=MO;COUNT=60'] }),
    ...(n % 4 === 0
      ? {
          organizer: { email: address, self: true },
          attendees: [
            { email: address, organizer: true, self: true, responseStatus: 'accepted' },
            ...guestsOf(n, colleagues).map((email) => ({ email, responseStatus: 'needsAction' })),
          ],
        }
      : {}),
  }
}

/** A Workspace domain of Google's. */
export function workspaceGroupware({ workspace }: WorkspaceLab, addresses: readonly string[]): GroupwareSource {
  const weeks = weeksToEdit()
  const events = (address: string) => workspace.work(address).calendars
  const put = async (address: string, n: number): Promise<void> => {
    const { calendars, contacts, tasks } = workspace.work(address)
    const { id } = await calendars.put(
      'primary',
      googleEvent(
        n,
        address,
        addresses.filter((other) => other !== address),
      ),
    )
    if (n % 4 === 3) {
      await change(address, id ?? '', { n, at: 3, clocks: ['17:00', '18:30'] })
      await calendars.putException('primary', id ?? '', { originalStartTime: googleAt(week(n, 5), '09:00'), status: 'cancelled' })
    }
    const title = titleOf('Contact', n, address)
    await contacts.put({ names: [{ displayName: title, givenName: title }], emailAddresses: [{ value: `friend-${n}@elsewhere.example` }] })
    await tasks.put('My Tasks', { title: titleOf('Task', n, address) })
  }
  const change = async (
    address: string,
    id: string,
    { n, at, clocks: [from, to] }: { readonly n: number; readonly at: number; readonly clocks: readonly [string, string] },
  ): Promise<void> => {
    const day = week(n, at)
    await events(address).putException('primary', id, {
      originalStartTime: googleAt(day, '09:00'),
      start: googleAt(day, from),
      end: googleAt(day, to),
    })
  }
  return {
    requests: async () => Object.values((await workspace.stats()).requests).reduce((sum, one) => sum + one, 0),
    throttle: () =>
      workspace.faults.add({
        path: '/(events|people|lists)',
        when: { every: 5 },
        times: 4,
        effect: { kind: 'quota', sort: 'front', status: 429 },
      }),
    violations: () => workspace.violations(),
    async fill(address, items) {
      for (const n of numbers(items)) await put(address, n)
    },
    async edit(address) {
      const { calendars, contacts, tasks } = workspace.work(address)
      const { changed, left } = weeks()
      for (const { event } of await calendars.items('primary')) {
        const n = numberIn(event.summary ?? '')
        if (!isEdited(n)) continue
        await calendars.patch('primary', event.id ?? '', { summary: `${event.summary}${NEW}` })
        if (n % 2 === 0) continue
        await change(address, event.id ?? '', { n, at: changed, clocks: ['12:00', '12:45'] })
        await calendars.putException('primary', event.id ?? '', {
          originalStartTime: googleAt(week(n, left), '09:00'),
          status: 'cancelled',
        })
      }
      for (const person of await contacts.people()) {
        const title = person.names?.[0]?.displayName ?? ''
        if (isEdited(numberIn(title))) await contacts.put({ ...person, names: [{ displayName: title + NEW, givenName: title + NEW }] })
      }
      for (const { list, task } of await tasks.tasks())
        if (isEdited(numberIn(task.title ?? ''))) await tasks.put(list, { ...task, title: `${task.title}${NEW}` })
    },
    async meant(address) {
      const { calendars, contacts, tasks } = workspace.work(address)
      const found: Meant[] = []
      for (const { event } of await calendars.items('primary'))
        found.push({
          title: event.summary ?? '',
          instants: instantsOf(await calendars.instants('primary', event.id ?? '', FROM, TO)),
        })
      for (const { names } of await contacts.people()) found.push({ title: names?.[0]?.displayName ?? '' })
      for (const { task } of await tasks.tasks()) found.push({ title: task.title ?? '' })
      return found
    },
  }
}
