import type { Account, Call, Collection, Item, ItemRef, Listing, Log, Role, Source } from '@offramp/core'
import { isObject, type Json, textOf } from '@offramp/wire'
import type { Graph } from './client.ts'
import { PAGE } from './limits.ts'
import { readBody } from './mail-body.ts'
import { extendedNumber, readFolders, readRoles } from './mail-folders.ts'
import { MAIL_TRAITS, MESSAGE_EXPAND, MESSAGE_SELECT, revisionOf, SIZE, traitsOf, versionOf } from './mail-traits.ts'
import type { Mode } from './outlook-cursor.ts'
import { gone, refuseUnlistable, withUnlistable } from './outlook-item.ts'
import { isUnreadable, type PageReader, readPage } from './outlook-pages.ts'

/** One mailbox's mail, read app-only. A folder is a listing; ids are immutable and survive moves within the mailbox. */
export function mailSource(graph: Graph, account: Account, services: { readonly log: Log }): Source {
  const mailbox = graph.mailbox(account)
  const user = `/users/${encodeURIComponent(account.id)}`
  const bodies = { mailbox, user, log: services.log }
  const pages: PageReader = {
    mailbox,
    log: services.log,
    begins: 'delta',
    most: PAGE.messages,
    pathOf: (listing, mode) => firstPath(`${user}/mailFolders/${encodeURIComponent(listing.id)}/messages`, mode),
  }
  /** What a page said of its messages, so that opening one costs no request. Not as it came: what waits is held. */
  const known = new WeakMap<ItemRef, { readonly told?: Told; readonly home: Collection }>()
  /** How often a body broke off, for those that have to be put together from their parts. */
  const broken = new Map<string, number>()
  let roles: Promise<ReadonlyMap<string, Role>> | undefined
  let homes: ReadonlyMap<string, Collection> | undefined

  async function folders(call: Call): Promise<readonly Listing[]> {
    roles ??= readRoles(mailbox, user, call).catch((thrown: unknown) => {
      roles = undefined
      throw thrown
    })
    const listings = await readFolders(mailbox, await roles, { user, call })
    homes = new Map(listings.flatMap(({ id, collection }) => (collection === undefined ? [] : [[id, collection] as const])))
    return listings
  }

  async function homeOf(message: Json, call: Call): Promise<Collection> {
    const id = textOf(message['parentFolderId']) ?? ''
    if (!homes?.has(id)) await folders(call)
    // Outside the folders that people see (Recoverable Items): the message has left.
    const home = homes?.get(id)
    if (home === undefined) throw gone(mailbox, 'message')
    return home
  }

  async function ask(id: string, call: Call): Promise<Json> {
    const path = `${user}/messages/${encodeURIComponent(id)}?$select=${MESSAGE_SELECT}&$expand=${encodeURIComponent(MESSAGE_EXPAND)}`
    return mailbox.json({ path, asks: 'item' }, call)
  }

  /**
   * Some messages fail whatever lists them, and yet their bytes can be had. Such a one is told apart from a service that is ill by
   * asking for its id alone; it is then copied without its marks, which is better than not at all.
   */
  async function askAround(id: string, home: Collection | undefined, call: Call): Promise<Json> {
    try {
      return await ask(id, call)
    } catch (thrown) {
      if (home === undefined || !isUnreadable(thrown)) throw thrown
      const bare = await mailbox.json({ path: `${user}/messages/${encodeURIComponent(id)}?$select=id`, asks: 'item' }, call)
      services.log.warn({ code: 'graph-without-marks' }, 'Microsoft cannot say anything of a message; it is copied without its marks.')
      return bare
    }
  }

  async function toldAlone(id: string, known: Collection | undefined, call: Call): Promise<Told> {
    const message = await askAround(id, known, call)
    const home = known ?? (await homeOf(message, call))
    return toldOf(message, { id, version: versionOf(message, home.id), size: extendedNumber(message, SIZE) }, home)
  }

  return {
    name: `microsoft mail ${account.name}`,
    profile: { kind: 'mail', offers: MAIL_TRAITS },

    async *listings(call) {
      yield* await folders(call)
    },

    async page(listing, after, limit, call) {
      const page = await readPage(pages, listing, { after, limit, call })
      const refs = page.values.flatMap((message) => {
        const ref = refOf(message, listing.id)
        if (ref !== undefined && ref.removed === undefined && listing.collection !== undefined) {
          const home = listing.collection
          known.set(ref, { home, ...(page.bare ? {} : { told: toldOf(message, ref, home) }) })
        }
        return ref === undefined ? [] : [ref]
      })
      return { refs: withUnlistable(refs, listing, page), cursor: page.cursor, last: page.last }
    },

    async open(ref, call) {
      refuseUnlistable(ref, mailbox, 'message')
      const here = known.get(ref)
      const told = here?.told ?? (await toldAlone(ref.id, here?.home, call))
      const { id, size } = told
      return { ...told, body: (bodyCall) => readBody({ ...bodies, broken }, { id, size }, bodyCall) }
    },
  }
}

function firstPath(base: string, mode: Mode): string {
  const full = `$select=${MESSAGE_SELECT}&$expand=${encodeURIComponent(MESSAGE_EXPAND)}`
  const paths: Readonly<Record<Mode, string>> = {
    delta: `${base}/delta?${full}`,
    ids: `${base}/delta?$select=id`,
    list: `${base}?${full}`,
    'list-ids': `${base}?$select=id`,
  }
  return paths[mode]
}

function refOf(message: Json, folder: string): ItemRef | undefined {
  const id = textOf(message['id'])
  if (id === undefined) return undefined
  if (isObject(message['@removed'])) return { id, version: '', removed: true }
  const size = extendedNumber(message, SIZE)
  return { id, version: versionOf(message, folder), ...(size === undefined ? {} : { size }) }
}

/** A message without its bytes. */
type Told = Omit<Item, 'body'>

function toldOf(
  message: Json,
  ref: { readonly id: string; readonly version: string; readonly size?: number | undefined },
  home: Collection,
): Told {
  const { id, version, size } = ref
  const label = textOf(message['subject'])
  return {
    id,
    version,
    kind: 'mail',
    naturalKey: textOf(message['internetMessageId']) ?? '',
    home,
    // Without its marks nothing is claimed of them.
    traits: 'isRead' in message ? traitsOf(message) : {},
    revision: revisionOf(message),
    ...(size === undefined ? {} : { size }),
    ...(label === undefined ? {} : { label }),
  }
}
