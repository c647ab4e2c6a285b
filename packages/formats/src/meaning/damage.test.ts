import { Fault } from '@offramp/core'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fromICalendar } from '../calendar/from-icalendar.ts'
import { occurrences } from '../calendar/occurrences.ts'
import { writeEvent } from '../calendar/write-event.ts'
import { fromVCard } from '../contact/from-vcard.ts'
import { writeCard } from '../contact/write-card.ts'
import { cards } from '../testing/arbitrary-cards.ts'
import { events } from '../testing/arbitrary-events.ts'
import { damaged } from '../testing/damage.ts'
import { madeSeries } from '../testing/made-series.ts'
import { randomFrom } from '../testing/random.ts'
import { cardHash, eventHash } from './hash.ts'

const runs = Number(process.env['OFFRAMP_DAMAGED'] ?? 120)
const SEED = 20_261_122

/** What must either work or say why, and nothing else. */
function orReason(work: () => unknown, text: string): void {
  try {
    work()
  } catch (thrown) {
    expect(thrown instanceof Fault ? thrown.reason : thrown, text).toBe('not-understood')
  }
}

test('a damaged calendar is read, or refused with a reason, in no time', { timeout: 300_000 }, () => {
  const random = randomFrom(SEED)
  const whole = [...fc.sample(events, { numRuns: 20, seed: SEED }), ...[...madeSeries(20)].map(({ event }) => event)].map((event) =>
    Buffer.from(writeEvent(event).bytes).toString(),
  )
  let [read, slowest] = [0, 0]
  for (let run = 0; run < runs; run++) {
    const bytes = damaged(whole[run % whole.length] ?? '', random)
    const text = bytes.toString()
    const begun = performance.now()
    for (const one of fromICalendar(bytes)) {
      if (one instanceof Fault) expect(one.reason, text).toBe('not-understood')
      else orReason(() => writeEvent(one), text)
      read++
    }
    orReason(() => eventHash(bytes), text)
    orReason(() => occurrences(bytes, Date.UTC(2016, 0, 1), Date.UTC(2030, 0, 1)), text)
    slowest = Math.max(slowest, performance.now() - begun)
  }
  expect(read).toBeGreaterThan(runs / 2)
  expect(slowest).toBeLessThan(10_000)
})

test('a damaged card is read, or refused with a reason', () => {
  const random = randomFrom(SEED)
  const whole = fc.sample(cards, { numRuns: 20, seed: SEED }).map((card) => Buffer.from(writeCard(card).bytes).toString())
  for (let run = 0; run < runs; run++) {
    const bytes = damaged(whole[run % whole.length] ?? '', random)
    const text = bytes.toString()
    for (const one of fromVCard(bytes)) {
      if (one instanceof Fault) expect(one.reason, text).toBe('not-understood')
      else orReason(() => writeCard(one), text)
    }
    orReason(() => cardHash(bytes), text)
  }
})
