import { cleanText, fitText, type News, type Snapshot, showTable } from '@offramp/control'
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

/** Where several projects share the view, each says which it is. */
const before = (project: string, projects: readonly string[]): string => (projects.length > 1 ? `${cleanText(project, 40)}: ` : '')

export interface ScreenFacts {
  readonly columns: number
  readonly rows: number
  /** Workers may still be starting. */
  readonly early: boolean
  /** In front of the first line. */
  readonly which?: string
}

/** Milliseconds that workers may take to start before their lack is told. */
const EARLY = 15_000

/** The whole screen: lanes of interest first, as many as fit. */
export function screen(snapshot: Snapshot, rates: Rates, size: ScreenFacts): readonly string[] {
  const above = [`${size.which ?? ''}${summaryLine(snapshot, rates)}`, ...notices(snapshot, size.early), '']
  const room = Math.max(3, size.rows - above.length - 4)
  const lanes = snapshot.lanes.toSorted(byInterest)
  const table = showTable(
    LANE_HEADINGS,
    lanes.slice(0, room).map((lane) => laneRow(lane, snapshot, rates)),
    LANE_RIGHT,
    60,
  )
  const more = lanes.length > room ? [`… and ${lanes.length - room} more`] : []
  return [...above, ...table, ...more].map((line) => fitText(line, size.columns))
}

/** One project's part of the view. */
interface Section {
  readonly rates: Rates
  /** Of its first snapshot. */
  readonly began: number
  latest: Snapshot
}

const isEarly = ({ began, latest }: Section): boolean => latest.at - began < EARLY

/** The section of the snapshot's project, made with its first. */
function sectionOf(sections: Map<string, Section>, snapshot: Snapshot): Section {
  const section = sections.get(snapshot.project) ?? { rates: new Rates(), began: snapshot.at, latest: snapshot }
  sections.set(snapshot.project, section)
  section.latest = snapshot
  section.rates.add(snapshot)
  return section
}

/** Redraws in place: up over the last picture, each line cleared to its end, and what is left below. */
function ttyView(terminal: Terminal, projects: readonly string[]): LiveView {
  const sections = new Map<string, Section>()
  let drawn = 0
  const draw = (lines: readonly string[]): void => {
    terminal.out(`${drawn > 0 ? `\u001b[${drawn}A` : ''}${lines.map((line) => `\r${line}\u001b[K\n`).join('')}\u001b[J`)
    drawn = lines.length
  }
  const picture = (): readonly string[] => {
    const rows = Math.floor(terminal.rows() / projects.length)
    // In the order in which they were named, so that none jumps.
    const shown = projects.flatMap((project) => sections.get(project) ?? [])
    return shown.flatMap((section, index) => {
      const { latest, rates } = section
      const size = { columns: terminal.columns(), rows, early: isEarly(section), which: before(latest.project, projects) }
      return [...(index === 0 ? [] : ['']), ...screen(latest, rates, size)]
    })
  }
  return {
    tell(news) {
      if (news.kind !== 'snapshot') {
        draw([`${before(news.project, projects)}${newsLine(news)}`])
        drawn = 0
        return
      }
      sectionOf(sections, news.snapshot)
      draw(picture())
    },
    end: () => {
      drawn = 0
    },
  }
}

/** Milliseconds between two lines where nobody watches a screen. */
const LINE_EVERY = 5_000

function lineView(terminal: Terminal, projects: readonly string[]): LiveView {
  const sections = new Map<string, Section>()
  const lastLine = new Map<string, number>()
  const told = new Set<string>()
  const line = ({ latest, rates }: Section): void => {
    lastLine.set(latest.project, latest.at)
    terminal.out(`${new Date(latest.at).toISOString()} ${before(latest.project, projects)}${summaryLine(latest, rates)}\n`)
  }
  return {
    tell(news) {
      const which = before(news.project, projects)
      if (news.kind !== 'snapshot') return terminal.out(`${which}${newsLine(news)}\n`)
      const section = sectionOf(sections, news.snapshot)
      for (const notice of notices(news.snapshot, isEarly(section))) {
        if (told.has(`${which}${notice}`)) continue
        told.add(`${which}${notice}`)
        terminal.out(`${which}${notice}\n`)
      }
      if (news.snapshot.at - (lastLine.get(news.project) ?? Number.NEGATIVE_INFINITY) >= LINE_EVERY) line(section)
    },
    end: () => {
      for (const section of sections.values()) if (section.latest.at !== lastLine.get(section.latest.project)) line(section)
    },
  }
}

const jsonView = (terminal: Terminal): LiveView => ({
  tell: (news) => terminal.out(jsonLine(news.kind === 'snapshot' ? { type: 'snapshot', ...news.snapshot } : { type: news.kind, ...news })),
  end: () => {},
})

export interface ViewOptions {
  readonly json: boolean
  /** Names of the projects that are shown, in this order. */
  readonly projects: readonly string[]
}

/** A table that redraws itself on a screen, a line every few seconds elsewhere, and NDJSON for machines. A section for each project. */
export function liveView(terminal: Terminal, { json, projects }: ViewOptions): LiveView {
  if (json) return jsonView(terminal)
  return terminal.tty ? ttyView(terminal, projects) : lineView(terminal, projects)
}
