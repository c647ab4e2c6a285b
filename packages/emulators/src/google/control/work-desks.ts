import { type Ask, done, read } from '../../control/ask.ts'
import type { CalendarControl } from './calendar-control.ts'
import type { ContactsControl } from './contacts-control.ts'
import type { TasksControl } from './tasks-control.ts'

/** The desks beside the mailbox, of one account. */
export interface WorkDesks {
  readonly calendars: CalendarControl
  readonly contacts: ContactsControl
  readonly tasks: TasksControl
}

/** What may be asked for from afar. */
const CALLS: Readonly<Record<keyof WorkDesks, readonly string[]>> = {
  calendars: [
    'calendars',
    'addCalendar',
    'subscribe',
    'renameCalendar',
    'see',
    'share',
    'put',
    'putSeries',
    'putException',
    'patch',
    'cancel',
    'move',
    'orphan',
    'items',
    'instants',
    'expireSyncTokens',
  ],
  contacts: ['people', 'put', 'remove', 'rename', 'groups', 'addGroup', 'renameGroup', 'addPhoto', 'expireSyncTokens'],
  tasks: ['lists', 'addList', 'put', 'move', 'remove', 'tasks'],
}

const isDesk = (name: string): name is keyof WorkDesks => Object.hasOwn(CALLS, name)

/** Does what another process asks for: the desk, the call, and its arguments as JSON. */
export async function callWorkDesk(
  desks: WorkDesks,
  [desk = '', call = '']: readonly string[],
  given: readonly unknown[],
): Promise<unknown> {
  if (!isDesk(desk) || !CALLS[desk].includes(call)) throw new Error(`The control API knows no "${desk} ${call}".`)
  const method: unknown = Reflect.get(desks[desk], call)
  if (typeof method !== 'function') throw new Error(`There is no "${desk} ${call}".`)
  // What is absent travels as null.
  const result: unknown = await Reflect.apply(
    method,
    desks[desk],
    given.map((each) => each ?? undefined),
  )
  return result
}

/** The desks of an account in another process. */
export function remoteDesks(ask: Ask, address: string): WorkDesks {
  const call = (desk: keyof WorkDesks, name: string, given: readonly unknown[]): Promise<Response> =>
    ask('POST', `work/${encodeURIComponent(address)}/${desk}/${name}`, given)
  const calendar = (name: string, ...given: readonly unknown[]) => call('calendars', name, given)
  const contact = (name: string, ...given: readonly unknown[]) => call('contacts', name, given)
  const task = (name: string, ...given: readonly unknown[]) => call('tasks', name, given)
  return {
    calendars: {
      calendars: () => read(calendar('calendars')),
      addCalendar: (name, facts) => read(calendar('addCalendar', name, facts)),
      subscribe: (id, entry) => done(calendar('subscribe', id, entry)),
      renameCalendar: (id, name) => done(calendar('renameCalendar', id, name)),
      see: (id, entry) => done(calendar('see', id, entry)),
      share: (id, rule) => done(calendar('share', id, rule)),
      put: (id, event) => read(calendar('put', id, event)),
      putSeries: (id, event) => read(calendar('putSeries', id, event)),
      putException: (id, event, change) => read(calendar('putException', id, event, change)),
      patch: (id, event, change) => read(calendar('patch', id, event, change)),
      cancel: (id, event) => done(calendar('cancel', id, event)),
      move: (event, from, to) => done(calendar('move', event, from, to)),
      orphan: (id) => read(calendar('orphan', id)),
      items: (id) => read(calendar('items', id)),
      instants: (id, event, from, to) => read(calendar('instants', id, event, from, to)),
      expireSyncTokens: () => done(calendar('expireSyncTokens')),
    },
    contacts: {
      people: (where) => read(contact('people', where)),
      put: (person, where) => read(contact('put', person, where)),
      remove: (name) => done(contact('remove', name)),
      rename: (name) => read(contact('rename', name)),
      groups: () => read(contact('groups')),
      addGroup: (name) => read(contact('addGroup', name)),
      renameGroup: (group, name) => done(contact('renameGroup', group, name)),
      addPhoto: (id, base64, mediaType) => read(contact('addPhoto', id, base64, mediaType)),
      expireSyncTokens: () => done(contact('expireSyncTokens')),
    },
    tasks: {
      lists: () => read(task('lists')),
      addList: (title) => read(task('addList', title)),
      put: (list, json) => read(task('put', list, json)),
      move: (id, to) => done(task('move', id, to)),
      remove: (id) => done(task('remove', id)),
      tasks: () => read(task('tasks')),
    },
  }
}
