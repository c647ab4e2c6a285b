import { eventHash } from './hash.ts'

export function differences(kind: 'event' | 'contact' | 'task', meant: Uint8Array, found: Uint8Array): readonly string[] {
  return eventHash(meant) === eventHash(found) ? [] : [`The ${kind} differs.`]
}
