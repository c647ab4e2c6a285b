import type { Random } from '../../generate/random.ts'
import { dateOf, dayOf } from '../calendar/dates.ts'
import { plainDays } from '../calendar/instances.ts'
import type { EventState } from '../calendar/state.ts'
import type { Outlook } from '../items/outlook.ts'

const ACTS = [
  'add-event',
  'edit-event',
  'move-occurrence',
  'cancel-occurrence',
  'cancel-event',
  'delete-event',
  'add-contact',
  'edit-contact',
  'delete-contact',
  'add-task',
  'edit-task',
  'tick-step',
  'delete-task',
] as const

export type OutlookAct = (typeof ACTS)[number]

export const isOutlookAct = (act: string): act is OutlookAct => ACTS.some((each) => each === act)

/** A person at work on whatever is there. Where there is nothing to work on, nothing happens. */
export function actOnOutlook(outlook: Outlook, act: OutlookAct, random: Random): void {
  if (act.endsWith('event') || act.endsWith('occurrence')) actOnCalendar(outlook, act, random)
  else if (act.endsWith('contact')) actOnContacts(outlook, act, random)
  else actOnTasks(outlook, act, random)
}

const anyOf = <Item>(all: readonly Item[], random: Random): Item | undefined => all[random.between(0, Math.max(0, all.length - 1))]

function actOnCalendar({ calendars }: Outlook, act: OutlookAct, random: Random): void {
  const own = [...calendars.events.values()].filter(({ calendar }) => calendar.owner === undefined)
  if (act === 'add-event') {
    const calendar = [...calendars.calendars.values()].find((each) => each.isDefault)
    const start = { dateTime: `2026-0${random.between(1, 9)}-1${random.between(0, 9)}T10:00:00`, timeZone: 'W. Europe Standard Time' }
    if (calendar) calendars.add(calendar, { event: { subject: `Added ${random.between(1, 9_999)}`, start, end: start } })
    return
  }
  const isOfSeries = act === 'move-occurrence' || act === 'cancel-occurrence'
  const event = anyOf(isOfSeries ? own.filter((each) => plainDays(each, 1).length > 0) : own, random)
  if (!event) return
  if (act === 'edit-event') calendars.edit(event, { subject: `${event.words.subject ?? ''} (${random.between(2, 99)})` })
  else if (act === 'delete-event') calendars.remove(event)
  else if (act === 'cancel-event') calendars.edit(event, { isCancelled: true, subject: `Canceled: ${event.words.subject ?? ''}` })
  else changeOccurrence({ calendars }, { event, act }, random)
}

function changeOccurrence(
  { calendars }: Pick<Outlook, 'calendars'>,
  { event, act }: { readonly event: EventState; readonly act: OutlookAct },
  random: Random,
): void {
  const date = anyOf(plainDays(event, 10), random)
  if (date === undefined) return
  if (act === 'cancel-occurrence') {
    calendars.cancelOccurrence(event, date)
    return
  }
  const later = `${dateOf(dayOf(date) + 1)}${event.times.start.slice(10)}`
  calendars.changeOccurrence(event, {
    date,
    event: { subject: `Moved from ${date}`, start: { dateTime: later, timeZone: event.zone.iana } },
  })
}

function actOnContacts({ contacts }: Outlook, act: OutlookAct, random: Random): void {
  const folder = [...contacts.folders.values()].find((each) => each.isDefault)
  const contact = anyOf([...contacts.contacts.values()], random)
  if (act === 'add-contact' && folder) contacts.add(folder, { displayName: `Added ${random.between(1, 9_999)}` })
  else if (act === 'edit-contact' && contact) contacts.edit(contact, { jobTitle: `Title ${random.between(1, 99)}` })
  else if (act === 'delete-contact' && contact) contacts.remove(contact)
}

function actOnTasks({ todo }: Outlook, act: OutlookAct, random: Random): void {
  const list = [...todo.lists.values()].find((each) => each.wellknown === 'defaultList')
  const all = [...todo.tasks.values()].filter((task) => task.list.isOwner)
  const task = anyOf(act === 'tick-step' ? all.filter(({ steps }) => steps.length > 0) : all, random)
  if (act === 'add-task' && list) todo.add(list, { task: { title: `Added ${random.between(1, 9_999)}` } })
  if (!task) return
  if (act === 'edit-task') todo.edit(task, { title: `${task.words.title ?? ''} (${random.between(2, 99)})` })
  else if (act === 'delete-task') todo.remove(task)
  else if (act === 'tick-step') todo.editStep(task, anyOf(task.steps, random)?.id ?? '', { isChecked: true })
}
