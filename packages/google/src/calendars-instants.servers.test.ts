import type { CalendarEvent, Moment } from '@offramp/formats'
import { occurrences } from '@offramp/formats'
import { madeSeries, WINDOW } from '@offramp/formats/testing'
import { afterEach, expect, test } from 'vitest'
import { openAll, walkWork } from './testing/work.ts'
import { ADMIN, ANNA, closeAll, lab, userOf } from './testing/workspace-lab.ts'

afterEach(closeAll)

/** How many made series; `OFFRAMP_SERIES=2000` for a long look. */
const SERIES = Number(process.env['OFFRAMP_SERIES'] ?? 200)
const SEED = Number(process.env['OFFRAMP_SEED'] ?? 20_261_122)

/** A deleted occurrence as Google has it: an item of its own, and no line of the series. */
const originOf = (moment: Moment) =>
  'date' in moment ? { date: moment.date } : { dateTime: moment.local, timeZone: moment.zone ?? 'Europe/Berlin' }

/** What was cancelled comes as exceptions, and not as EXDATE. */
const withoutDates = ({ recurrence, ...event }: CalendarEvent): CalendarEvent => ({
  ...event,
  ...(recurrence === undefined ? {} : { recurrence: { rules: recurrence.rules } }),
})

const shown = ({ start, allDay, summary = '' }: { readonly start: number; readonly allDay: boolean; readonly summary?: string }): string =>
  `${new Date(start).toISOString()} ${allDay ? 'day' : 'time'} ${summary}`

const within = <T extends { readonly start: number }>(all: readonly T[]): readonly T[] =>
  all.filter(({ start }) => start >= WINDOW.from && start < WINDOW.to)

const minus = (left: readonly string[], right: readonly string[]): readonly string[] => left.filter((each) => !right.includes(each))

test('series of all rules, ends and zones, with deleted and moved occurrences, take place at the same instants', {
  timeout: 900_000,
}, async () => {
  const accounts = [{ address: ADMIN, admin: true }, { address: ANNA }]
  const { workspace, endpoint } = await lab({ domain: { accounts, quirks: { pageItems: 100, emptyPageEvery: 4 } }, speed: 100 })
  const { calendars } = workspace.work(ANNA)
  const expected = new Map<string, readonly string[]>()
  for (const [nth, made] of [...madeSeries(SERIES, SEED)].entries()) {
    const asItems = nth % 2 === 0
    const id = await calendars.putSeries(ANNA, asItems ? withoutDates(made.event) : made.event)
    if (asItems) {
      for (const moment of made.cancelled)
        await calendars.putException(ANNA, id, { originalStartTime: originOf(moment), status: 'cancelled' })
    }
    expected.set(id, within(made.expected).map(shown).sort())
  }
  const source = await endpoint.connect(userOf(ANNA), 'event')
  const { items, left } = await openAll(source, await walkWork(source, { limit: 200 }))
  expect([items.length, left.size]).toEqual([SERIES, 0])
  const wrong: string[] = []
  let instants = 0
  for (const { item, text } of items) {
    const truth = expected.get(item.id) ?? []
    instants += truth.length
    const found = within(occurrences(Buffer.from(text), WINDOW.from, WINDOW.to))
      .map(shown)
      .sort()
    if (JSON.stringify(found) !== JSON.stringify(truth))
      wrong.push(
        `${item.label}: missing ${minus(truth, found).slice(0, 3).join(', ')}; extra ${minus(found, truth).slice(0, 3).join(', ')}\n${text}`,
      )
  }
  expect(wrong.slice(0, 3)).toEqual([])
  expect(instants).toBeGreaterThan(SERIES * 10)
  const { requests } = await workspace.stats()
  // Pages, and nothing for a series.
  expect(requests['events.list']).toBeLessThan(SERIES / 10)
  expect(requests['events.get']).toBeUndefined()
  expect(await workspace.violations()).toEqual([])
})
