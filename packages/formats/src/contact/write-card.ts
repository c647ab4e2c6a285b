import { Fault } from '@offramp/core'
import type { Written } from '../calendar/model.ts'
import type { Choices } from '../choices.ts'
import type { Card } from './model.ts'

export function writeCard(card: Card, choices: Choices['contacts'] = {}): Written {
  throw new Fault({ reach: 'run', code: 'interim', message: `writeCard of ${card.uid} as ${choices.version} lands within the half hour` })
}
