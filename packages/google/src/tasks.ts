import { createHash } from 'node:crypto'
import {
  type Account,
  type Call,
  type Clock,
  type Collection,
  Fault,
  type Item,
  type ItemRef,
  type Listing,
  type Measured,
  type Page,
  type Source,
} from '@offramp/core'
import { writeTask } from '@offramp/formats'
import { type Json, textOf } from '@offramp/wire'
import type { Google } from './client.ts'
import { readTask, readTaskLists, readTasks, type TaskPage } from './tasks-pages.ts'
import { taskId, taskOf, uidOfTask } from './tasks-task.ts'
import { type Delta, decodePosition, encodePosition, type First, unreadable } from './work-cursor.ts'
import { fill, type Room, type Unit } from './work-page.ts'

interface Known {
  readonly home: Collection
  readonly task: Json
}

/** A later listing begins so much before the one before it began: Google writes a task's time before others can see it. Milliseconds. */
const OVERLAP_MS = 120_000

/** How versions are made; part of every cursor. */
const MADE = 'tasks 1'

/** One account's tasks, read by delegation. Each list is a listing and a collection; a subtask is an item of its own. */
export function taskSource(google: Google, account: Account, { clock }: { readonly clock: Clock }): Source {
  const client = google.tasks(account)
  const known = new WeakMap<ItemRef, Known>()
  const kept = new Map<string, { readonly key: string; readonly page: TaskPage }>()
  let homes: ReadonlyMap<string, Collection> = new Map()

  async function askLists(call: Call): Promise<ReadonlyMap<string, Collection>> {
    const lists = await readTaskLists(client, call)
    homes = new Map(
      lists.map(
        ({ id, title }, order) => [id, { id, path: [title], order, ...(order === 0 ? { role: 'default' as const } : {}) }] as const,
      ),
    )
    return homes
  }

  async function homeOf(id: string, call: Call): Promise<Collection> {
    const home = homes.get(id) ?? (await askLists(call)).get(id)
    if (home !== undefined) return home
    throw new Fault({ reach: 'call', code: 'google-list-gone', message: `A list of ${client.about} that was listed is no longer there.` })
  }

  function refOf(home: Collection, task: Json): ItemRef {
    const ref: ItemRef = { id: taskId(task), version: print(home.id, revisionOf(task)) }
    known.set(ref, { home, task })
    return ref
  }

  async function pageOf(question: Parameters<typeof readTasks>[1], call: Call): Promise<TaskPage> {
    const key = JSON.stringify(question)
    const held = kept.get(question.list)
    if (held?.key === key) return held.page
    const page = await readTasks(client, question, call)
    kept.set(question.list, { key, page })
    return page
  }

  /** Everything, or what has changed since the listing before this one began; then it is known when the next one has to begin. */
  async function walk(at: First | Delta, home: Collection, room: Room): Promise<Page> {
    const { token } = at
    const sync = at.mode === 'delta' ? at.sync : undefined
    if (at.after === undefined && at.part === undefined) kept.delete(home.id)
    const place = token === undefined ? {} : { token }
    const page = await pageOf({ list: home.id, ...(sync === undefined ? {} : { since: sync }), ...place }, room.call)
    const since = at.since ?? new Date((page.at ?? clock.now()) - OVERLAP_MS).toISOString()
    const units = page.tasks.map(
      (task): Unit => ({
        key: taskId(task),
        refs: () => [task['deleted'] === true ? { id: taskId(task), version: '', removed: true } : refOf(home, task)],
      }),
    )
    const { refs, spot } = await fill(units, at, room)
    const here = (sync === undefined ? { mode: 'first', made: MADE, since } : { mode: 'delta', made: MADE, sync, since }) satisfies
      | First
      | Delta
    if (spot !== undefined) return { refs, cursor: encodePosition({ ...here, ...place, ...spot }), last: false }
    kept.delete(home.id)
    if (page.token !== undefined) return { refs, cursor: encodePosition({ ...here, token: page.token }), last: false }
    return { refs, cursor: encodePosition({ mode: 'delta', made: MADE, sync: since }), last: true }
  }

  async function ask(id: string, call: Call): Promise<Known> {
    for (const home of (await askLists(call)).values()) {
      const task = await readTask(client, home.id, { id, call })
      if (task !== undefined) return { home, task }
    }
    throw new Fault({ reach: 'item', reason: 'gone', code: 'google-gone', message: `A task in ${client.about} is no longer there.` })
  }

  async function* census(listing: Listing, call: Call): AsyncGenerator<readonly Item[]> {
    const home = await homeOf(listing.id, call)
    let token: string | undefined
    do {
      const page = await readTasks(client, { list: home.id, ...(token === undefined ? {} : { token }) }, call)
      yield page.tasks.map((task) => {
        const item = itemOf({ home, task })
        known.set(item, { home, task })
        return item
      })
      token = page.token
    } while (token !== undefined)
  }

  async function* measure(call: Call): AsyncGenerator<Measured> {
    for (const collection of (await askLists(call)).values()) {
      let items = 0
      for await (const some of census({ id: collection.id }, call)) items += some.length
      yield { collection, items }
    }
  }

  return {
    name: `google tasks ${account.name}`,
    profile: { kind: 'task', offers: [] },
    async *listings(call) {
      call.signal.throwIfAborted()
      for (const [id, collection] of await askLists(call)) yield { id, collection }
    },

    async page(listing, after, limit, call) {
      call.signal.throwIfAborted()
      const at = after === undefined ? undefined : decodePosition(after)
      if (at?.mode === 'series' || (at !== undefined && at.made !== MADE)) throw unreadable()
      return walk(at ?? { mode: 'first', made: MADE }, await homeOf(listing.id, call), { limit: Math.max(1, limit), call })
    },

    async open(ref, call) {
      call.signal.throwIfAborted()
      const found = known.get(ref) ?? (await ask(ref.id, call))
      const { bytes, losses } = writeTask(taskOf(found.task))
      return { ...itemOf(found), size: bytes.length, losses }
    },
    census,
    measure,
  }
}

/** Also where the etag is missing. */
const revisionOf = (task: Json): string => print(textOf(task['etag']) ?? '', textOf(task['updated']) ?? '', textOf(task['position']) ?? '')

function itemOf({ home, task }: Known): Item {
  const label = textOf(task['title'])
  const id = taskId(task)
  return {
    id,
    version: print(home.id, revisionOf(task)),
    kind: 'task',
    naturalKey: uidOfTask(id),
    home,
    traits: {},
    revision: revisionOf(task),
    ...(label === undefined ? {} : { label }),
    async *body(call) {
      call.signal.throwIfAborted()
      yield writeTask(taskOf(task)).bytes
    },
  }
}

const print = (...parts: readonly string[]): string => createHash('sha256').update(parts.join('\n')).digest('base64url').slice(0, 16)
