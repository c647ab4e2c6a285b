import { eventAttachments, getEvent, listEvents, listExceptions, listInstances } from '../calendar/event-routes.ts'
import { getCalendar, listCalendars, listGroups, listPermissions } from '../calendar/routes.ts'
import { contactDelta, contactPhoto, getContact, getContactFolder, listContactFolders, listContacts } from '../contacts/routes.ts'
import type { Asked } from '../serve/asked.ts'
import { noRoute } from '../serve/errors.ts'
import type { Make, Route } from '../serve/router.ts'
import type { TenantState } from '../serve/tenant-state.ts'
import { listTaskLists, taskDelta, taskParts, tasksReply } from '../todo/routes.ts'
import { guardCalendar, guardList } from './guard.ts'

/** Routes of a mailbox's calendars, contacts and tasks. Undefined for any other. */
export function outlookRoute(tenant: TenantState, asked: Asked, route: Make): Route | undefined {
  switch (asked.parts[2]) {
    case 'calendar':
    case 'calendars':
    case 'calendarGroups':
    case 'calendarView':
    case 'events':
      return calendarRoute(tenant, asked, route)
    case 'contacts':
    case 'contactFolders':
      return contactRoute(tenant, asked, route)
    case 'todo':
      return todoRoute(tenant, asked, route)
    default:
      return undefined
  }
}

function calendarRoute(tenant: TenantState, asked: Asked, route: Make): Route {
  const [, , first, ...rest] = asked.parts
  if (first === 'calendarGroups') {
    const [group, what] = rest
    if (group === undefined) return route('calendar-groups', 'calendars-basic', (account) => listGroups(asked, account))
    if (what !== 'calendars' || rest.length > 2) throw noRoute(what ?? group)
    return route('calendars', 'calendars-basic', (account) => listCalendars(asked, account, group))
  }
  if (first === 'calendars' && rest.length === 0) return route('calendars', 'calendars-basic', (account) => listCalendars(asked, account))
  if (first === 'calendars') return withinCalendar(tenant, asked, { calendar: rest[0], parts: rest.slice(1) }, route)
  if (first === 'calendar') return withinCalendar(tenant, asked, { calendar: undefined, parts: rest }, route)
  return withinCalendar(tenant, asked, { calendar: undefined, parts: [first ?? '', ...rest] }, route)
}

function withinCalendar(
  tenant: TenantState,
  asked: Asked,
  { calendar, parts }: { readonly calendar: string | undefined; readonly parts: readonly string[] },
  route: Make,
): Route {
  const [what, id, below, attachment, raw] = parts
  if (what === undefined) return route('calendar', 'calendars-basic', (account) => getCalendar(asked, account, calendar))
  if (what === 'calendarPermissions') return route('permissions', 'calendars-basic', (account) => listPermissions(asked, account, calendar))
  if (what === 'calendarView' && id === undefined)
    return route('instances', 'calendars-basic', (account) => listInstances(asked, account, { calendar }))
  if (what !== 'events' || id === 'delta') throw noRoute(id ?? what)
  if (id === undefined) {
    return route('events', 'calendars-basic', (account) => {
      guardCalendar(tenant, account, calendar)
      return listEvents(asked, account, calendar)
    })
  }
  if (below === undefined) return route('event', 'calendars-basic', (account) => getEvent(tenant, asked, account))
  if (below === 'instances') return route('instances', 'calendars-basic', (account) => listInstances(asked, account, { master: id }))
  if (below === 'exceptionOccurrences') return route('exceptions', 'calendars', (account) => listExceptions(asked, account, id))
  if (below !== 'attachments') throw noRoute(below)
  return route('event-attachments', 'calendars', (account) =>
    eventAttachments(asked, account, { event: id, id: attachment, raw: raw === '$value' }),
  )
}

function contactRoute(tenant: TenantState, asked: Asked, route: Make): Route {
  const [, , first, ...rest] = asked.parts
  const [folder, parts] = first === 'contacts' ? [undefined, rest] : [rest[0], rest.slice(2)]
  if (first === 'contactFolders') {
    const what = rest[1]
    if (folder === undefined) return route('contact-folders', 'contacts', (account) => listContactFolders(asked, account))
    if (what === undefined) return route('contact-folder', 'contacts', (account) => getContactFolder(asked, account, folder))
    if (what === 'childFolders') return route('contact-folders', 'contacts', (account) => listContactFolders(asked, account, folder))
    if (what !== 'contacts') throw noRoute(what)
  }
  const [id, below, raw] = parts
  if (id === undefined) return route('contacts', 'contacts', (account) => listContacts(asked, account, folder))
  if (id === 'delta' && folder !== undefined) return route('contact-delta', 'contacts', (account) => contactDelta(tenant, asked, account))
  if (id === 'delta') throw noRoute(id)
  if (below === undefined) return route('contact', 'contacts', (account) => getContact(asked, account, { folder, id }))
  if (below !== 'photo' || raw !== '$value') throw noRoute(below)
  return route('photo', 'contacts', (account) => contactPhoto(account, { folder, id }))
}

const PARTS = new Set(['checklistItems', 'linkedResources', 'attachments'])

function todoRoute(tenant: TenantState, asked: Asked, route: Make): Route {
  const [, , , lists, list, tasks, task, what, id, raw] = asked.parts
  if (lists !== 'lists') throw noRoute(lists ?? 'todo')
  if (list === undefined) return route('task-lists', 'tasks', (account) => listTaskLists(asked, account))
  if (tasks !== 'tasks') throw noRoute(tasks ?? list)
  if (task === 'delta')
    return route('task-delta', 'tasks', (account) => {
      guardList(tenant, account, list)
      return taskDelta(tenant, asked, account)
    })
  if (what === undefined)
    return route(task === undefined ? 'tasks' : 'task', 'tasks', (account) => tasksReply(asked, account, { list, task }))
  if (task === undefined || !PARTS.has(what)) throw noRoute(what)
  return route('task-parts', 'tasks', (account) => taskParts(asked, account, { list, task, what, id, raw: raw === '$value' }))
}
