import type { tasks_v1 } from '@googleapis/tasks'
import { hash32 } from '../../generate/random.ts'
import { Kept } from '../kept/kept.ts'

export type TaskJson = tasks_v1.Schema$Task

export interface TaskListState {
  readonly id: string
  title: string
  updated: string
  readonly tasks: Kept<TaskJson>
}

interface TodoFacts {
  readonly address: string
  readonly seed: number
  readonly now: () => number
}

/** One account's task lists. */
export class Todo {
  readonly lists = new Map<string, TaskListState>()
  readonly #facts: TodoFacts
  #serial = 0

  constructor(facts: TodoFacts) {
    this.#facts = facts
    this.addList('My Tasks')
  }

  addList(title: string): TaskListState {
    const id = Buffer.from(`${hash32(this.#facts.address, 'list', this.lists.size)}:0:0`).toString('base64url')
    const list: TaskListState = { id, title, updated: this.#now(), tasks: new Kept(`${this.#facts.seed}/${id}`) }
    this.lists.set(id, list)
    return list
  }

  list(name: string): TaskListState {
    const found = this.lists.get(name) ?? [...this.lists.values()].find(({ title }) => title === name)
    if (found === undefined) throw new Error(`There is no task list ${name} of ${this.#facts.address}.`)
    return found
  }

  /** Adds or replaces. A task that is new stands behind its siblings. */
  put(listId: string, wish: TaskJson): TaskJson {
    const list = this.list(listId)
    const id = wish.id ?? Buffer.from(`task${hash32(this.#facts.address, 'task', this.#serial++)}`).toString('base64url')
    const siblings = [...list.tasks.values()].filter((each) => each.parent === (wish.parent ?? undefined))
    const json: TaskJson = {
      kind: 'tasks#task',
      status: 'needsAction',
      position: String(siblings.length).padStart(20, '0'),
      ...list.tasks.get(id),
      ...wish,
      id,
      etag: `"${hash32(id, list.tasks.now, this.#facts.now()).toString(36)}"`,
      updated: this.#now(),
      webViewLink: `https://tasks.google.com/task/${id}?sa=6`,
      selfLink: `https://www.googleapis.com/tasks/v1/lists/${list.id}/tasks/${id}`,
    }
    list.tasks.put(id, json)
    list.updated = this.#now()
    return json
  }

  /** It keeps its id in another list. */
  move(id: string, to: string): void {
    const from = this.listOf(id)
    const task = from.tasks.get(id)
    if (task === undefined) throw new Error(`There is no task ${id}.`)
    from.tasks.put(id, this.#tombstone(task))
    this.put(to, task)
  }

  remove(id: string): void {
    const list = this.listOf(id)
    const task = list.tasks.get(id)
    if (task !== undefined) list.tasks.put(id, this.#tombstone(task))
  }

  listOf(id: string): TaskListState {
    const found = [...this.lists.values()].find(({ tasks }) => tasks.get(id) !== undefined && tasks.get(id)?.deleted !== true)
    if (found === undefined) throw new Error(`There is no task ${id} of ${this.#facts.address}.`)
    return found
  }

  #tombstone(task: TaskJson): TaskJson {
    return { ...task, deleted: true, updated: this.#now() }
  }

  #now(): string {
    return new Date(this.#facts.now()).toISOString()
  }
}
