import { Fault } from '@offramp/core'

/** One time that an event takes place. Milliseconds since the Unix epoch; a day is counted as in UTC. */
export interface Occurrence {
  readonly start: number
  readonly end: number
  readonly allDay: boolean
  readonly summary?: string
}

export function occurrences(bytes: Uint8Array, from: number, to: number): readonly Occurrence[] {
  throw new Fault({
    reach: 'run',
    code: 'interim',
    message: `occurrences of ${bytes.length} from ${from} to ${to} lands within the half hour`,
  })
}
