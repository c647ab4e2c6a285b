import { Fault } from '@offramp/core'
import type { CalendarEvent } from './model.ts'

export function fromICalendar(bytes: Uint8Array): readonly (CalendarEvent | Fault)[] {
  throw new Fault({ reach: 'run', code: 'interim', message: `fromICalendar of ${bytes.length} lands within the half hour` })
}
