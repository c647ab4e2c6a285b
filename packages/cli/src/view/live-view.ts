import { fitText, type News, type Snapshot, showTable } from '@offramp/control'
import { jsonLine, type Terminal } from '../terminal.ts'
import { byInterest, LANE_HEADINGS, LANE_RIGHT, laneRow } from './lane-rows.ts'
import { Rates } from './rates.ts'
import { notices, summaryLine } from './summary.ts'

/** Shows a run while it goes on. */
export interface LiveView {
  tell(news: News): void
  /** Leaves the last picture where it is. */
  end(): void
}

const NEWS: Readonly<Record<'wiped' | 'silent', string>> = {
  wiped: 'Redis has lost its data. Planning anew; what has been moved is found again at the destination, and nothing is copied twice.',
  silent: 'Redis does not answer; trying again. Workers do the same, and nothing is lost.',
}

const newsLine = (news: Exclude<News, { kind: 'snapshot' }>): string =>
  news.kind === 'mended' ? `${news.jobs} lost ${news.jobs === 1 ? 'job was' : 'jobs were'} put back into the queue.` : NEWS[news.kind]

export interface ScreenFacts {
  readonly columns: number
  readonly rows: number
  /** Workers may still be starting. */
  readonly early: boolean
}

/** Milliseconds that workers may take to start before their lack is told. */
const EARLY = 15_000

/** The whole screen: lanes of interest first, as many as fit. */
export function screen(snapshot: Snapshot, rates: Rates, size: ScreenFacts): readonly string[] {
  const above = [summaryLine(snapshot, rates), ...notices(snapshot, size.early), '']
  const room = Math.max(3, size.rows - above.length - 4)
  const lanes = snapshot.lanes.toSorted(byInterest)
  const table = showTable(
    LANE_HEADINGS,
    lanes.slice(0, room).map((lane) => laneRow(lane, snapshot, rates)),
    LANE_RIGHT,
    60,
  )
  const more = lanes.length > room ? [`… and ${lanes.length - room} more accounts`] : []
  return [...above, ...table, ...more].map((line) => fitText(line, size.columns))
}

/** Redraws in place: up over the last picture, each line cleared to its end, and what is left below. */
function ttyView(terminal: Terminal): LiveView {
  const rates = new Rates()
  let drawn = 0
  let began: number | undefined
  const draw = (lines: readonly string[]): void => {
    terminal.out(`${drawn > 0 ? `\u001b[${drawn}A` : ''}${lines.map((line) => `\r${line}\u001b[K\n`).join('')}\u001b[J`)
    drawn = lines.length
  }
  return {
    tell(news) {
      if (news.kind !== 'snapshot') {
        draw([newsLine(news)])
        drawn = 0
        return
      }
      rates.add(news.snapshot)
      began ??= news.snapshot.at
      const early = news.snapshot.at - began < EARLY
      draw(screen(news.snapshot, rates, { columns: terminal.columns(), rows: terminal.rows(), early }))
    },
    end: () => {
      drawn = 0
    },
  }
}

/** Milliseconds between two lines where nobody watches a screen. */
const LINE_EVERY = 5_000

function lineView(terminal: Terminal): LiveView {
  const rates = new Rates()
  let last = Number.NEGATIVE_INFINITY
  let latest: Snapshot | undefined
  let began: number | undefined
  const told = new Set<string>()
  const line = (snapshot: Snapshot): void => {
    last = snapshot.at
    terminal.out(`${new Date(snapshot.at).toISOString()} ${summaryLine(snapshot, rates)}\n`)
  }
  return {
    tell(news) {
      if (news.kind !== 'snapshot') return terminal.out(`${newsLine(news)}\n`)
      const { snapshot } = news
      latest = snapshot
      rates.add(snapshot)
      began ??= snapshot.at
      for (const notice of notices(snapshot, snapshot.at - began < EARLY)) {
        if (told.has(notice)) continue
        told.add(notice)
        terminal.out(`${notice}\n`)
      }
      if (snapshot.at - last >= LINE_EVERY) line(snapshot)
    },
    end: () => {
      if (latest !== undefined && latest.at !== last) line(latest)
    },
  }
}

const jsonView = (terminal: Terminal): LiveView => ({
  tell: (news) => terminal.out(jsonLine(news.kind === 'snapshot' ? { type: 'snapshot', ...news.snapshot } : { type: news.kind, ...news })),
  end: () => {},
})

/** A table that redraws itself on a screen, a line every few seconds elsewhere, and NDJSON for machines. */
export function liveView(terminal: Terminal, json: boolean): LiveView {
  if (json) return jsonView(terminal)
  return terminal.tty ? ttyView(terminal) : lineView(terminal)
}
