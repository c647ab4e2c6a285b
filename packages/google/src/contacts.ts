import type { Account, Call, Listing, Measured, Source } from '@offramp/core'
import type { Choices } from '@offramp/formats'
import type { Google } from './client.ts'
import { countPeople, type Shelf } from './contacts-pages.ts'
import { BOOKS, ContactReader } from './contacts-reader.ts'
import { ContactWalk } from './contacts-walk.ts'
import { decodePosition, printOf, unreadable } from './work-cursor.ts'

interface ContactServices {
  readonly choices?: Choices['contacts']
}

/** One account's contacts, read by delegation; and, where the operator wants them, the addresses that Google collected by itself. */
export function contactSource(google: Google, account: Account, { choices = {} }: ContactServices): Source {
  const client = google.people(account)
  const reader = new ContactReader({ client, collected: google.people(account, 'collected'), choices })
  const shelves: readonly Shelf[] = choices.collected === true ? ['contacts', 'collected'] : ['contacts']
  const walks = new Map(shelves.map((shelf) => [shelf, new ContactWalk(reader, shelf)] as const))

  async function* listings(call: Call): AsyncGenerator<Listing> {
    call.signal.throwIfAborted()
    await reader.askGroups(call)
    for (const shelf of shelves) yield { id: shelf, collection: BOOKS[shelf] }
  }

  function walkOf(id: string): ContactWalk {
    const walk = [...walks].find(([shelf]) => shelf === id)?.[1]
    if (walk === undefined) throw unreadable()
    return walk
  }

  /** With a group that was renamed, contacts are other cards without having changed. */
  const madeNow = async (call: Call): Promise<string> => printOf(choices, [...(await reader.groups(call)).names].sort())

  async function* measure(call: Call): AsyncGenerator<Measured> {
    const { own } = choices.groups === 'apple' ? await reader.groups(call) : { own: [] }
    yield { collection: BOOKS.contacts, items: (await countPeople(client, call)) + own.length }
    if (choices.collected !== true) return
    let items = 0
    for await (const people of reader.allPages('collected', call)) items += people.length
    yield { collection: BOOKS.collected, items }
  }

  return {
    name: `google contacts ${account.name}`,
    profile: { kind: 'contact', offers: [] },
    listings,

    async page(listing, after, limit, call) {
      call.signal.throwIfAborted()
      const at = after === undefined ? undefined : decodePosition(after)
      if (at?.mode === 'series') throw unreadable()
      const made = await madeNow(call)
      return walkOf(listing.id).next(at?.made === made ? at : { mode: 'first', made }, { limit: Math.max(1, limit), call })
    },

    open: (ref, call) => reader.open(ref, call),
    census: (listing, call) => walkOf(listing.id).census(call),
    measure,
  }
}
