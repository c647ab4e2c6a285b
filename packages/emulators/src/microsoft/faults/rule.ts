import type { CommonEffect, Rule } from '../../faults/rule.ts'
import type { Poison } from '../mail/state.ts'

export type FaultRule = Rule<FaultEffect>

export type FaultEffect =
  | CommonEffect
  /** The 500 of an item that cannot be read. */
  | { readonly kind: 'poison'; readonly sort: Poison }
  | { readonly kind: 'mailbox-move' }
  | { readonly kind: 'sync-state-lost' }
  /** At the token endpoint: an AADSTS error of this number. */
  | { readonly kind: 'aadsts'; readonly code: number }
