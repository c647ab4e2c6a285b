import { readComponent } from '../calendars/component.ts'
import { type Asked, header } from '../dav/asked.ts'
import type { Stored } from '../dav/shelf.ts'
import type { Shown } from '../dav/shown.ts'
import { isSince, type Version } from '../version.ts'
import { messagesFor } from './broker.ts'
import { deliver } from './deliver.ts'
import { addressesFor, isReplyRefused } from './outgoing.ts'

/** `X-NC-Scheduling` is looked at in a DELETE from 32.0.7 and 33.0.1 on only (facts 5.5). */
const knowsSilentDelete = (version: Version): boolean => (version[0] === 32 ? isSince(version, '32.0.7') : isSince(version, '33.0.1'))

/** Sends what the deletion of an object makes necessary. */
export function scheduleRemoval(asked: Asked, { shown, before }: { readonly shown: Shown; readonly before: Stored }): void {
  const { state, viewer } = asked
  if (isReplyRefused(asked) || (knowsSilentDelete(state.version) && header(asked, 'x-nc-scheduling') === 'false')) return
  const old = readComponent(before.bytes.toString())
  const messages = messagesFor({ after: undefined, before: old, addresses: addressesFor(asked, shown), now: state.now() })
  for (const message of messages) deliver({ state, user: viewer.id }, message)
}
