import type { TaskJson, Todo } from '../tasks/todo.ts'
import type { TaskListTruth, TasksControl, TaskTruth } from './tasks-control.ts'

/** The owner of task lists in this process. */
export class TasksDesk implements TasksControl {
  readonly #todo: Todo

  constructor(todo: Todo) {
    this.#todo = todo
  }

  async lists(): Promise<readonly TaskListTruth[]> {
    return [...this.#todo.lists.values()].map(({ id, title }) => ({ id, title }))
  }

  async addList(title: string): Promise<TaskListTruth> {
    const { id } = this.#todo.addList(title)
    return { id, title }
  }

  async put(list: string, task: TaskJson): Promise<TaskJson> {
    return this.#todo.put(this.#todo.list(list).id, task)
  }

  async move(task: string, to: string): Promise<void> {
    this.#todo.move(task, this.#todo.list(to).id)
  }

  async remove(task: string): Promise<void> {
    this.#todo.remove(task)
  }

  async tasks(): Promise<readonly TaskTruth[]> {
    return [...this.#todo.lists.values()].flatMap(({ id, tasks }) =>
      [...tasks.values()].flatMap((task) => (task.deleted === true ? [] : [{ list: id, task }])),
    )
  }
}
