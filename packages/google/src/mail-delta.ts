import { type Call, Fault, type Page } from '@offramp/core'
import { type Json, objectOf, objectsOf, textOf, textsOf } from '@offramp/wire'
import { type Delta, encodePosition } from './mail-cursor.ts'
import type { Asked } from './mail-first.ts'
import { gather, type Task } from './mail-gather.ts'
import type { MailReader } from './mail-reader.ts'

/** What happened to one message, in the order of its last event. */
export interface Affected {
  readonly id: string
  /** Id of its last record in the mailbox's history. */
  record: string
  added: boolean
  deleted: boolean
  readonly lost: Set<string>
  /** Labels that it is said to have had; often nothing is said. */
  readonly had: Set<string>
}

interface Changes {
  readonly messages: readonly Affected[]
  /** The last record that was read. Undefined where there is none. */
  readonly reached: string | undefined
  readonly more: boolean
  /** Where the mailbox stands now. */
  readonly history: string | undefined
}

/** Ids are unsigned 64-bit numbers with gaps, written as text. */
const isLater = (a: string, b: string): boolean => BigInt(a) > BigInt(b)

/**
 * What has changed since, 2 units for 500 records. Messages are taken in the order of their last change, so that a page which is not worked
 * to its end leaves a history id from which to go on.
 */
export async function deltaPage(reader: MailReader, at: Delta, { limit, bounds, call }: Asked): Promise<Page> {
  const { history, policy, labels, mode } = at
  const changes = await readChanges(reader, at, call)
  const done = new Set(at.done)
  const left = changes.messages.filter((message) => !done.has(mark(message)))
  const tasks = await Promise.all(left.map((message) => taskOf(reader, message, call)))
  const gathered = await gather(reader, tasks, { limit, bounds, part: at.part, call })
  const { refs, part } = gathered
  const made = { mode, policy, labels }
  if (gathered.done === tasks.length) {
    const to = changes.more ? changes.reached : (changes.history ?? changes.reached)
    return { refs, cursor: encodePosition({ ...made, history: to ?? history }), last: !changes.more }
  }
  const handled = [...changes.messages.filter((message) => done.has(mark(message))), ...left.slice(0, gathered.done)]
  const to = reachedBefore(left[gathered.done]?.record ?? history, handled, history)
  const open = handled.filter(({ record }) => isLater(record, to)).map(mark)
  const rest = { ...(open.length === 0 ? {} : { done: open }), ...(part === undefined ? {} : { part }) }
  return { refs, cursor: encodePosition({ ...made, history: to, ...rest }), last: false }
}

const mark = ({ id, record }: Affected): string => `${id}@${record}`

/**
 * The last record that is done with, after `from`. One record may be about many messages: as long as another of them waits, the one before it
 * is where to go on.
 */
export const reachedBefore = (waiting: string, handled: readonly { readonly record: string }[], from: string): string =>
  handled.reduce((to, { record }) => (isLater(waiting, record) && isLater(record, to) ? record : to), from)

async function readChanges(reader: MailReader, { history, policy, labels }: Delta, call: Call): Promise<Changes> {
  const messages = new Map<string, Affected>()
  let reached: string | undefined
  let token: string | undefined
  for (;;) {
    const answer = await reader.changes(history, token, call).catch((thrown: unknown) => {
      if (!(thrown instanceof Fault) || thrown.reach !== 'listing') throw thrown
      const restart = encodePosition({ mode: 'relist', policy, labels })
      throw new Fault({ reach: 'listing', code: thrown.code, message: thrown.message, restart })
    })
    for (const record of objectsOf(answer['history'])) {
      reached = textOf(record['id']) ?? reached
      if (reached !== undefined) note(messages, record, reached)
    }
    token = textOf(answer['nextPageToken'])
    // A page may be empty and yet not the last; one with something on it is worked first.
    if (token === undefined || messages.size > 0) {
      return { messages: [...messages.values()], reached, more: token !== undefined, history: textOf(answer['historyId']) }
    }
  }
}

const TYPED: readonly string[] = ['messagesAdded', 'messagesDeleted', 'labelsAdded', 'labelsRemoved']

/** One record. `messages` repeats what the typed lists say, and is asked only where there is none of them: something has changed, then. */
export function note(messages: Map<string, Affected>, record: Json, recordId: string): void {
  const touch = (event: Json): Affected | undefined => {
    const message = objectOf(event['message'])
    const id = textOf(message['id'])
    if (id === undefined) return undefined
    const known = messages.get(id) ?? { id, record: recordId, added: false, deleted: false, lost: new Set(), had: new Set() }
    known.record = recordId
    for (const label of textsOf(message['labelIds'])) known.had.add(label)
    // At the end again: the order is that of the last event.
    messages.delete(id)
    messages.set(id, known)
    return known
  }
  if (!TYPED.some((list) => list in record)) for (const message of objectsOf(record['messages'])) touch({ message })
  for (const event of objectsOf(record['messagesAdded'])) {
    const message = touch(event)
    if (message !== undefined) message.added = true
  }
  for (const event of objectsOf(record['labelsAdded'])) {
    const message = touch(event)
    for (const label of textsOf(event['labelIds'])) message?.lost.delete(label)
  }
  for (const event of objectsOf(record['labelsRemoved'])) {
    const message = touch(event)
    for (const label of textsOf(event['labelIds'])) message?.lost.add(label)
  }
  for (const event of objectsOf(record['messagesDeleted'])) {
    const message = touch(event)
    if (message !== undefined) message.deleted = true
  }
}

/** A change of labels alone is read like a new message: that costs the same 20 units as asking for the labels, and gives the bytes as well. */
async function taskOf(reader: MailReader, message: Affected, call: Call): Promise<Task> {
  const { id, deleted, added, lost, had } = message
  const copies = reader.policy.labels === 'copies'
  const labels = await reader.labels(call)
  const isPlace = (label: string): boolean => label === 'SENT' || labels.own.includes(label)
  if (deleted) {
    const told = [...had, ...lost].filter(isPlace)
    // Where nothing is said of its labels, it may have had any.
    const mine = copies ? (told.length > 0 ? told : ['SENT', ...labels.own]) : []
    return { id, read: false, removed: [id, ...new Set(mine.map((label) => `${id}/${label}`))] }
  }
  const gone = copies ? [...lost, ...had].filter(isPlace).map((label) => `${id}/${label}`) : []
  return {
    id,
    read: true,
    removed: [...(copies || !reader.policy.spamAndTrash ? [id] : []), ...new Set(gone)],
    archived: copies && !added && lost.has('INBOX'),
  }
}
