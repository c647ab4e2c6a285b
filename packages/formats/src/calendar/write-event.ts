import { Fault } from '@offramp/core'
import type { CalendarEvent, Written } from './model.ts'

export function writeEvent(event: CalendarEvent): Written {
  throw new Fault({ reach: 'run', code: 'interim', message: `writeEvent of ${event.uid} lands within the half hour` })
}
