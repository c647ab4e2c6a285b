import { Fault } from '@offramp/core'
import type { Written } from '../calendar/model.ts'
import type { Task } from './model.ts'

export function writeTask(task: Task): Written {
  throw new Fault({ reach: 'run', code: 'interim', message: `writeTask of ${task.uid} lands within the half hour` })
}
