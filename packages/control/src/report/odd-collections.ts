import type { CollectionBalance } from '@offramp/engine'
import { cleanText } from './clean-text.ts'
import { showCount, showMany } from './show-numbers.ts'

/** Lines of one account that people read. A drive may have thousands of folders with a shortcut in each. */
const MOST_LINES = 40

type Sum = Omit<CollectionBalance, 'bytes'> & { readonly folders: number }

const skippedWords = ({ skipped }: Sum): string =>
  Object.entries(skipped)
    .filter(([, count]) => (count ?? 0) > 0)
    .map(([reason, count]) => `${showCount(count ?? 0)} ${reason}`)
    .join(', ')

const isOdd = (one: Sum): boolean => one.remainder !== 0 || one.failed > 0 || skippedWords(one) !== ''

const added = (a: Sum['skipped'], b: Sum['skipped']): Sum['skipped'] => {
  const sum: Record<string, number> = { ...a }
  for (const [reason, count] of Object.entries(b)) sum[reason] = (sum[reason] ?? 0) + (count ?? 0)
  return sum
}

/** With what lies in them. Too many in one folder does not make up for too few in another. */
function byTopFolder(all: readonly Sum[]): readonly Sum[] {
  const tops = new Map<string, Sum>()
  for (const one of all) {
    const name = one.name.split(' / ', 1)[0] ?? ''
    const sum = tops.get(name) ?? { name, source: 0, verified: 0, skipped: {}, failed: 0, remainder: 0, folders: 0 }
    tops.set(name, {
      name,
      source: sum.source + one.source,
      verified: sum.verified + one.verified,
      skipped: added(sum.skipped, one.skipped),
      failed: sum.failed + one.failed,
      remainder: sum.remainder + Math.abs(one.remainder),
      folders: sum.folders + 1,
    })
  }
  return [...tops.values()]
}

function lineOf(one: Sum): string {
  const skipped = skippedWords(one)
  const within = one.folders > 1 ? ` (${showMany(one.folders, 'folder')})` : ''
  return `${cleanText(one.name)}${within}: ${showCount(one.source)} = ${showCount(one.verified)} verified + skipped${skipped === '' ? ' 0' : ` (${skipped})`} + ${showCount(one.failed)} failed; unexplained ${showCount(one.remainder)}`
}

/** Collections of one account that do not simply match: each, or of very many the folders at the top with what is in them. The JSON report has all. */
export function oddCollections(collections: readonly CollectionBalance[]): readonly string[] {
  const odd = collections.map((one): Sum => ({ ...one, folders: 1 })).filter(isOdd)
  if (odd.length <= MOST_LINES) return odd.map(lineOf)
  const tops = byTopFolder(odd)
  const worst = tops.toSorted((a, b) => b.remainder + b.failed - (a.remainder + a.failed))
  const more = tops.length - MOST_LINES
  const rest = more > 0 ? [`and ${showMany(more, 'more folder')} at the top; the JSON report has every one`] : []
  return [...worst.slice(0, MOST_LINES).map(lineOf), ...rest]
}
