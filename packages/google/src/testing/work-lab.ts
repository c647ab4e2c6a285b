import { fastClock, MemoryGate, type SourceLab, type SourcePerson } from '@offramp/conformance'
import { silentLog } from '@offramp/core'
import { type EmulatedWorkspace, type EventJson, startWorkspace, type WorkDesks, type WorkspaceOptions } from '@offramp/emulators'
import { derivedUid } from '@offramp/formats'
import { googleSource } from '../endpoint.ts'
import { ADMIN, ANNA, settingsFor, userOf } from './workspace-lab.ts'

export type WorkKind = 'event' | 'contact' | 'task'

/** What a specimen says, as far as Google's JSON can hold it. Lines are unfolded; a person types the rest. */
function said(body: Uint8Array): (name: string) => string {
  const lines = Buffer.from(body).toString('utf8').replaceAll('\r\n ', '').split('\r\n')
  return (name) => lines.find((line) => line.startsWith(`${name}:`))?.slice(name.length + 1) ?? ''
}

const instant = (text: string): string => text.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z')

function eventOf(body: Uint8Array): EventJson {
  const of = said(body)
  const at = (name: string) => ({ dateTime: instant(of(name)), timeZone: 'UTC' })
  return { iCalUID: of('UID'), summary: of('SUMMARY'), description: of('DESCRIPTION'), start: at('DTSTART'), end: at('DTEND') }
}

const taskOf = (body: Uint8Array) => ({
  title: said(body)('SUMMARY'),
  notes: said(body)('DESCRIPTION'),
  due: `${instant(said(body)('DUE')).slice(0, 10)}T00:00:00.000Z`,
})

const personOf = (body: Uint8Array) => ({
  names: [{ displayName: said(body)('FN') }],
  biographies: said(body)('NOTE') === '' ? [] : [{ value: said(body)('NOTE'), contentType: 'TEXT_PLAIN' }],
})

async function calendarOf({ calendars }: WorkDesks, id: string): Promise<string> {
  const found = (await calendars.items()).find(({ event }) => event.id === id)
  if (found === undefined) throw new Error(`There is no event ${id}.`)
  return found.calendar
}

const calendarPerson = (desks: WorkDesks): SourcePerson => ({
  collection: async (name) => (await desks.calendars.addCalendar(name)).id,
  add: async (home, body) => (await desks.calendars.put(home, eventOf(body))).id ?? '',
  edit: async (id, body) => void (await desks.calendars.patch(await calendarOf(desks, id), id, eventOf(body))),
  move: async (id, home) => desks.calendars.move(id, await calendarOf(desks, id), home),
  remove: async (id) => desks.calendars.cancel(await calendarOf(desks, id), id),
})

const contactPerson = ({ contacts }: WorkDesks): SourcePerson => ({
  collection: async () => 'contacts',
  add: async (_home, body) => (await contacts.put(personOf(body))).resourceName ?? '',
  edit: async (id, body) => void (await contacts.put({ ...personOf(body), resourceName: id })),
  remove: (id) => contacts.remove(id),
})

const taskPerson = ({ tasks }: WorkDesks): SourcePerson => ({
  collection: async (title) => (await tasks.addList(title)).id,
  add: async (home, body) => (await tasks.put(home, taskOf(body))).id ?? '',
  async edit(id, body) {
    const held = (await tasks.tasks()).find(({ task }) => task.id === id)
    await tasks.put(held?.list ?? '', { ...taskOf(body), id })
  },
  move: (id, home) => tasks.move(id, home),
  remove: (id) => tasks.remove(id),
})

const PEOPLE: Readonly<Record<WorkKind, (desks: WorkDesks) => SourcePerson>> = {
  event: calendarPerson,
  contact: contactPerson,
  task: taskPerson,
}

async function peek(desks: WorkDesks, kind: WorkKind) {
  if (kind === 'event')
    return (await desks.calendars.items()).map(({ calendar, event }) => ({
      id: event.id ?? '',
      home: calendar,
      naturalKey: event.iCalUID ?? '',
    }))
  if (kind === 'contact') {
    const people = await desks.contacts.people()
    return people.map(({ resourceName }) => {
      const id = resourceName ?? ''
      return { id, home: 'contacts', naturalKey: derivedUid('google-contact', id) }
    })
  }
  return (await desks.tasks.tasks()).map(({ list, task }) => ({
    id: task.id ?? '',
    home: list,
    naturalKey: derivedUid('google-task', task.id ?? ''),
  }))
}

/** Anna's calendars, contacts or tasks, for the suite that every source passes. */
export async function workSuiteLab(kind: WorkKind, quirks: WorkspaceOptions['quirks'] = {}): Promise<SourceLab> {
  const clock = fastClock(20)
  const accounts = [{ address: ADMIN, admin: true }, { address: ANNA }]
  const workspace: EmulatedWorkspace = await startWorkspace({ seed: 3, accounts, now: clock.now, limits: { raceMs: 5_000 }, quirks })
  const endpoint = googleSource(settingsFor(workspace), { clock, log: silentLog, gate: new MemoryGate(clock) })
  const desks = workspace.work(ANNA)
  const forgetCursors = {
    event: () => desks.calendars.expireSyncTokens(),
    contact: () => desks.contacts.expireSyncTokens(),
    task: undefined,
  }[kind]
  return {
    source: await endpoint.connect(userOf(ANNA), kind),
    person: PEOPLE[kind](desks),
    peek: () => peek(desks, kind),
    ...(forgetCursors === undefined ? {} : { forgetCursors }),
    secrets: [workspace.key(), workspace.callerToken],
    close: async () => {
      await endpoint.close?.()
      const violations = await workspace.violations()
      await workspace.stop()
      if (violations.length > 0) throw new Error(violations.join('\n'))
    },
  }
}
