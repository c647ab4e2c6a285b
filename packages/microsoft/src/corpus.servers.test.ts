import { existsSync, readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Fault, type Kind } from '@offramp/core'
import { occurrences } from '@offramp/formats'
import { afterEach, describe, expect, test } from 'vitest'
import { ANNA, bytesOf, call, closeAll, everything, lab } from './testing/tenant-lab.ts'

afterEach(closeAll)

const CORPUS = fileURLToPath(
  new URL('.', process.env['OFFRAMP_CORPORA'] ?? new URL('../../../../shared/corpus/', import.meta.url)),
).replace(/\/$/, '')
const FROM = Date.UTC(2016, 0, 1)
const TO = Date.UTC(2029, 0, 1)

async function readAll(kind: Kind, files: { readonly ics?: string; readonly vcf?: string }) {
  const { tenant, connect } = await lab({ accounts: [{ address: ANNA, ...files }] })
  const source = await connect(ANNA, kind)
  const read: { id: string; bytes: Uint8Array }[] = []
  const refused: Fault[] = []
  for (const { ref } of (await everything(source)).values()) {
    try {
      read.push({ id: ref.id, bytes: await bytesOf(await source.open(ref, call)) })
    } catch (thrown) {
      if (!(thrown instanceof Fault)) throw thrown
      refused.push(thrown)
    }
  }
  return { anna: tenant.outlook(ANNA), read, refused, violations: tenant.violations() }
}

const shown = ({ start, allDay }: { readonly start: number; readonly allDay: boolean }): string =>
  `${new Date(start).toISOString()} ${allDay}`

describe.skipIf(!existsSync(CORPUS))('files of other programs, put into Outlook as far as it can hold them', () => {
  test('events: each is read or refused with a reason, and happens when it does', { timeout: 300_000 }, async () => {
    const { anna, read, refused, violations } = await readAll('event', { ics: `${CORPUS}/calendar` })
    expect(read.length).toBeGreaterThan(100)
    expect(refused.filter(({ reach, reason }) => reach !== 'item' || reason === undefined)).toEqual([])
    const wrong: string[] = []
    for (const { id, bytes } of read) {
      const expected = (await anna.instants(id, FROM, TO)).map(shown)
      const found = occurrences(bytes, FROM, TO)
        .filter(({ start }) => start >= FROM && start < TO)
        .map(shown)
      if (JSON.stringify(expected) !== JSON.stringify(found)) wrong.push(Buffer.from(bytes).toString())
    }
    expect(wrong.slice(0, 3)).toEqual([])
    expect(violations).toEqual([])
    // What Outlook cannot hold is told, a sentence each with the file's name.
    expect((await anna.untold()).every((says) => /^\S+\.ics: .+/i.test(says))).toBe(true)
  })

  test('cards: each is read', { timeout: 120_000 }, async () => {
    const { anna, read, refused, violations } = await readAll('contact', { vcf: `${CORPUS}/contacts` })
    expect(readdirSync(`${CORPUS}/contacts`).length).toBeGreaterThan(10)
    expect(refused).toEqual([])
    expect(read).toHaveLength((await anna.contacts()).length)
    expect(read.length).toBeGreaterThan(10)
    expect(violations).toEqual([])
  })
})
