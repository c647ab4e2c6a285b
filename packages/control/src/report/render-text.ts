import { REASONS, type Reason } from '@offramp/core'
import { nameLine } from '../names/render-names.ts'
import { carried } from './carried.ts'
import { cleanText } from './clean-text.ts'
import { exceptionLines } from './exception-lines.ts'
import { lossLines } from './losses.ts'
import { oddCollections } from './odd-collections.ts'
import { type LaneReport, laneTotals, type Report } from './report.ts'
import { showBytes, showCount, showMany } from './show-numbers.ts'
import { showTable } from './show-table.ts'

const isReason = (word: string): word is Reason => Object.hasOwn(REASONS, word)

/** `anna@a -> anna@b, calendars`. */
const wayOf = ({ source, destination, kind }: LaneReport): string =>
  `${cleanText(source, 80)} -> ${cleanText(destination, 80)}${carried(kind)}`

const accountsOf = (lanes: readonly LaneReport[]): number => new Set(lanes.map(({ source }) => source)).size

function firstLines({ totals, lanes, project, pass, madeAt }: Report): readonly string[] {
  const lines = [
    `Unexplained remainder: ${showCount(totals.remainder)} of ${showMany(totals.source, 'item', 'items')} in ${showMany(accountsOf(lanes), 'account', 'accounts')}.`,
    `${showCount(totals.source)} at the source = ${showCount(totals.verified)} verified + ${showCount(totals.skipped)} skipped + ${showCount(totals.failed)} failed + ${showCount(totals.remainder)} unexplained`,
    `Project ${cleanText(project)}, pass ${pass}, ${madeAt}. ${showBytes(totals.bytes)} verified; ${showMany(totals.hashed, 'item', 'items')} read back and compared ${lanes.every(({ kind }) => kind === 'mail') ? 'byte by byte' : 'by content'}.`,
  ]
  lines.push(...filesLine(lanes))
  if (totals.unverified > 0) lines.push(`NOT VERIFIED: ${showMany(totals.unverified, 'account', 'accounts')}; see below.`)
  const stopped = lanes.filter(({ balance, why }) => balance !== undefined && why !== undefined).length
  if (stopped > 0) lines.push(`STOPPED: ${showMany(stopped, 'account is', 'accounts are')} not finished; see below for what to do.`)
  if (totals.doubled > 0)
    lines.push(`DOUBLED: ${showMany(totals.doubled, 'item stands', 'items stand')} more than once at the destination; see below.`)
  return lines
}

/** How much of it is files: what people ask for first. */
function filesLine(lanes: readonly LaneReport[]): readonly string[] {
  const sums = lanes.flatMap(({ kind, balance }) => (kind === 'file' && balance !== undefined ? [balance] : []))
  if (sums.length === 0) return []
  const files = sums.reduce((sum, balance) => sum + laneTotals(balance).verified, 0)
  const bytes = sums.reduce((sum, balance) => sum + laneTotals(balance).bytes, 0)
  const folders = sums.reduce((sum, { collections }) => sum + collections.length, 0)
  return [`Of these ${showMany(files, 'file')} in ${showMany(folders, 'folder')}, ${showBytes(bytes)}.`]
}

const block = (title: string, lines: readonly string[]): readonly string[] =>
  lines.length === 0 ? [] : ['', title, ...lines.map((line) => `  ${line}`)]

/** The same loss is named once, with how many accounts it touches. */
function lossBlock(lanes: readonly LaneReport[]): readonly string[] {
  const all = accountsOf(lanes)
  const touched = new Map<string, Set<string>>()
  for (const { losses, source } of lanes)
    for (const line of losses === undefined ? [] : lossLines(losses)) touched.set(line, (touched.get(line) ?? new Set()).add(source))
  return [...touched].map(([line, { size }]) => (size === all ? line : `${line} (${showMany(size, 'account', 'accounts')})`))
}

/** The same words of several lanes once, with how many they are of. */
function saidOf(lanes: readonly LaneReport[], words: (lane: LaneReport) => readonly string[]): readonly string[] {
  const told = new Map<string, Set<string>>()
  for (const lane of lanes) for (const word of words(lane)) told.set(word, (told.get(word) ?? new Set()).add(lane.source))
  return [...told].map(([word, names]) => `${cleanText(word, 300)} (${showMany(names.size, 'account', 'accounts')})`)
}

/** What single items have lost on the way: each loss once, with how many items and accounts it touches. */
function lessenedBlock(lanes: readonly LaneReport[]): readonly string[] {
  const counts = new Map<string, number>()
  for (const { balance } of lanes)
    for (const [loss, items] of Object.entries(balance?.losses ?? {})) counts.set(loss, (counts.get(loss) ?? 0) + items)
  return [...counts].toSorted((a, b) => b[1] - a[1]).map(([loss, items]) => `${showMany(items, 'item')}: ${cleanText(loss, 300)}`)
}

function laneTable(lanes: readonly LaneReport[]): readonly string[] {
  const rows = lanes.map((lane) => {
    if (lane.balance === undefined) return [wayOf(lane), '?', '?', '?', '?', 'not verified', '']
    const sum = laneTotals(lane.balance)
    return [wayOf(lane), ...[sum.source, sum.verified, sum.skipped, sum.failed, sum.remainder].map(showCount), showBytes(sum.bytes)]
  })
  return showTable(['Account', 'Source', 'Verified', 'Skipped', 'Failed', 'Unexplained', 'Size'], rows, [1, 2, 3, 4, 5, 6], 60)
}

function exceptions(lane: LaneReport): readonly string[] {
  const { balance } = lane
  const remedy = lane.remedy === undefined ? '' : ` ${cleanText(lane.remedy, 300)}`
  if (balance === undefined) return [`${wayOf(lane)}`, `  not verified: ${cleanText(lane.why ?? 'It was not looked at.', 300)}${remedy}`]
  const lines = lane.why === undefined ? [] : [`  stopped: ${cleanText(lane.why, 300)}${remedy}`]
  lines.push(...exceptionLines(balance).map((line) => `  ${line}`))
  if (balance.goneSince > 0) lines.push(`  ${showMany(balance.goneSince, 'item has', 'items have')} left the source since; the copies stay`)
  return lines.length === 0 ? [] : [wayOf(lane), ...lines]
}

/** Changed names of one account that are shown; the CSV has more, and `offramp names` all. */
const SHOWN_NAMES = 20

function nameBlock(lane: LaneReport): readonly string[] {
  const { names } = lane
  if (names === undefined) return []
  const more = names.changed - Math.min(names.first.length, SHOWN_NAMES)
  return [
    `${wayOf(lane)}: ${showMany(names.changed, 'name', 'names')}`,
    ...names.first.slice(0, SHOWN_NAMES).map((one) => `  ${nameLine(one)}`),
    ...(more > 0 ? [`  and ${showCount(more)} more: offramp names --format csv`] : []),
  ]
}

/** What each reason that occurs means to the owner of the data. */
function reasonBlock(lanes: readonly LaneReport[]): readonly string[] {
  const used = new Set<string>()
  for (const { balance } of lanes)
    for (const collection of balance?.collections ?? [])
      for (const [reason, count] of Object.entries(collection.skipped)) if ((count ?? 0) > 0) used.add(reason)
  return [...used].filter(isReason).map((reason) => `${reason}: ${REASONS[reason]}`)
}

/** The report for people. Its first line is the unexplained remainder. */
export function renderText(report: Report): string {
  const { lanes } = report
  const [files, others] = [lanes.filter(({ kind }) => kind === 'file'), lanes.filter(({ kind }) => kind !== 'file')]
  return [
    ...firstLines(report),
    ...block(
      'Cautions',
      report.cautions.map((caution) => cleanText(caution, 300)),
    ),
    ...block('What the destination does not keep', lossBlock(lanes)),
    ...block('What single items have lost on the way', lessenedBlock(lanes)),
    ...block(
      'How nobody was mailed',
      saidOf(others, ({ assurances = [] }) => assurances),
    ),
    ...block(
      'How files were written and proved',
      saidOf(files, ({ assurances = [] }) => assurances),
    ),
    ...block('Accounts', laneTable(lanes)),
    ...block(
      'Collections with something to explain',
      lanes.flatMap((lane) => oddCollections(lane.balance?.collections ?? []).map((line) => `${wayOf(lane)}, ${line}`)),
    ),
    ...block('Items to know about', lanes.flatMap(exceptions)),
    ...block('What is called otherwise at the destination', lanes.flatMap(nameBlock)),
    ...block('What the reasons mean', reasonBlock(lanes)),
    '',
  ].join('\n')
}
