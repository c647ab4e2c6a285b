import type { Exception, LaneBalance } from '@offramp/engine'
import { cleanText } from './clean-text.ts'
import { showCount, showMany } from './show-numbers.ts'

/** From this many on, items of which the same is to be said share a line. */
const ALIKE = 4

/** Lines of one kind for one account; the CSV has the others. */
const MOST_LINES = 40

/** The gravest first. */
const KINDS: readonly Exception['kind'][] = ['missing', 'doubled', 'failed', 'waiting', 'altered', 'lessened', 'skipped', 'left']

const lineOf = ({ kind, collection, label, message }: Exception): string =>
  `${kind}: ${cleanText(collection, 80)}: "${cleanText(label, 80)}": ${cleanText(message, 300)}`

function alikeLine(alike: readonly Exception[], { kind, collection, label, message }: Exception): string {
  return `${kind}: ${cleanText(collection, 80)}: ${showMany(alike.length, 'item')}, such as "${cleanText(label, 80)}": ${cleanText(message, 300)}`
}

/** One line for each, or for many alike. */
function linesOf(exceptions: readonly Exception[]): readonly (readonly [line: string, items: number])[] {
  const groups = new Map<string, Exception[]>()
  for (const exception of exceptions) {
    const name = JSON.stringify([exception.collection, exception.message])
    const group = groups.get(name)
    if (group) group.push(exception)
    else groups.set(name, [exception])
  }
  return [...groups.values()].flatMap((group) => {
    const [first] = group
    if (first && group.length >= ALIKE) return [[alikeLine(group, first), group.length] as const]
    return group.map((exception) => [lineOf(exception), 1] as const)
  })
}

function kindLines(kind: Exception['kind'], { exceptions, moreByKind }: LaneBalance): readonly string[] {
  const lines = linesOf(exceptions.filter((exception) => exception.kind === kind))
  const shown = lines.slice(0, MOST_LINES).map(([line]) => line)
  const rest = lines.slice(MOST_LINES).reduce((sum, [, items]) => sum + items, 0)
  if (rest > 0) shown.push(`${kind}: and ${showCount(rest)} more; the CSV and JSON reports name them`)
  const uncounted = moreByKind?.[kind] ?? 0
  if (uncounted > 0) shown.push(`${kind}: and ${showCount(uncounted)} more, which are counted and not named`)
  return shown
}

/** What there is to know about single items of one account, for people: counted where it is the same for many. */
export function exceptionLines(balance: LaneBalance): readonly string[] {
  const lines = KINDS.flatMap((kind) => kindLines(kind, balance))
  if (balance.moreByKind !== undefined || balance.moreExceptions === 0) return lines
  return [...lines, `and ${showCount(balance.moreExceptions)} more, which are counted and not named`]
}
