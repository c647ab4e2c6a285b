import type { CalendarPermission, ChecklistItem, Contact, Event, TodoTask } from '@microsoft/microsoft-graph-types'
import type { OutlookAccount } from '../calendar/find.ts'
import type { seedOfModel } from '../calendar/from-model.ts'
import type { CalendarState, EventSeed, EventState, OccurrenceChange } from '../calendar/state.ts'
import type { ContactFolderState, ContactState, PhotoSeed } from '../contacts/contacts.ts'
import type { TaskListState, TaskSeed, TaskState } from '../todo/todo.ts'
import { calendarDesk } from './calendar-desk.ts'
import { contactDesk } from './contact-desk.ts'
import { todoDesk } from './todo-desk.ts'

export interface CalendarTruth {
  readonly id: string
  readonly name: string
  readonly owned: boolean
  readonly events: number
}

/** What an event truly is. Ids are immutable ones, and the connector's. */
export interface EventTruth {
  readonly id: string
  readonly calendar: string
  readonly iCalUId: string
  readonly subject: string
  readonly isSeries: boolean
  /** Days of occurrences that were changed, and of those that were cancelled. */
  readonly changed: readonly string[]
  readonly cancelled: readonly string[]
}

/** One occurrence as it truly is. Milliseconds since the Unix epoch; whole days begin and end at midnights of UTC. */
export interface InstantTruth {
  readonly start: number
  readonly end: number
  readonly allDay: boolean
  readonly subject: string
}

export interface ContactFolderTruth {
  readonly id: string
  readonly name: string
  readonly contacts: number
}

export interface ContactTruth {
  readonly id: string
  readonly folder: string
  readonly displayName: string
  readonly mails: readonly string[]
  /** Of every sort. */
  readonly phones: readonly string[]
  readonly hasPhoto: boolean
}

export interface TaskListTruth {
  readonly id: string
  readonly name: string
  readonly tasks: number
}

/** `steps`: ids of its checklist. */
export interface TaskTruth {
  readonly id: string
  readonly list: string
  readonly title: string
  readonly steps: readonly string[]
}

export interface NewCalendar {
  readonly color?: CalendarState['color']
  readonly hexColor?: string
  /** Absent: the mailbox's own. */
  readonly owner?: { readonly name: string; readonly address: string }
  readonly canEdit?: boolean
  readonly oldShare?: boolean
  /** Index of its group: 0 the default one, 2 other people's. */
  readonly group?: number
  readonly permissions?: readonly CalendarPermission[]
}

/** Something in iCalendar or vCard that Graph cannot hold, in sentences. */
export interface Seeded {
  readonly id?: string
  readonly untold: readonly string[]
}

/**
 * The owner of calendars, contacts and tasks at work, and the truth about these. All arguments and answers are plain data, so that it is the same in-process
 * and from another process. Every method throws where there is no such thing.
 */
export interface OutlookControl {
  calendars(): Promise<readonly CalendarTruth[]>
  addCalendar(name: string, options?: NewCalendar): Promise<CalendarTruth>
  deleteCalendar(id: string): Promise<void>
  events(): Promise<readonly EventTruth[]>
  /** In Graph's own words. `calendar`: an id; null: the default one. */
  addEvent(calendar: string | null, seed: EventSeed): Promise<EventTruth>
  /** From a model of `formats`; from another process without files, whose bytes JSON does not carry. What Graph cannot hold is said, and nothing is put in then. */
  addModel(calendar: string | null, model: Parameters<typeof seedOfModel>[0]): Promise<Seeded>
  editEvent(id: string, change: Event): Promise<EventTruth>
  moveEvent(id: string, calendar: string): Promise<EventTruth>
  removeEvent(id: string): Promise<void>
  changeOccurrence(id: string, change: OccurrenceChange): Promise<EventTruth>
  cancelOccurrence(id: string, date: string): Promise<EventTruth>
  /** Every occurrence that begins in [from, to), by Graph's own rules and the runtime's clocks. */
  instants(id: string, from: number, to: number): Promise<readonly InstantTruth[]>
  contactFolders(): Promise<readonly ContactFolderTruth[]>
  addContactFolder(name: string, parent?: string | null): Promise<ContactFolderTruth>
  contacts(): Promise<readonly ContactTruth[]>
  addContact(folder: string | null, contact: Contact, photo?: PhotoSeed | null): Promise<ContactTruth>
  editContact(id: string, change: Contact, photo?: PhotoSeed | null): Promise<ContactTruth>
  moveContact(id: string, folder: string): Promise<ContactTruth>
  removeContact(id: string): Promise<void>
  addDistributionList(folder: string | null): Promise<void>
  taskLists(): Promise<readonly TaskListTruth[]>
  addTaskList(name: string, options?: Partial<Pick<TaskListState, 'isOwner' | 'isShared'>>): Promise<TaskListTruth>
  tasks(): Promise<readonly TaskTruth[]>
  addTask(list: string | null, seed: TaskSeed): Promise<TaskTruth>
  editTask(id: string, change: TodoTask): Promise<TaskTruth>
  editStep(task: string, step: string, change: ChecklistItem): Promise<TaskTruth>
  removeTask(id: string): Promise<void>
  /** What of the files that the account was seeded from Outlook cannot hold, a sentence each with the file's name. */
  untold(): Promise<readonly string[]>
  /** All delta states of contacts and tasks die. */
  expireDelta(): Promise<void>
}

/** The states that the desks look up, by the ids that the connector knows. */
export interface Desk extends OutlookAccount {
  calendar(id: string | null): CalendarState
  event(id: string): EventState
  folder(id: string | null): ContactFolderState
  contact(id: string): ContactState
  list(id: string | null): TaskListState
  task(id: string): TaskState
}

export function outlookDesk(account: OutlookAccount): OutlookControl {
  const desk = lookUp(account)
  const { contacts, todo } = account.outlook
  return {
    ...calendarDesk(desk),
    ...contactDesk(desk),
    ...todoDesk(desk),
    untold: async () => account.account.untold,
    expireDelta: async () => {
      for (const { shelf } of [...contacts.folders.values(), ...todo.lists.values()]) shelf.expire()
    },
  }
}

function lookUp(account: OutlookAccount): Desk {
  const { mailbox, outlook } = account
  const { calendars, contacts, todo } = outlook
  const missing = (what: string, id: string | null): Error => new Error(`There is no ${what} ${id ?? 'by default'} in ${mailbox.address}.`)
  const folderSerial = (id: string | null): number => (id === null ? -1 : (mailbox.ids.readFolder(id) ?? -1))
  const itemSerial = (id: string): number => mailbox.ids.readMessage(id)?.facts.serial ?? -1
  const must = <State>(state: State | undefined, what: string, id: string | null): State => {
    if (state === undefined) throw missing(what, id)
    return state
  }
  return {
    ...account,
    calendar: (id) =>
      must(
        id === null ? [...calendars.calendars.values()].find((each) => each.isDefault) : calendars.calendars.get(folderSerial(id)),
        'calendar',
        id,
      ),
    event: (id) => must(calendars.events.get(itemSerial(id)), 'event', id),
    folder: (id) =>
      must(
        id === null ? [...contacts.folders.values()].find((each) => each.isDefault) : contacts.folders.get(folderSerial(id)),
        'contact folder',
        id,
      ),
    contact: (id) => must(contacts.contacts.get(itemSerial(id)), 'contact', id),
    list: (id) =>
      must(
        id === null ? [...todo.lists.values()].find((each) => each.wellknown === 'defaultList') : todo.lists.get(folderSerial(id)),
        'list of tasks',
        id,
      ),
    task: (id) => must(todo.tasks.get(itemSerial(id)), 'task', id),
  }
}
