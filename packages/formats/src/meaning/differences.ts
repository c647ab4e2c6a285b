import { calendarLines } from './calendar-lines.ts'
import { cardLines } from './card-lines.ts'
import { textsOf } from './hash.ts'
import type { Line } from './line.ts'

export type MeaningKind = 'event' | 'contact' | 'task'

function linesOf(kind: MeaningKind, bytes: Uint8Array): readonly Line[] {
  if (kind === 'contact') return cardLines(bytes)
  return calendarLines(bytes, kind === 'event' ? 'vevent' : 'vtodo')
}

/** `SUMMARY`, or `SUMMARY of the occurrence at 2024-01-01T09:00:00Z`. */
function about({ where, name }: Pick<Line, 'where' | 'name'>): string {
  const ms = Number(where.split(' ')[1])
  return where === '' ? name.toUpperCase() : `${name.toUpperCase()} of the occurrence at ${new Date(ms).toISOString().slice(0, 19)}Z`
}

function topics(lines: readonly Line[], other: ReadonlySet<string>): ReadonlySet<string> {
  return new Set(lines.filter((line) => !other.has(textsOf([line])[0] ?? '')).map(about))
}

/**
 * What of `meant` is not in `found`, and the other way round, in words and without any of the content. Empty: both mean the same, and have the same
 * hash. Fault `item`/`not-understood` where one cannot be read.
 */
export function differences(kind: MeaningKind, meant: Uint8Array, found: Uint8Array): readonly string[] {
  const [before, after] = [linesOf(kind, meant), linesOf(kind, found)]
  const lost = topics(before, new Set(textsOf(after)))
  const added = topics(after, new Set(textsOf(before)))
  return [
    ...[...lost].map((one) => (added.has(one) ? `${one} is not the same.` : `${one} is missing.`)),
    ...[...added].filter((one) => !lost.has(one)).map((one) => `${one} was added.`),
  ]
}
