import { createHash } from 'node:crypto'
import { type Account, type Call, type Collection, Fault, type Item, type ItemRef } from '@offramp/core'
import { derivedUid, writeTask } from '@offramp/formats'
import { type Json, objectsOf, textOf } from '@offramp/wire'
import type { GraphClient } from './client.ts'
import { LOSSES } from './losses.ts'
import { listAttachments, readAttachments } from './outlook-attachments.ts'
import { type TaskIds, taskId } from './task-ids.ts'
import { stepOf, taskOf } from './task-model.ts'

/** A task, or one step of it, as a page or a question has told it. */
export interface Found {
  readonly ref: ItemRef
  readonly task: Json
  readonly step?: Json
  readonly home: Collection
}

interface TaskReader {
  readonly mailbox: GraphClient
  /** `/users/<id>`. */
  readonly user: string
}

interface ItemReader extends TaskReader {
  readonly account: Account
  readonly zone: string | undefined
}

/** A task with its steps and links. Undefined where it is gone. */
export async function readTask({ mailbox, user }: TaskReader, ids: TaskIds, call: Call): Promise<Json | undefined> {
  const path = `${user}/todo/lists/${encodeURIComponent(ids.list)}/tasks/${encodeURIComponent(ids.task)}?$expand=checklistItems,linkedResources`
  try {
    return await mailbox.json({ path, asks: 'item' }, call)
  } catch (thrown) {
    if (thrown instanceof Fault && thrown.reason === 'gone') return undefined
    throw thrown
  }
}

const hashOf = (...parts: readonly unknown[]): string => createHash('sha256').update(JSON.stringify(parts)).digest('base64url').slice(0, 22)

/** Ticking a step off changes the step and not its task, though Graph counts it as a change of both. */
function revisionOf(task: Json): string {
  const { checklistItems: _, lastModifiedDateTime: __, ...own } = task
  return hashOf(Object.entries(own).filter(([name]) => !name.startsWith('@odata.') && !name.startsWith('checklistItems@')))
}

/** The task itself, then its steps. */
export function refsOf(task: Json, home: Collection): readonly Found[] {
  const id = textOf(task['id']) ?? ''
  const own: Found = { ref: { id: taskId({ list: home.id, task: id }), version: `${revisionOf(task)}|${home.id}` }, task, home }
  const steps = objectsOf(task['checklistItems']).flatMap((step, at): Found[] => {
    const stepId = textOf(step['id'])
    if (stepId === undefined) return []
    const version = `${hashOf(step, at)}|${home.id}`
    return [{ ref: { id: taskId({ list: home.id, task: id, step: stepId }), version }, task, step, home }]
  })
  return [own, ...steps]
}

const uidOf = (account: Account, ids: TaskIds): string => derivedUid('microsoft', account.id, ids.task, ids.step ?? '')

/** Costs a request where the task has attachments. */
export async function taskItem({ ref, task: json, home }: Found, reader: ItemReader, call: Call): Promise<Item> {
  const { mailbox, user, account, zone } = reader
  const id = textOf(json['id']) ?? ''
  const uid = uidOf(account, { list: home.id, task: id })
  const owner = `${user}/todo/lists/${encodeURIComponent(home.id)}/tasks/${encodeURIComponent(id)}`
  const hanging = json['hasAttachments'] === true ? await listAttachments(mailbox, owner, call) : { files: [], linked: [] }
  const { task, losses: unread } = taskOf(json, { uid, zone })
  const bare = writeTask(task)
  const losses = new Set([...unread, ...bare.losses, ...(hanging.linked.length > 0 ? [LOSSES.attachment] : [])])
  return {
    ...shared({ ref, task: json, home }, uid),
    revision: revisionOf(json),
    size: bare.bytes.length + hanging.files.reduce((sum, { size = 0 }) => sum + Math.ceil(size * 1.4), 0),
    // What an attachment costs is known once it is read: later than the rest, and before anybody reports it.
    get losses() {
      return [...losses]
    },
    async *body(bodyCall) {
      bodyCall.signal.throwIfAborted()
      if (hanging.files.length === 0) {
        yield bare.bytes
        return
      }
      const { attachments, losses: lost } = await readAttachments(mailbox, hanging.files, bodyCall)
      const written = writeTask({ ...task, attachments })
      for (const each of [...lost, ...written.losses]) losses.add(each)
      yield written.bytes
    },
  }
}

/** A step of a checklist as a task below its task. */
export function stepItem({ ref, task, home }: Found, step: Json, { account }: ItemReader): Item {
  const id = textOf(task['id']) ?? ''
  const parent = uidOf(account, { list: home.id, task: id })
  const uid = uidOf(account, { list: home.id, task: id, step: textOf(step['id']) ?? '' })
  const order = objectsOf(task['checklistItems']).findIndex((each) => each['id'] === step['id'])
  const written = writeTask(stepOf(step, { uid, parentUid: parent, order }))
  return {
    ...shared({ ref, task: step, home }, uid),
    revision: hashOf(step, order),
    size: written.bytes.length,
    losses: written.losses,
    async *body(call) {
      call.signal.throwIfAborted()
      yield written.bytes
    },
  }
}

function shared(
  { ref, task, home }: Found,
  uid: string,
): Pick<Item, 'id' | 'version' | 'kind' | 'naturalKey' | 'home' | 'traits' | 'label'> {
  const label = textOf(task['title']) ?? textOf(task['displayName'])
  return { id: ref.id, version: ref.version, kind: 'task', naturalKey: uid, home, traits: {}, ...(label === undefined ? {} : { label }) }
}
