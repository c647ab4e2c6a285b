import type { ChecklistItem, LinkedResource, TodoTask } from '@microsoft/microsoft-graph-types'
import { guidFrom, hash32 } from '../../generate/random.ts'
import type { AttachmentSeed, AttachmentState } from '../calendar/state.ts'
import { Shelf } from '../items/shelf.ts'

export interface TaskState {
  readonly serial: number
  readonly list: TaskListState
  change: number
  readonly createdAt: number
  modifiedAt: number
  words: TodoTask
  steps: readonly ChecklistItem[]
  readonly links: readonly LinkedResource[]
  readonly attachments: readonly AttachmentState[]
}

export interface TaskListState {
  readonly serial: number
  readonly isOwner: boolean
  readonly isShared: boolean
  readonly wellknown: 'none' | 'defaultList' | 'flaggedEmails'
  readonly shelf: Shelf<TaskState>
}

/** A task in Graph's own words. Plain data. */
export interface TaskSeed {
  readonly task: TodoTask
  readonly steps?: readonly Omit<ChecklistItem, 'id'>[]
  readonly links?: readonly Omit<LinkedResource, 'id'>[]
  readonly attachments?: readonly AttachmentSeed[]
}

/** One mailbox's To Do, and what a person does to it. */
export class Todo {
  readonly lists = new Map<number, TaskListState>()
  readonly tasks = new Map<number, TaskState>()
  readonly #next: () => number
  readonly #now: () => number
  readonly #seed: string

  constructor(facts: { readonly seed: string; readonly next: () => number; readonly now: () => number }) {
    this.#seed = facts.seed
    this.#next = facts.next
    this.#now = facts.now
  }

  addList(name: string, options: Partial<Pick<TaskListState, 'isOwner' | 'isShared' | 'wellknown'>> = {}): TaskListState {
    const serial = this.#next()
    const list: TaskListState = { serial, isOwner: true, isShared: false, wellknown: 'none', ...options, shelf: new Shelf(serial, name) }
    this.lists.set(serial, list)
    return list
  }

  add(list: TaskListState, seed: TaskSeed): TaskState {
    const serial = this.#next()
    const now = this.#now()
    const task: TaskState = {
      serial,
      list,
      change: 1,
      createdAt: now,
      modifiedAt: now,
      words: seed.task,
      steps: (seed.steps ?? []).map((step, at) => ({
        createdDateTime: new Date(now).toISOString(),
        isChecked: false,
        ...step,
        id: guidFrom(this.#seed, serial, 'step', at),
      })),
      links: (seed.links ?? []).map((link, at) => ({ ...link, id: guidFrom(this.#seed, serial, 'link', at) })),
      attachments: (seed.attachments ?? []).map((each, at) => ({
        ...each,
        id: `${Buffer.from(`AAMkTask.${serial}.${at}.${hash32(this.#seed, serial, at)}`).toString('base64url')}=`,
      })),
    }
    this.tasks.set(serial, task)
    list.shelf.add(task)
    return task
  }

  edit(task: TaskState, words: TodoTask): void {
    task.words = { ...task.words, ...words }
    this.#touch(task)
  }

  /** Ticks a step off, or changes its words; the task counts it as a change of its own. */
  editStep(task: TaskState, id: string, words: ChecklistItem): void {
    task.steps = task.steps.map((step) => (step.id === id ? { ...step, ...words, id } : step))
    this.#touch(task)
  }

  remove(task: TaskState): void {
    task.list.shelf.take(task)
    this.tasks.delete(task.serial)
  }

  #touch(task: TaskState): void {
    task.change += 1
    task.modifiedAt = Math.max(this.#now(), task.modifiedAt)
    task.list.shelf.touch(task)
  }
}
