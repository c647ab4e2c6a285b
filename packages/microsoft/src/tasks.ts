import type { Account, Call, Collection, Item, ItemRef, Listing, Log, Source } from '@offramp/core'
import { isObject, type Json, textOf } from '@offramp/wire'
import { readMailboxZone } from './calendar-zones.ts'
import type { Graph } from './client.ts'
import { type CutPages, cutPages } from './cut-pages.ts'
import { PAGE, SERIES_AT_ONCE } from './limits.ts'
import type { Mode } from './outlook-cursor.ts'
import { gone, refuseUnlistable, withUnlistable } from './outlook-item.ts'
import { type PageReader, readPage } from './outlook-pages.ts'
import { idsOf } from './task-ids.ts'
import { type Found, readTask, refsOf, stepItem, taskItem } from './task-item.ts'
import { readTaskLists } from './task-lists.ts'

/**
 * One mailbox's To Do lists, read app-only. A list is a listing; the steps of a task are items of their own. A task that is moved to another list
 * becomes another task, as its id holds both.
 */
export function taskSource(graph: Graph, account: Account, services: { readonly log: Log }): Source {
  const mailbox = graph.mailbox(account)
  const user = `/users/${encodeURIComponent(account.id)}`
  /** What a page said of its tasks and their steps, so that opening one costs no request. */
  const known = new WeakMap<ItemRef, Found>()
  let zone: Promise<string | undefined> | undefined
  let homes: ReadonlyMap<string, Collection> | undefined
  const cuts = new Map<string, CutPages>()
  const cut = ({ id }: Listing): CutPages => {
    const cutting = cuts.get(id) ?? cutPages()
    cuts.set(id, cutting)
    return cutting
  }
  const pages: PageReader = {
    mailbox,
    log: services.log,
    begins: 'delta',
    most: PAGE.tasks,
    pathOf: (listing, mode) => firstPath(`${user}/todo/lists/${encodeURIComponent(listing.id)}/tasks`, mode),
  }

  function zoneOnce(call: Call): Promise<string | undefined> {
    zone ??= readMailboxZone(mailbox, user, call).catch((thrown: unknown) => {
      zone = undefined
      throw thrown
    })
    return zone
  }

  async function lists(call: Call): Promise<readonly Listing[]> {
    const listings = await readTaskLists({ mailbox, user }, call)
    homes = new Map(listings.flatMap(({ id, collection, skip }) => (collection && skip === undefined ? [[id, collection] as const] : [])))
    return listings
  }

  async function homeOf(list: string, call: Call): Promise<Collection> {
    if (!homes?.has(list)) await lists(call)
    const home = homes?.get(list)
    if (home === undefined) throw gone(mailbox, 'task')
    return home
  }

  /** Steps and links are told only with the task itself: one request for each that has changed, a few at a time. */
  async function pageRefs(values: readonly Json[], home: Collection, call: Call): Promise<readonly ItemRef[]> {
    const refs: ItemRef[] = []
    for (let at = 0; at < values.length; at += SERIES_AT_ONCE) {
      const some = values.slice(at, at + SERIES_AT_ONCE).map(async (listed): Promise<readonly Found[]> => {
        const id = textOf(listed['id'])
        if (id === undefined) return []
        if (isObject(listed['@removed'])) return [{ ref: { id: `${home.id}/${id}`, version: '', removed: true }, task: listed, home }]
        const task = await readTask({ mailbox, user }, { list: home.id, task: id }, call)
        return task === undefined ? [] : refsOf(task, home)
      })
      for (const found of (await Promise.all(some)).flat()) {
        known.set(found.ref, found)
        refs.push(found.ref)
      }
    }
    return refs
  }

  return {
    name: `microsoft tasks ${account.name}`,
    profile: { kind: 'task', offers: [] },

    async *listings(call) {
      yield* await lists(call)
    },

    page: (listing, after, limit, call) =>
      cut(listing).page(after, limit, async (from) => {
        const page = await readPage(pages, listing, { after: from, limit, call })
        const home = listing.collection
        const refs = home === undefined ? [] : await pageRefs(page.values, home, call)
        return { refs: withUnlistable(refs, listing, page), cursor: page.cursor, last: page.last }
      }),

    async open(ref, call): Promise<Item> {
      refuseUnlistable(ref, mailbox, 'task')
      const found = known.get(ref) ?? (await ask(ref.id, call))
      const reader = { mailbox, user, account, zone: await zoneOnce(call) }
      return found.step === undefined ? taskItem(found, reader, call) : stepItem(found, found.step, reader)
    },
  }

  async function ask(id: string, call: Call): Promise<Found> {
    const ids = idsOf(id)
    const task = ids === undefined ? undefined : await readTask({ mailbox, user }, ids, call)
    if (ids === undefined || task === undefined) throw gone(mailbox, 'task')
    const found = refsOf(task, await homeOf(ids.list, call)).find(({ ref }) => ref.id === id)
    if (found === undefined) throw gone(mailbox, 'task')
    return found
  }
}

function firstPath(base: string, mode: Mode): string {
  return mode === 'delta' || mode === 'ids' ? `${base}/delta?$select=id` : `${base}?$select=id`
}
