import { Fault } from '@offramp/core'
import type { Card } from './model.ts'

export function fromVCard(bytes: Uint8Array): readonly (Card | Fault)[] {
  throw new Fault({ reach: 'run', code: 'interim', message: `fromVCard of ${bytes.length} lands within the half hour` })
}
