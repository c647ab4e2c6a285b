import type { Report } from '@offramp/control'
import type { EventSeed } from '@offramp/emulators'
import { type CalendarEvent, type EventFacts, type Moment, uidOf } from '@offramp/formats'
import { type MadeSeries, madeSeries } from '@offramp/formats/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Lab, startLab } from '../lab/lab.ts'
import { lastJson } from '../lab/operator.ts'
import { textsIn, timesOf, unlike } from '../lab/shelves.ts'
import { startWorkspaceLab, type WorkspaceLab } from '../lab/workspace-lab.ts'
import { type Radicale, startRadicale } from '../servers/radicale.ts'

/** Of each source, so 2,000 in all. Every one differs: `OFFRAMP_SERIES=20000` is a longer look, `OFFRAMP_SEED` another one. */
const SERIES = Number(process.env['OFFRAMP_SERIES'] ?? 1_000)
const SEED = Number(process.env['OFFRAMP_SEED'] ?? 20_261_122)
const ANNA = 'anna@contoso.example'
const GERD = 'gerd@fabrikam.example'
/** So many in a calendar: Radicale looks at every object of a collection for each that it is given. */
const EACH = 25
const settings = { workloads: ['event'], verifySample: 0.05 }

let radicale: Radicale
let made: readonly MadeSeries[]

beforeAll(async () => {
  const logins = ['anna@example.test', 'gerd@example.test']
  radicale = await startRadicale({ users: Object.fromEntries(logins.map((login) => [login, 'secret'])) })
  // Six of seven can be said in Graph's words; the others, and as many more, are Google's.
  made = [...madeSeries(Math.ceil((SERIES * 13) / 6), SEED)]
}, 300_000)
afterAll(() => radicale?.stop())

const cloud = () => ({ url: radicale.url, passwords: radicale.users })

/** Every series stands there once, and takes place when rrule-temporal says: which made none of what stands there, and read none of it. */
async function expectInstants(login: string, meant: readonly MadeSeries[]): Promise<void> {
  const stored = await textsIn(radicale, login, 'VEVENT')
  const byUid = new Map(stored.map((text) => [uidOf(Buffer.from(text)), text]))
  expect([stored.length, byUid.size]).toEqual([meant.length, meant.length])
  let instants = 0
  const wrong: string[] = []
  for (const { event, expected } of meant) {
    const text = byUid.get(event.uid) ?? ''
    const differs = unlike(
      expected,
      timesOf(text).map(({ start, allDay }) => ({ start, allDay })),
    )
    instants += expected.length
    if (differs.length > 0) wrong.push(`${event.uid} ${JSON.stringify(event.recurrence?.rules)}: ${differs.join()}\n${text}`)
  }
  process.stdout.write(`  ${login}: ${meant.length} series, ${instants} instants, ${wrong.length} series differ\n`)
  expect(wrong.slice(0, 3).join('\n')).toBe('')
  expect(instants).toBeGreaterThan(meant.length * 20)
}

const time = (moment: Moment) =>
  'date' in moment ? { dateTime: `${moment.date}T00:00:00`, timeZone: 'UTC' } : { dateTime: moment.local, timeZone: moment.zone ?? 'UTC' }

const dayAfter = (date: string): string => new Date(Date.parse(`${date}Z`) + 86_400_000).toISOString().slice(0, 10)

const factsOf = ({ start, end, summary = '' }: EventFacts): EventSeed['event'] => ({
  subject: summary,
  isAllDay: 'date' in start,
  start: time(start),
  end: time(end ?? ('date' in start ? { date: dayAfter(start.date) } : start)),
})

const dayOf = (moment: Moment): string => ('date' in moment ? moment.date : moment.local.slice(0, 10))

/** The same series as Graph would tell it. */
function seedOf({ event, graph, cancelled }: MadeSeries): EventSeed {
  const { overrides = [] }: CalendarEvent = event
  if (graph === undefined) throw new Error(`Graph has no words for ${event.uid}.`)
  const { daysOfWeek, ...pattern } = graph.pattern
  return {
    event: {
      ...factsOf(event),
      iCalUId: event.uid,
      recurrence: { pattern: { ...pattern, ...(daysOfWeek && { daysOfWeek: [...daysOfWeek] }) }, range: graph.range },
    },
    exceptions: overrides.map((one) => ({ date: dayOf(one.insteadOf), event: factsOf(one) })),
    cancelled: cancelled.map(dayOf),
  }
}

/** Where each calendar begins, and its name. */
const homes = (count: number): readonly (readonly [nth: number, name: string])[] =>
  Array.from({ length: Math.ceil(count / EACH) }, (_, at) => [at * EACH, `Series ${at}`])

async function run(lab: Lab | WorkspaceLab): Promise<void> {
  const ended = await lab.offramp('run', '--json', '--workers', '1')
  expect(ended.code, ended.out.slice(-3_000) + ended.err.slice(-3_000)).toBe(0)
  expect(lastJson<Report>(ended).totals).toMatchObject({ source: SERIES, verified: SERIES, skipped: 0, failed: 0, remainder: 0 })
}

test.concurrent(`${SERIES} series of a Microsoft calendar take place at the new server when another library says`, {
  timeout: 1_800_000,
}, async () => {
  const lab = await startLab({ accounts: [{ address: ANNA }], cloud: cloud(), settings })
  try {
    const mine = made.filter(({ graph }) => graph !== undefined).slice(0, SERIES)
    const desk = lab.tenant.outlook(ANNA)
    for (const [nth, home] of homes(mine.length)) {
      const { id } = await desk.addCalendar(home)
      for (const one of mine.slice(nth, nth + EACH)) await desk.addEvent(id, seedOf(one))
    }
    await run(lab)
    await expectInstants(lab.loginOf(ANNA), mine)
    expect(await lab.tenant.violations()).toEqual([])
  } finally {
    await lab.close()
  }
})

test.concurrent(`${SERIES} series of a Google calendar take place at the new server when another library says`, {
  timeout: 1_800_000,
}, async () => {
  const lab = await startWorkspaceLab({ accounts: [{ address: GERD, admin: true }], cloud: cloud(), settings })
  try {
    const mine = made.slice(-SERIES)
    const { calendars } = lab.workspace.work(GERD)
    for (const [nth, home] of homes(mine.length)) {
      const { id } = await calendars.addCalendar(home)
      for (const { event } of mine.slice(nth, nth + EACH)) await calendars.putSeries(id, event)
    }
    await run(lab)
    await expectInstants(lab.loginOf(GERD), mine)
    expect(await lab.workspace.violations()).toEqual([])
  } finally {
    await lab.close()
  }
})
