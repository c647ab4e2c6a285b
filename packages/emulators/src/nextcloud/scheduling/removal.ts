import { readComponent } from '../calendars/component.ts'
import type { Asked } from '../dav/asked.ts'
import type { Stored } from '../dav/shelf.ts'
import type { Shown } from '../dav/shown.ts'
import { messagesFor } from './broker.ts'
import { deliver } from './deliver.ts'
import { addressesFor, isSilenced } from './outgoing.ts'

/** Sends what the deletion of an object makes necessary. */
export function scheduleRemoval(asked: Asked, { shown, before }: { readonly shown: Shown; readonly before: Stored }): void {
  const { state, viewer } = asked
  if (isSilenced(asked, 'deletion')) return
  const old = readComponent(before.bytes.toString())
  const messages = messagesFor({ after: undefined, before: old, addresses: addressesFor(asked, shown), now: state.now() })
  for (const message of messages) deliver({ state, user: viewer.id }, message)
}
