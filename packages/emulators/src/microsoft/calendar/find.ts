import type { Outlook } from '../items/outlook.ts'
import type { MailAccount } from '../mail/find.ts'
import type { Mailbox } from '../mail/mailbox.ts'
import { invalidId, itemNotFound } from '../serve/errors.ts'
import type { EventState, ExceptionState } from './state.ts'

/** An account whose mailbox has been found, with what else Outlook keeps in it. */
export interface OutlookAccount extends MailAccount {
  readonly outlook: Outlook
}

/** The serial that an id of either space names, if it is alive. */
export function serialOf(mailbox: Mailbox, id: string, moves: (serial: number) => number | undefined): number {
  const read = mailbox.ids.readMessage(id)
  if (!read) throw invalidId()
  const now = moves(read.facts.serial)
  if (now === undefined || (read.space === 'default' && now !== read.facts.moves)) throw itemNotFound()
  return read.facts.serial
}

/** An event or an exception of one. */
export function findEvent(
  { mailbox, outlook }: OutlookAccount,
  id: string,
): { readonly event: EventState; readonly exception?: ExceptionState } {
  const { events } = outlook.calendars
  const exceptions = new Map<number, { readonly event: EventState; readonly exception: ExceptionState }>()
  const read = mailbox.ids.readMessage(id)
  if (read && !events.has(read.facts.serial)) {
    for (const event of events.values())
      for (const exception of event.exceptions.values()) exceptions.set(exception.serial, { event, exception })
  }
  const serial = serialOf(mailbox, id, (each) => events.get(each)?.moves ?? exceptions.get(each)?.event.moves)
  const event = events.get(serial)
  const found = event ? { event } : exceptions.get(serial)
  if (!found) throw itemNotFound()
  return found
}
