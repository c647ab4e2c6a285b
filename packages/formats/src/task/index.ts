export type { Task } from './model.ts'
