import { existsSync, readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { occurrences } from '@offramp/formats'
import { afterEach, describe, expect, test } from 'vitest'
import { openAll, walkWork } from './testing/work.ts'
import { ADMIN, ANNA, closeAll, lab, userOf } from './testing/workspace-lab.ts'

afterEach(closeAll)

const CORPUS = fileURLToPath(
  new URL('.', process.env['OFFRAMP_CORPORA'] ?? new URL('../../../../shared/corpus/', import.meta.url)),
).replace(/\/$/, '')
const FROM = Date.UTC(2016, 0, 1)
const TO = Date.UTC(2029, 0, 1)

async function scene(held: object) {
  const accounts = [
    { address: ADMIN, admin: true },
    { address: ANNA, ...held },
  ]
  const { workspace, endpoint } = await lab({ domain: { accounts }, speed: 200 })
  return { workspace, endpoint, desks: workspace.work(ANNA) }
}

const shown = ({ start, allDay }: { readonly start: number; readonly allDay: boolean }): string =>
  `${new Date(start).toISOString()} ${allDay}`

describe.skipIf(!existsSync(CORPUS))('files of other programs, put into Google as far as it can hold them', () => {
  test('events: each is read or left behind for a reason, and takes place when it does', { timeout: 300_000 }, async () => {
    const { workspace, endpoint, desks } = await scene({ calendars: { ics: `${CORPUS}/calendar` } })
    const source = await endpoint.connect(userOf(ANNA), 'event')
    const { items, left } = await openAll(source, await walkWork(source))
    const truths = await desks.calendars.items()
    expect(items.length + left.size).toBe(truths.length)
    expect(items.length).toBeGreaterThan(100)
    const wrong: string[] = []
    for (const { item, text } of items) {
      const truth = truths.find(({ event }) => event.id === item.id.split('@')[0])
      const expected = (await desks.calendars.instants(ANNA, truth?.event.id ?? '', FROM, TO)).map(shown).sort()
      const found = occurrences(Buffer.from(text), FROM, TO)
        .filter(({ start }) => start >= FROM && start < TO)
        .map(shown)
        .sort()
      if (JSON.stringify(expected) !== JSON.stringify(found)) wrong.push(`${JSON.stringify(truth?.event)}\n${expected}\n${found}\n${text}`)
    }
    expect(wrong.slice(0, 3)).toEqual([])
    expect(await workspace.violations()).toEqual([])
  })

  test('cards: each is read', { timeout: 120_000 }, async () => {
    const { workspace, endpoint, desks } = await scene({ contacts: { vcf: `${CORPUS}/contacts` } })
    expect(readdirSync(`${CORPUS}/contacts`).length).toBeGreaterThan(10)
    const source = await endpoint.connect(userOf(ANNA), 'contact')
    const { items, left } = await openAll(source, await walkWork(source))
    expect([items.length, left.size]).toEqual([(await desks.contacts.people()).length, 0])
    expect(items.length).toBeGreaterThan(10)
    expect(await workspace.violations()).toEqual([])
  })
})
