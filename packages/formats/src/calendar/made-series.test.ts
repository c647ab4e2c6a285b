import { expect, test } from 'vitest'
import { type Expected, madeSeries, WINDOW } from '../testing/index.ts'
import { occurrences } from './occurrences.ts'
import { writeEvent } from './write-event.ts'

/** A journey runs all 2,000 through source and server; here a part is enough to see that writing is right. */
const count = Number(process.env['OFFRAMP_SERIES'] ?? 70)

const said = ({ start, allDay, summary }: Pick<Expected, 'start' | 'allDay'> & { summary?: string }): string =>
  `${new Date(start).toISOString()} ${allDay ? 'day' : 'time'} ${summary}`

test(`${count} made series take place when another library says`, { timeout: 600_000 }, () => {
  let instants = 0
  for (const { event, expected } of madeSeries(count)) {
    const found = occurrences(writeEvent(event).bytes, WINDOW.from, WINDOW.to).map(said)
    expect(found.sort(), `${event.uid} ${JSON.stringify(event.recurrence)}`).toEqual(expected.map(said).sort())
    instants += expected.length
  }
  expect(instants).toBeGreaterThan(count * 10)
})
