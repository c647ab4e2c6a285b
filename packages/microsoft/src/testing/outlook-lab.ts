import { fastClock, MemoryGate, type SourceLab, type SourcePerson } from '@offramp/conformance'
import type { Kind } from '@offramp/core'
import { silentLog } from '@offramp/core'
import { type EmulatedTenant, type EventSeed, type OutlookControl, startTenant } from '@offramp/emulators'
import { derivedUid } from '@offramp/formats'
import { microsoftSource } from '../endpoint.ts'
import { settingsFor } from './tenant-lab.ts'

const ANNA = 'anna@contoso.example'
const call = { signal: new AbortController().signal }

/** What a specimen says, as far as these kinds of Graph can hold it. Lines are unfolded; a person types the rest. */
function said(body: Uint8Array): (name: string) => string {
  const lines = Buffer.from(body).toString('utf8').replaceAll('\r\n ', '').split('\r\n')
  return (name) => lines.find((line) => line.startsWith(`${name}:`))?.slice(name.length + 1) ?? ''
}

const utc = (text: string) => {
  const [, y, m, d, h, min, s] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text) ?? []
  return { dateTime: `${y}-${m}-${d}T${h}:${min}:${s}`, timeZone: 'UTC' }
}

function eventOf(body: Uint8Array): EventSeed['event'] {
  const of = said(body)
  return {
    iCalUId: of('UID'),
    subject: of('SUMMARY'),
    body: { contentType: 'text', content: of('DESCRIPTION') },
    start: utc(of('DTSTART')),
    end: utc(of('DTEND')),
  }
}

const taskOf = (body: Uint8Array) => ({
  title: said(body)('SUMMARY'),
  body: { contentType: 'text' as const, content: said(body)('DESCRIPTION') },
})

const contactOf = (body: Uint8Array) => ({ displayName: said(body)('FN'), personalNotes: said(body)('NOTE') })

const calendarPerson = (anna: OutlookControl): SourcePerson => ({
  collection: async (name) => (await anna.addCalendar(name)).id,
  add: async (home, body) => (await anna.addEvent(home, { event: eventOf(body) })).id,
  edit: async (id, body) => void (await anna.editEvent(id, eventOf(body))),
  move: async (id, home) => void (await anna.moveEvent(id, home)),
  remove: (id) => anna.removeEvent(id),
})

const contactPerson = (anna: OutlookControl): SourcePerson => ({
  collection: async (name, parent) => (await anna.addContactFolder(name, parent)).id,
  add: async (home, body) => (await anna.addContact(home, contactOf(body))).id,
  edit: async (id, body) => void (await anna.editContact(id, contactOf(body))),
  move: async (id, home) => void (await anna.moveContact(id, home)),
  remove: (id) => anna.removeContact(id),
})

const taskPerson = (anna: OutlookControl): SourcePerson => {
  const bare = (id: string): string => id.split('/')[1] ?? ''
  return {
    collection: async (name) => (await anna.addTaskList(name)).id,
    add: async (home, body) => `${home}/${(await anna.addTask(home, { task: taskOf(body) })).id}`,
    edit: async (id, body) => void (await anna.editTask(bare(id), taskOf(body))),
    remove: (id) => anna.removeTask(bare(id)),
  }
}

type OutlookKind = 'event' | 'contact' | 'task'

const PEOPLE: Readonly<Record<OutlookKind, (anna: OutlookControl) => SourcePerson>> = {
  event: calendarPerson,
  contact: contactPerson,
  task: taskPerson,
}

async function peek(anna: OutlookControl, kind: OutlookKind, account: string) {
  if (kind === 'event') return (await anna.events()).map(({ id, calendar, iCalUId }) => ({ id, home: calendar, naturalKey: iCalUId }))
  if (kind === 'contact') {
    return (await anna.contacts()).map(({ id, folder }) => ({ id, home: folder, naturalKey: derivedUid('microsoft', account, id) }))
  }
  return (await anna.tasks()).map(({ id, list }) => ({
    id: `${list}/${id}`,
    home: list,
    naturalKey: derivedUid('microsoft', account, id, ''),
  }))
}

/** Anna's calendars, contacts or tasks, for the suite that every source passes. */
export async function outlookLab(kind: OutlookKind, options: { readonly overQuota?: boolean } = {}): Promise<SourceLab> {
  const clock = fastClock(20)
  const accounts = [{ address: ANNA, overQuota: options.overQuota ?? false }]
  const tenant: EmulatedTenant = await startTenant({ seed: 3, accounts, now: clock.now, limits: { raceMs: 5_000 } })
  const endpoint = microsoftSource(settingsFor(tenant), { clock, log: silentLog, gate: new MemoryGate(clock) })
  const account = await endpoint.account(ANNA, call)
  if (!account) throw new Error('no account')
  const anna = tenant.outlook(ANNA)
  const lists: boolean = kind === 'event' || options.overQuota === true
  const asked: Kind = kind
  return {
    source: await endpoint.connect(account, asked),
    person: PEOPLE[kind](anna),
    peek: () => peek(anna, kind, account.id),
    // Listed without changes, there is no state that could be forgotten.
    ...(lists ? {} : { forgetCursors: () => anna.expireDelta() }),
    secrets: [tenant.clientSecret],
    close: async () => {
      await endpoint.close?.()
      await tenant.close()
      const violations = tenant.violations()
      if (violations.length > 0) throw new Error(violations.join('\n'))
    },
  }
}
