import { calendarLines } from './calendar-lines.ts'
import { cardLines } from './card-lines.ts'
import { digest, type Line } from './line.ts'

/** The lines as texts in one order, each once. */
export const textsOf = (lines: readonly Line[]): readonly string[] =>
  [...new Set(lines.map(({ where, name, value }) => JSON.stringify([where, name, value])))].sort()

export const hashOfLines = (lines: readonly Line[]): string => digest(textsOf(lines).join('\n')).slice(0, 16)

/**
 * What an event means (master and all exceptions), as 16 hex characters of the SHA-256: equal before and after a server has written it anew, unless
 * something is lost or changed. What may differ stands in `ignored-properties.ts`. Fault `item`/`not-understood` where it cannot be read.
 */
export const eventHash = (bytes: Uint8Array): string => hashOfLines(calendarLines(bytes, 'vevent'))

/** The same for a task. */
export const taskHash = (bytes: Uint8Array): string => hashOfLines(calendarLines(bytes, 'vtodo'))

/** The same for a card, of either version. */
export const cardHash = (bytes: Uint8Array): string => hashOfLines(cardLines(bytes))
