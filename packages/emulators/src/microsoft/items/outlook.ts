import { Calendars } from '../calendar/calendars.ts'
import { Contacts } from '../contacts/contacts.ts'
import { Todo } from '../todo/todo.ts'

/** What Outlook keeps in a mailbox beside its mail. */
export interface Outlook {
  readonly calendars: Calendars
  readonly contacts: Contacts
  readonly todo: Todo
}

/** Above the serials of mail, so that no id names two things. */
const FIRST_SERIAL = 100_000_000

/** Every mailbox has a calendar, an address book, a list of tasks and one of flagged mail. */
export function makeOutlook(facts: { readonly seed: string; readonly now: () => number }): Outlook {
  let serial = FIRST_SERIAL
  const next = (): number => serial++
  const outlook = {
    calendars: new Calendars({ ...facts, next }),
    contacts: new Contacts({ ...facts, next }),
    todo: new Todo({ ...facts, next }),
  }
  outlook.calendars.addCalendar({ name: 'Calendar', isDefault: true })
  outlook.contacts.addFolder('Contacts', { isDefault: true })
  outlook.todo.addList('Tasks', { wellknown: 'defaultList' })
  outlook.todo.addList('Flagged Emails', { wellknown: 'flaggedEmails' })
  return outlook
}
