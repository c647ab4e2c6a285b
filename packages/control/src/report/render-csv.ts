import { csvCell } from './clean-text.ts'
import type { LaneReport, Report } from './report.ts'

const row = (cells: readonly (string | number)[]): string => cells.map(csvCell).join(',')

function laneRows(lane: LaneReport): readonly string[] {
  const who = [lane.source, lane.destination, lane.kind, lane.wave ?? ''] as const
  if (lane.balance === undefined) return [row([...who, '', 'not verified', '', '', '', '', '', lane.why ?? ''])]
  const balances = lane.balance.collections.map((one) => {
    const skipped = Object.values(one.skipped).reduce<number>((sum, count) => sum + (count ?? 0), 0)
    return row([...who, one.name, 'balance', one.source, one.verified, skipped, one.failed, one.remainder, ''])
  })
  const exceptions = lane.balance.exceptions.map((one) =>
    row([...who, one.collection, one.kind, '', '', '', '', '', `${one.label}: ${one.message}`]),
  )
  const more = Object.entries(lane.balance.moreByKind ?? {}).map(([kind, count]) =>
    row([...who, '', kind, '', '', '', '', '', `and ${count} more, which are counted and not named`]),
  )
  const stopped = lane.why === undefined ? [] : [row([...who, '', 'stopped', '', '', '', '', '', lane.why])]
  const renamed = (lane.names?.first ?? []).map(({ path, to, now, reason }) =>
    row([...who, path.slice(0, -1).join(' / '), 'name', '', '', '', '', '', `${path.at(-1) ?? ''} -> ${now ?? to} (${reason})`]),
  )
  return [...stopped, ...balances, ...exceptions, ...more, ...renamed]
}

/** One line for each collection and each exception, for spreadsheets. No cell is ever a formula. */
export const renderCsv = (report: Report): string =>
  [
    row([
      'source',
      'destination',
      'kind',
      'wave',
      'collection',
      'line',
      'at source',
      'verified',
      'skipped',
      'failed',
      'unexplained',
      'detail',
    ]),
    ...report.lanes.flatMap(laneRows),
    '',
  ].join('\r\n')
