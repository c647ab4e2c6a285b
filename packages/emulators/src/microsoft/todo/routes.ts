import type { TodoTask } from '@microsoft/microsoft-graph-types'
import type { Reply } from '../../serve/reply.ts'
import type { OutlookAccount } from '../calendar/find.ts'
import { attachmentReply } from '../items/attachments.ts'
import { changeKeyFor } from '../items/change-key.ts'
import { shelfDelta } from '../items/shelf-delta.ts'
import { graphTime } from '../mail/message-json.ts'
import { collection, pageOf } from '../odata/page.ts'
import type { Asked } from '../serve/asked.ts'
import { folderNotFound, invalidId, itemNotFound, unknownProperty } from '../serve/errors.ts'
import { jsonReply } from '../serve/reply.ts'
import type { TenantState } from '../serve/tenant-state.ts'
import type { TaskListState, TaskState } from './todo.ts'

const PAGE = { usual: 10, most: 1000 }

type Shown = Required<Omit<TodoTask, 'attachments' | 'attachmentSessions' | 'checklistItems' | 'extensions' | 'linkedResources'>>

/** Tasks are not among the items whose ids have two spaces: To Do gives the same ones in both. */
const idOf = ({ mailbox }: OutlookAccount, task: TaskState): string => mailbox.ids.message({ serial: task.serial, moves: 0 }, 'default')

const PROPERTIES: { readonly [Name in keyof Shown]: (task: TaskState, account: OutlookAccount) => TodoTask[Name] } = {
  id: (task, account) => idOf(account, task),
  title: ({ words }) => words.title ?? '',
  body: ({ words }) => words.body ?? { content: '', contentType: 'text' },
  bodyLastModifiedDateTime: ({ createdAt }) => graphTime(createdAt),
  categories: ({ words }) => words.categories ?? [],
  completedDateTime: ({ words }) => words.completedDateTime ?? null,
  createdDateTime: ({ createdAt }) => graphTime(createdAt),
  dueDateTime: ({ words }) => words.dueDateTime ?? null,
  hasAttachments: ({ attachments }) => attachments.length > 0,
  importance: ({ words }) => words.importance ?? 'normal',
  isReminderOn: ({ words }) => words.isReminderOn ?? false,
  lastModifiedDateTime: ({ modifiedAt }) => graphTime(modifiedAt),
  recurrence: ({ words }) => words.recurrence ?? null,
  reminderDateTime: ({ words }) => words.reminderDateTime ?? null,
  startDateTime: ({ words }) => words.startDateTime ?? null,
  status: ({ words }) => words.status ?? 'notStarted',
}

const isProperty = (name: string): name is keyof Shown => Object.hasOwn(PROPERTIES, name)

/** What is null is left out, as To Do does. */
function taskJson(account: OutlookAccount, task: TaskState, select: readonly string[] | undefined): Record<string, unknown> {
  for (const name of select ?? []) if (!isProperty(name)) throw unknownProperty(name, 'todoTask')
  const names = select === undefined ? Object.keys(PROPERTIES) : [...new Set(['id', ...select])]
  const json: Record<string, unknown> = { '@odata.etag': `W/"${changeKeyFor(task.serial, task.change)}"` }
  for (const name of names) {
    const value = isProperty(name) ? PROPERTIES[name](task, account) : null
    if (value !== null) json[name] = value
  }
  return json
}

export function findList({ mailbox, outlook }: OutlookAccount, id: string): TaskListState {
  const serial = mailbox.ids.readFolder(id)
  if (serial === undefined) throw invalidId()
  const list = outlook.todo.lists.get(serial)
  if (!list) throw folderNotFound()
  return list
}

function findTask(account: OutlookAccount, name: { readonly list: string; readonly task: string }): TaskState {
  const list = findList(account, name.list)
  const read = account.mailbox.ids.readMessage(name.task)
  if (!read) throw invalidId()
  const task = account.outlook.todo.tasks.get(read.facts.serial)
  if (task?.list !== list) throw itemNotFound()
  return task
}

/** `GET /users/{u}/todo/lists`. */
export function listTaskLists(asked: Asked, account: OutlookAccount): Reply {
  const all = [...account.outlook.todo.lists.values()]
  const page = pageOf(all, asked, PAGE)
  const value = page.items.map((list) => ({
    '@odata.etag': `W/"${changeKeyFor(list.serial, 1)}"`,
    id: account.mailbox.ids.folder(list.serial),
    displayName: list.shelf.name,
    isOwner: list.isOwner,
    isShared: list.isShared,
    wellknownListName: list.wellknown,
  }))
  return jsonReply(collection(`users('${asked.parts[1] ?? ''}')/todo/lists`, asked, { value, count: all.length, nextLink: page.nextLink }))
}

/** `GET .../tasks`, and one of them by id, with its steps and links where they are expanded. */
export function tasksReply(
  asked: Asked,
  account: OutlookAccount,
  name: { readonly list: string; readonly task?: string | undefined },
): Reply {
  const expand = asked.query.expand.map(({ path }) => path)
  for (const path of expand) if (path !== 'checklistItems' && path !== 'linkedResources') throw unknownProperty(path, 'todoTask')
  const json = (task: TaskState): Record<string, unknown> => ({
    ...taskJson(account, task, asked.query.select),
    ...(expand.includes('checklistItems') && { checklistItems: task.steps }),
    ...(expand.includes('linkedResources') && { linkedResources: task.links }),
  })
  const context = `users('${asked.parts[1] ?? ''}')/todo/lists('${encodeURIComponent(name.list)}')/tasks`
  if (name.task !== undefined) {
    return jsonReply({
      '@odata.context': `${asked.root}/$metadata#${context}/$entity`,
      ...json(findTask(account, { list: name.list, task: name.task })),
    })
  }
  const all = findList(account, name.list).shelf.items()
  const page = pageOf(all, asked, PAGE)
  return jsonReply(collection(context, asked, { value: page.items.map(json), count: all.length, nextLink: page.nextLink }))
}

/** `GET .../tasks/{t}/checklistItems`, `.../linkedResources`, `.../attachments` and what is below. */
export function taskParts(
  asked: Asked,
  account: OutlookAccount,
  name: { readonly list: string; readonly task: string; readonly what: string; readonly id?: string | undefined; readonly raw: boolean },
): Reply {
  const task = findTask(account, name)
  const owner = `users('${asked.parts[1] ?? ''}')/todo/lists('${encodeURIComponent(name.list)}')/tasks('${encodeURIComponent(name.task)}')`
  if (name.what === 'attachments') return attachmentReply(asked, task.attachments, { owner, id: name.id, raw: name.raw, task: true })
  const all: readonly { readonly id?: string }[] = name.what === 'checklistItems' ? task.steps : task.links
  if (name.id === undefined) return jsonReply(collection(`${owner}/${name.what}`, asked, { value: all, count: all.length }))
  const found = all.find((each) => each.id === name.id)
  if (!found) throw itemNotFound()
  return jsonReply({ '@odata.context': `${asked.root}/$metadata#${owner}/${name.what}/$entity`, ...found })
}

/** `GET .../tasks/delta`. */
export function taskDelta(tenant: TenantState, asked: Asked, account: OutlookAccount): Reply {
  const [, user = '', , , list = ''] = asked.parts
  return shelfDelta(tenant, asked, {
    shelf: findList(account, list).shelf,
    type: 'todoTask',
    path: `/users('${encodeURIComponent(user)}')/todo/lists('${encodeURIComponent(list)}')/tasks/delta`,
    overQuota: account.account.overQuota,
    idOf: (task) => idOf(account, task),
    json: (task, select) => taskJson(account, task, select),
  })
}
