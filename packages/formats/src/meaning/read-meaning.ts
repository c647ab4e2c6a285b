import { readVCards } from '../contact/read-vcards.ts'
import { readCalendar } from '../ical/read-calendar.ts'
import { linesOfCalendar } from './calendar-lines.ts'
import { linesOfCards } from './card-lines.ts'
import type { MeaningKind } from './differences.ts'
import { hashOfLines } from './hash.ts'
import { uidIn, uidInCalendar } from './uid-of.ts'

/** An object that is read once, for all that is asked of it. */
export interface Meaning {
  /** As `uidOf`. */
  readonly uid: string
  /** As `eventHash`, `taskHash` and `cardHash`. Worked out when it is asked for, with their faults. */
  hash(): string
}

/** Reads an object of a kind. Fault `item`/`not-understood` where it has no UID, or more than one. */
export function readMeaning(kind: MeaningKind, bytes: Uint8Array): Meaning {
  if (kind === 'contact') {
    const cards = readVCards(bytes)
    return { uid: uidIn(cards), hash: () => hashOfLines(linesOfCards(cards)) }
  }
  const text = readCalendar(bytes)
  return { uid: uidInCalendar(text.found), hash: () => hashOfLines(linesOfCalendar(text, kind === 'event' ? 'vevent' : 'vtodo')) }
}
