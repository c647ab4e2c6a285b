export type { Task } from './model.ts'
export { writeTask } from './write-task.ts'
