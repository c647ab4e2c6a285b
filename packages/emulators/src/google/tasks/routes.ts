import { badRequest, eventNotFound } from '../calendar/errors.ts'
import { walkPage } from '../kept/walk.ts'
import type { Asked, Shown } from '../serve/asked.ts'
import { pageOf, sizeOf, tokenOf } from '../serve/pages.ts'
import type { Route } from '../serve/routes.ts'
import type { TaskJson, TaskListState } from './todo.ts'

const PREFIX = 'https://www.googleapis.com/auth/'
const READ = [`${PREFIX}tasks.readonly`, `${PREFIX}tasks`]
const TASK =
  'assignmentInfo,completed,deleted,due,etag,hidden,id,kind,links(description,link,type),notes,parent,position,selfLink,status,title,updated,webViewLink'
const LIST = 'etag,id,kind,selfLink,title,updated'

const listJson = ({ id, title, updated }: TaskListState) => ({
  kind: 'tasks#taskList',
  id,
  etag: `"${updated}"`,
  title,
  updated,
  selfLink: `https://www.googleapis.com/tasks/v1/users/@me/lists/${id}`,
})

function listLists(asked: Asked): Shown {
  const most = sizeOf(asked, 1_000, 1_000)
  const page = pageOf(asked)
  const from = Number(page?.at[0] ?? 0)
  const all = [...asked.account.todo.lists.values()]
  return {
    json: {
      kind: 'tasks#taskLists',
      etag: '"lists"',
      items: all.slice(from, from + most).map(listJson),
      ...(from + most < all.length && { nextPageToken: tokenOf(asked, (page?.page ?? 0) + 1, [from + most]) }),
    },
  }
}

function listOf(asked: Asked): TaskListState {
  const found = asked.account.todo.lists.get(asked.names['list'] ?? '')
  if (found === undefined) throw eventNotFound()
  return found
}

const on = (asked: Asked, name: string): boolean => asked.query.get(name) === 'true'

/** Completed ones are shown unless they are hidden; deleted and assigned ones when they are asked for (facts 7). */
function shows(asked: Asked): (task: TaskJson) => boolean {
  const updatedMin = asked.query.get('updatedMin')
  const since = updatedMin === null ? Number.NEGATIVE_INFINITY : Date.parse(updatedMin)
  if (Number.isNaN(since)) throw badRequest('Invalid value for: Invalid format for updatedMin', 'invalid')
  return (task) => {
    if (task.deleted === true && !on(asked, 'showDeleted')) return false
    if (task.hidden === true && !on(asked, 'showHidden')) return false
    if (task.assignmentInfo && !on(asked, 'showAssigned')) return false
    if (task.status === 'completed' && asked.query.get('showCompleted') === 'false') return false
    return Date.parse(task.updated ?? '') >= since
  }
}

function listTasks(asked: Asked): Shown {
  const list = listOf(asked)
  for (const name of ['dueMin', 'dueMax', 'completedMin', 'completedMax'])
    if (asked.query.has(name)) asked.state.violations.note(`tasks.list with ${name}: not the whole list`)
  const size = sizeOf(asked, 20, 100)
  const { entries, nextPageToken } = walkPage(asked, { kept: list.tasks, since: 0, size, shows: shows(asked) })
  return {
    json: {
      kind: 'tasks#tasks',
      etag: '"tasks"',
      ...(entries.length > 0 && { items: entries.map(({ value }) => value) }),
      ...(nextPageToken !== undefined && { nextPageToken }),
    },
  }
}

function getTask(asked: Asked): Shown {
  const task = listOf(asked).tasks.get(asked.names['task'] ?? '')
  if (task === undefined) throw eventNotFound()
  return { json: { ...task } }
}

const route = (method: string, path: string, facts: Pick<Route, 'parameters' | 'fields' | 'answer'>): Route => ({
  method,
  api: 'tasks',
  path: `/tasks/v1/${path}`,
  scopes: READ,
  ...facts,
})

export const TASK_ROUTES: readonly Route[] = [
  route('tasklists.list', 'users/@me/lists', {
    parameters: ['maxResults', 'pageToken'],
    fields: `etag,items(${LIST}),kind,nextPageToken`,
    answer: listLists,
  }),
  route('tasklists.get', 'users/@me/lists/{list}', {
    parameters: [],
    fields: LIST,
    answer: (asked) => ({ json: listJson(listOf(asked)) }),
  }),
  route('tasks.list', 'lists/{list}/tasks', {
    parameters: [
      'completedMax',
      'completedMin',
      'dueMax',
      'dueMin',
      'maxResults',
      'pageToken',
      'showAssigned',
      'showCompleted',
      'showDeleted',
      'showHidden',
      'updatedMin',
    ],
    fields: `etag,items(${TASK}),kind,nextPageToken`,
    answer: listTasks,
  }),
  route('tasks.get', 'lists/{list}/tasks/{task}', { parameters: [], fields: TASK, answer: getTask }),
]
