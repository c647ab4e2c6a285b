import type { TaskListState, TaskState } from '../todo/todo.ts'
import type { Desk, OutlookControl, TaskListTruth, TaskTruth } from './outlook-desk.ts'

type TodoCalls = 'taskLists' | 'addTaskList' | 'tasks' | 'addTask' | 'editTask' | 'editStep' | 'removeTask'

export function todoDesk(desk: Desk): Pick<OutlookControl, TodoCalls> {
  const { mailbox, outlook } = desk
  const { todo } = outlook
  const shown = (list: TaskListState): TaskListTruth => ({
    id: mailbox.ids.folder(list.serial),
    name: list.shelf.name,
    tasks: list.shelf.items().length,
  })
  const truth = (task: TaskState): TaskTruth => ({
    id: mailbox.ids.message({ serial: task.serial, moves: 0 }, 'default'),
    list: mailbox.ids.folder(task.list.serial),
    title: task.words.title ?? '',
    steps: task.steps.flatMap(({ id }) => id ?? []),
  })
  return {
    taskLists: async () => [...todo.lists.values()].map(shown),
    addTaskList: async (name, options = {}) => shown(todo.addList(name, options)),
    tasks: async () => [...todo.tasks.values()].map(truth),
    addTask: async (list, seed) => truth(todo.add(desk.list(list), seed)),
    editTask: async (id, change) => {
      todo.edit(desk.task(id), change)
      return truth(desk.task(id))
    },
    editStep: async (id, step, change) => {
      todo.editStep(desk.task(id), step, change)
      return truth(desk.task(id))
    },
    removeTask: async (id) => todo.remove(desk.task(id)),
  }
}
