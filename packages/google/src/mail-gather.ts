import { type Call, Fault, type ItemRef } from '@offramp/core'
import { GETS_AT_FIRST, GETS_AT_ONCE } from './limits.ts'
import type { Bounds, Slot } from './mail-bodies.ts'
import type { Part } from './mail-cursor.ts'
import type { MailReader } from './mail-reader.ts'

/** One message of a page. */
export interface Task {
  readonly id: string
  /** Its text and labels are read. Otherwise it has left. */
  readonly read: boolean
  /** Items of it that are no longer there. */
  readonly removed?: readonly string[]
  /** It has left INBOX. */
  readonly archived?: boolean
  /** What was read of it and found no room on the page is kept for the next: whatever changes meanwhile is told later. */
  readonly keep?: true
}

export interface Gathered {
  readonly refs: readonly ItemRef[]
  /** How many of the tasks, from the first on, are done with. */
  readonly done: number
  /** Ids of later tasks that are done with as well. */
  readonly beyond: readonly string[]
  /** Of the next task, whose refs did not all fit. */
  readonly part?: Part
}

interface On {
  readonly limit: number
  readonly bounds: Bounds
  readonly part: Part | undefined
  readonly call: Call
}

interface Result {
  readonly refs: readonly ItemRef[]
  readonly unread?: Fault
}

/** A message that was read, and found no room on its page. */
export interface Carried extends Result {
  readonly size: number
  readonly slot?: Slot
}

/**
 * Reads messages, a few side by side, until the page is full by count or by bytes, or something holds it up. What has come by then is
 * given: it was paid for. Throws what held it up where nothing has.
 */
export async function gather(reader: MailReader, tasks: readonly Task[], on: On): Promise<Gathered> {
  const { results, fault } = await readAll(reader, tasks, on)
  on.call.signal.throwIfAborted()
  const unread = results.map((result) => result?.unread)
  const read = tasks.filter((task, at) => task.read && results[at] !== undefined).length
  // Where every neighbour fails too, no message is to blame.
  if (read > 1 && unread.filter((each) => each !== undefined).length === read) throw unread.find((each) => each !== undefined)
  const gathered = inOrder(tasks, results, on)
  carry(reader, tasks, { results, gathered })
  if (fault !== undefined && gathered.done === 0 && gathered.refs.length === 0) throw fault
  return gathered
}

function carry(
  reader: MailReader,
  tasks: readonly Task[],
  { results, gathered }: { readonly results: readonly (Carried | undefined)[]; readonly gathered: Gathered },
): void {
  const beyond = new Set(gathered.beyond)
  for (const [at, { id, keep }] of tasks.entries()) {
    const result = results[at]
    if (keep && result !== undefined && result.unread === undefined && at >= gathered.done && !beyond.has(id))
      reader.carried.set(id, result)
  }
  // Under many labels a message fills pages by itself: those that wait behind it come to their turn several pages later.
  for (const { slot } of reader.carried.values()) if (slot !== undefined) reader.bodies.keep(slot)
}

async function readAll(
  reader: MailReader,
  tasks: readonly Task[],
  { limit, bounds, call }: On,
): Promise<{ readonly results: readonly (Carried | undefined)[]; readonly fault: unknown }> {
  const results: (Carried | undefined)[] = []
  const most = Math.min(tasks.length, limit)
  let next = 0
  let inFlight = 0
  let came = 0
  let bytes = 0
  let refs = 0
  let fault: unknown
  // Those on their way are taken to be as large, and under as many labels, as those that have come.
  const expected = (sum: number): number => sum + inFlight * (came === 0 ? 0 : sum / came)
  const isFull = (): boolean => next > 0 && (expected(bytes) >= bounds.page || expected(refs) >= limit)

  async function work(): Promise<void> {
    while (next < most && fault === undefined && !isFull() && !call.signal.aborted) {
      const at = next++
      const task = tasks[at]
      if (task === undefined) return
      inFlight++
      try {
        const result = await perform(reader, task, call)
        results[at] = result
        bytes += result.size
        refs += result.refs.length
        came++
        begin(GETS_AT_ONCE)
      } catch (thrown) {
        fault ??= thrown
      } finally {
        inFlight--
      }
    }
  }

  const workers: Promise<void>[] = []
  function begin(count: number): void {
    while (workers.length < Math.min(count, most)) workers.push(work())
  }
  begin(GETS_AT_FIRST)
  // More come while it is waited for the first.
  for (let at = 0; at < workers.length; at++) await workers[at]
  return { results, fault }
}

async function perform(reader: MailReader, task: Task, call: Call): Promise<Carried> {
  const carried = task.keep && reader.carried.get(task.id)
  if (carried) {
    reader.carried.delete(task.id)
    if (carried.slot !== undefined) reader.bodies.keep(carried.slot)
    return carried
  }
  const removed = (task.removed ?? []).map((id): ItemRef => ({ id, version: '', removed: true }))
  if (!task.read) return { refs: removed, size: 0 }
  try {
    const { refs, size, unread, slot } = await reader.read(task.id, { archived: task.archived ?? false, call })
    const present = new Set(refs.map(({ id }) => id))
    return {
      refs: [...removed.filter(({ id }) => !present.has(id)), ...refs],
      size,
      ...(unread === undefined ? {} : { unread }),
      ...(slot === undefined ? {} : { slot }),
    }
  } catch (thrown) {
    // Deleted since it was listed; the mailbox's history says so, if it was ever copied.
    if (thrown instanceof Fault && thrown.reason === 'gone') return { refs: removed, size: 0 }
    throw thrown
  }
}

function inOrder(tasks: readonly Task[], results: readonly (Result | undefined)[], { limit, part }: On): Gathered {
  const refs: ItemRef[] = []
  const beyond: string[] = []
  let done = 0
  for (const [at, task] of tasks.entries()) {
    const result = results[at]
    if (result === undefined) continue
    const given = at === 0 && part?.id === task.id ? part.given : 0
    const mine = result.refs.slice(given)
    const room = limit - refs.length
    if (mine.length > room) {
      if (at !== done) break
      refs.push(...mine.slice(0, room))
      return { refs, done, beyond, part: { id: task.id, given: given + room } }
    }
    refs.push(...mine)
    if (at === done) done++
    else beyond.push(task.id)
  }
  return { refs, done, beyond }
}
