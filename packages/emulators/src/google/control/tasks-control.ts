import type { TaskJson } from '../tasks/todo.ts'

export interface TaskListTruth {
  readonly id: string
  readonly title: string
}

export interface TaskTruth {
  readonly list: string
  readonly task: TaskJson
}

/** The owner of task lists at work, and the truth about them. Lists are named by id or title. The same in-process and from another process. */
export interface TasksControl {
  lists(): Promise<readonly TaskListTruth[]>
  addList(title: string): Promise<TaskListTruth>
  /** Adds a task as Google has it, or replaces the one of that id. */
  put(list: string, task: TaskJson): Promise<TaskJson>
  /** It keeps its id. */
  move(task: string, to: string): Promise<void>
  remove(task: string): Promise<void>
  /** All that are not deleted. */
  tasks(): Promise<readonly TaskTruth[]>
}
