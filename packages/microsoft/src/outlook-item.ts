import { Fault, type ItemRef, type Listing } from '@offramp/core'
import type { GraphClient } from './client.ts'
import type { RawPage } from './outlook-pages.ts'

/** How the kinds that live in a mailbox are called in what people read. */
export type OutlookWord = 'message' | 'event' | 'contact' | 'task'

/** Ids of items that Graph cannot even name: `unlistable:<listing>:<place>`. */
const UNLISTABLE = 'unlistable:'

/** With what the page could not name in front, so that it is counted and listed as well. */
export function withUnlistable(refs: readonly ItemRef[], { id }: Listing, { unlistable }: RawPage): readonly ItemRef[] {
  return unlistable === undefined ? refs : [{ id: `${UNLISTABLE}${id}:${unlistable}`, version: 'unlistable' }, ...refs]
}

/** Throws for what `withUnlistable` has added: it cannot be opened. */
export function refuseUnlistable({ id }: ItemRef, mailbox: GraphClient, word: OutlookWord): void {
  if (!id.startsWith(UNLISTABLE)) return
  throw new Fault({
    reach: 'item',
    reason: 'unreadable-at-source',
    code: 'graph-unlistable',
    message: `Microsoft cannot even name ${a(word)} of ${mailbox.about}, while the ${word}s before and after it can be read.`,
  })
}

export const gone = (mailbox: GraphClient, word: OutlookWord): Fault =>
  new Fault({
    reach: 'item',
    reason: 'gone',
    code: 'graph-gone',
    message: `${word === 'event' ? 'An' : 'A'} ${word} of ${mailbox.about} was deleted at the source.`,
  })

const a = (word: OutlookWord): string => `${word === 'event' ? 'an' : 'a'} ${word}`
