import type { Call } from '@offramp/core'
import { type Json, objectsOf, textOf } from '@offramp/wire'
import type { TasksClient } from './client.ts'
import { orMissing } from './fault-codes.ts'
import { PAGE } from './limits.ts'

export interface TaskPage {
  readonly tasks: readonly Json[]
  readonly token?: string
  /** When it was told, by Google's own clock. Milliseconds since the Unix epoch. */
  readonly at: number | undefined
}

export interface TaskQuestion {
  readonly list: string
  /** What has changed since: an ISO instant. Absent: everything. */
  readonly since?: string
  readonly token?: string
}

/** Completed ones that were cleared away, and those that somebody assigned, are missing without being asked for. */
const WHOLE = { maxResults: PAGE.tasks, showCompleted: true, showHidden: true, showAssigned: true } as const

export async function readTasks(client: TasksClient, { list, since, token }: TaskQuestion, call: Call): Promise<TaskPage> {
  const { json, at } = await client.ask(
    {
      asks: 'tasks',
      send: (api, common, options) =>
        api.tasks.list(
          {
            ...common,
            tasklist: list,
            ...WHOLE,
            showDeleted: since !== undefined,
            ...(since === undefined ? {} : { updatedMin: since }),
            ...(token === undefined ? {} : { pageToken: token }),
          },
          options,
        ),
    },
    call,
  )
  const next = textOf(json['nextPageToken'])
  return { tasks: objectsOf(json['items']), at, ...(next === undefined ? {} : { token: next }) }
}

/** All lists, in Google's order. */
export async function readTaskLists(client: TasksClient, call: Call): Promise<readonly { readonly id: string; readonly title: string }[]> {
  const lists: { readonly id: string; readonly title: string }[] = []
  let token: string | undefined
  do {
    const pageToken = token
    const { json } = await client.ask(
      {
        asks: 'task-lists',
        send: (api, common, options) =>
          api.tasklists.list({ ...common, maxResults: PAGE.lists, ...(pageToken === undefined ? {} : { pageToken }) }, options),
      },
      call,
    )
    for (const list of objectsOf(json['items'])) {
      const id = textOf(list['id'])
      if (id !== undefined) lists.push({ id, title: textOf(list['title']) ?? id })
    }
    token = textOf(json['nextPageToken'])
  } while (token !== undefined)
  return lists
}

/** Undefined where the list has no such task, or has it no longer. */
export async function readTask(client: TasksClient, list: string, { id, call }: { id: string; call: Call }): Promise<Json | undefined> {
  const answer = await orMissing(
    client.ask({ asks: 'task', send: (api, common, options) => api.tasks.get({ ...common, tasklist: list, task: id }, options) }, call),
    ['google-gone'],
  )
  return answer === undefined || answer.json['deleted'] === true ? undefined : answer.json
}
