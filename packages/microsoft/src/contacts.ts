import type { Account, Call, Collection, Item, ItemRef, Listing, Log, Source } from '@offramp/core'
import { type Choices, derivedUid, writeCard } from '@offramp/formats'
import { isObject, type Json, textOf } from '@offramp/wire'
import { innerNames } from './calendar-people.ts'
import type { Graph } from './client.ts'
import { cardOf, innerNamesIn } from './contact-card.ts'
import { measureContacts, readContactFolders } from './contact-folders.ts'
import { contactPhotos } from './contact-photos.ts'
import { CONTACT_SELECT } from './contact-select.ts'
import { PAGE } from './limits.ts'
import type { Mode } from './outlook-cursor.ts'
import { gone, refuseUnlistable, withUnlistable } from './outlook-item.ts'
import { type PageReader, readPage } from './outlook-pages.ts'

/** One mailbox's contacts, read app-only. A folder is a listing; ids are immutable and survive moves within the mailbox. */
export function contactSource(graph: Graph, account: Account, services: { readonly log: Log; readonly choices?: Choices }): Source {
  const mailbox = graph.mailbox(account)
  const user = `/users/${encodeURIComponent(account.id)}`
  const names = innerNames(graph)
  const photos = contactPhotos({ mailbox, user, log: services.log })
  const choices = services.choices?.contacts
  /** What a page said of its contacts, so that opening one costs no request. */
  const known = new WeakMap<ItemRef, { readonly contact?: Json; readonly home: Collection }>()
  let homes: ReadonlyMap<string, Collection> | undefined
  const pages: PageReader = {
    mailbox,
    log: services.log,
    begins: 'delta',
    most: PAGE.contacts,
    pathOf: (listing, mode) => firstPath(`${user}/contactFolders/${encodeURIComponent(listing.id)}/contacts`, mode),
  }

  async function folders(call: Call): Promise<readonly Listing[]> {
    const listings = await readContactFolders({ mailbox, user }, call)
    homes = new Map(listings.flatMap(({ id, collection }) => (collection === undefined ? [] : [[id, collection] as const])))
    return listings
  }

  async function homeOf(contact: Json, call: Call): Promise<Collection> {
    const id = textOf(contact['parentFolderId']) ?? ''
    if (!homes?.has(id)) await folders(call)
    const home = homes?.get(id)
    if (home === undefined) throw gone(mailbox, 'contact')
    return home
  }

  const ask = (id: string, call: Call): Promise<Json> =>
    mailbox.json({ path: `${user}/contacts/${encodeURIComponent(id)}?$select=${CONTACT_SELECT}`, asks: 'item' }, call)

  return {
    name: `microsoft contacts ${account.name}`,
    profile: { kind: 'contact', offers: [] },

    async *listings(call) {
      yield* await folders(call)
    },

    async page(listing, after, limit, call) {
      const page = await readPage(pages, listing, { after, limit, call })
      const refs = page.values.flatMap((contact) => {
        const ref = refOf(contact, listing.id)
        if (ref !== undefined && ref.removed === undefined && listing.collection !== undefined) {
          known.set(ref, { home: listing.collection, ...(page.bare ? {} : { contact }) })
        }
        return ref === undefined ? [] : [ref]
      })
      return { refs: withUnlistable(refs, listing, page), cursor: page.cursor, last: page.last }
    },

    async open(ref, call): Promise<Item> {
      refuseUnlistable(ref, mailbox, 'contact')
      const here = known.get(ref)
      const contact = here?.contact ?? (await ask(ref.id, call))
      const home = here?.home ?? (await homeOf(contact, call))
      await names.learn(innerNamesIn(contact), call)
      const uid = derivedUid('microsoft', account.id, ref.id)
      const { card, losses: unread } = cardOf(contact, { uid, names })
      const bare = writeCard(card, choices)
      const losses = new Set([...unread, ...bare.losses])
      const label = card.fullName
      return {
        id: ref.id,
        version: versionOf(contact, home.id),
        kind: 'contact',
        naturalKey: uid,
        home,
        traits: {},
        revision: textOf(contact['changeKey']) ?? '',
        size: bare.bytes.length,
        ...(label === undefined ? {} : { label }),
        // What becomes of the photo is known once it is read: later than the rest, and before anybody reports it.
        get losses() {
          return [...losses]
        },
        async *body(bodyCall) {
          const { photo, losses: lost } = await photos.read(
            { id: ref.id, folder: home, change: textOf(contact['changeKey']) ?? '' },
            bodyCall,
          )
          const written = photo === undefined ? bare : writeCard({ ...card, photo }, choices)
          for (const each of [...lost, ...written.losses]) losses.add(each)
          yield written.bytes
        },
      }
    },

    measure: (call) => measureContacts({ mailbox, user, listings: () => folders(call) }, call),
  }
}

function firstPath(base: string, mode: Mode): string {
  const paths: Readonly<Record<Mode, string>> = {
    delta: `${base}/delta?$select=${CONTACT_SELECT}`,
    ids: `${base}/delta?$select=id`,
    list: `${base}?$select=${CONTACT_SELECT}`,
    'list-ids': `${base}?$select=id`,
  }
  return paths[mode]
}

function versionOf(contact: Json, folder: string): string {
  const etag = /"(.*)"/.exec(textOf(contact['@odata.etag']) ?? '')?.[1]
  return `${textOf(contact['changeKey']) ?? etag ?? ''}|${folder}`
}

function refOf(contact: Json, folder: string): ItemRef | undefined {
  const id = textOf(contact['id'])
  if (id === undefined) return undefined
  if (isObject(contact['@removed'])) return { id, version: '', removed: true }
  return { id, version: versionOf(contact, folder) }
}
