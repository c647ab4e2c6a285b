import { type EventSeed, generatedSeries } from '@offramp/emulators'
import { occurrences } from '@offramp/formats'
import { afterEach, expect, test } from 'vitest'
import { ANNA, bytesOf, call, closeAll, everything, lab } from './testing/tenant-lab.ts'

afterEach(closeAll)

/** How many generated series; `OFFRAMP_SERIES=2000` for a long look. */
const SERIES = Number(process.env['OFFRAMP_SERIES'] ?? 240)
const SEED = Number(process.env['OFFRAMP_SEED'] ?? 1)
const FROM = Date.UTC(2015, 0, 1)
const TO = Date.UTC(2029, 0, 1)

const shown = (each: { readonly start: number; readonly end: number; readonly allDay: boolean }): string =>
  `${new Date(each.start).toISOString()} ${each.allDay ? 'day' : 'time'}`

async function compare(seeds: readonly EventSeed[]) {
  const { tenant, connect } = await lab({ accounts: [{ address: ANNA }] })
  const anna = tenant.outlook(ANNA)
  for (const seed of seeds) await anna.addEvent(null, seed)
  const source = await connect(ANNA, 'event')
  const wrong: string[] = []
  let instants = 0
  for (const { ref } of (await everything(source)).values()) {
    const item = await source.open(ref, call)
    const expected = await anna.instants(ref.id, FROM, TO)
    const found = occurrences(await bytesOf(item), FROM, TO).filter(({ start }) => start >= FROM && start < TO)
    instants += expected.length
    if (JSON.stringify(expected.map(shown)) !== JSON.stringify(found.map(shown))) {
      const [missing, extra] = [minus(expected.map(shown), found.map(shown)), minus(found.map(shown), expected.map(shown))]
      wrong.push(
        `${item.label}: missing ${missing.slice(0, 3).join(', ')}; extra ${extra.slice(0, 3).join(', ')}\n${(await bytesOf(item)).toString()}`,
      )
    }
  }
  return { wrong, instants, violations: tenant.violations() }
}

const minus = (left: readonly string[], right: readonly string[]): readonly string[] => left.filter((each) => !right.includes(each))

test('series of all patterns, ranges and zones, with moved and cancelled occurrences, happen at the same instants', {
  timeout: 600_000,
}, async () => {
  const { wrong, instants, violations } = await compare(Array.from({ length: SERIES }, (_, n) => generatedSeries(SEED, n)))
  expect(wrong.slice(0, 5)).toEqual([])
  expect(instants).toBeGreaterThan(SERIES * 10)
  expect(violations).toEqual([])
})

test('a zone of its owner’s own making, or none, is that of the mailbox', async () => {
  const weekly = (shownZone: string): EventSeed => ({
    event: {
      subject: shownZone,
      start: { dateTime: '2024-01-08T09:00:00', timeZone: 'Europe/Berlin' },
      end: { dateTime: '2024-01-08T10:00:00', timeZone: 'Europe/Berlin' },
      recurrence: {
        pattern: { type: 'weekly', interval: 1, daysOfWeek: ['monday'], firstDayOfWeek: 'monday' },
        range: { type: 'endDate', startDate: '2024-01-08', endDate: '2024-12-30' },
      },
    },
    shownZone,
    exceptions: [{ date: '2024-07-01', event: { start: { dateTime: '2024-07-01T11:00:00', timeZone: 'Europe/Berlin' } } }],
    cancelled: ['2024-11-04'],
  })
  const { wrong, instants } = await compare(['', 'Customized Time Zone', 'tzone://Microsoft/Custom', 'Europe/Berlin'].map(weekly))
  expect(wrong).toEqual([])
  expect(instants).toBe(4 * 51)
})
