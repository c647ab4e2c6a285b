import { occurrences } from '@offramp/formats'
import { expect } from 'vitest'
import type { Stored } from './groupware-end.ts'
import type { GroupwareScene } from './groupware-scene.ts'
import { FROM, instantsOf, type Meant, TO } from './groupware-source.ts'

/** What a person at the destination has done, who is right about it. */
export interface PersonsDeeds {
  /** Text that must stand as it is. */
  readonly written: (Stored & { readonly login: string })[]
  /** Titles of what they have changed or deleted, as these were. */
  readonly titles: Set<string>
  readonly deleted: Set<string>
}

export const noDeeds = (): PersonsDeeds => ({ written: [], titles: new Set(), deleted: new Set() })

export interface Reckoning {
  readonly expected: number
  readonly found: number
  readonly lost: readonly string[]
  readonly doubled: readonly string[]
  /** They stand, in other words or at other times than at the source. */
  readonly different: readonly string[]
  /** Nobody knows where they come from. */
  readonly strange: readonly string[]
  /** A person's that are not as the person left them. */
  readonly trampled: readonly string[]
}

const unfolded = (text: string): string => text.replaceAll(/\r?\n[ \t]/g, '')

/** Title of a card, of a task, or of a series as such. A card is a part from its first letter on, a calendar has lines before its first. */
export function titleIn(folded: string): string {
  const text = unfolded(folded)
  const parts = text.split(/(?=BEGIN:(?:VEVENT|VTODO|VCARD)\r?\n)/)
  const own = parts.find((part) => part.startsWith('BEGIN:V') && !/^(?:BEGIN:VCALENDAR|RECURRENCE-ID)/m.test(part)) ?? text
  return (/^(?:SUMMARY|FN)[^:\r\n]*:([^\r\n]*)/m.exec(own)?.[1] ?? '').replaceAll(/\\([,;\\])/g, '$1')
}

/** The part of a title that never changes. */
export const keyOf = (title: string): string => /^(?:Event|Contact|Task|Step) \d+ of person-\d+/.exec(title)?.[0] ?? ''

function difference({ title, instants }: Meant, { text }: Stored): string | undefined {
  const found = titleIn(text)
  if (found !== title) return `"${title}" is called "${found}"`
  if (instants === undefined) return undefined
  const there = instantsOf(occurrences(Buffer.from(text), FROM, TO))
  return there.join() === instants.join() ? undefined : `"${title}" takes place at other times`
}

/** Compares one account, from the source's own truth and the server's own store. */
async function compare({ source, end, lab }: GroupwareScene, address: string, deeds: PersonsDeeds): Promise<Reckoning> {
  const stored = await end.stored(lab.loginOf(address))
  const meant = await source.meant(address)
  const byKey = Map.groupBy(stored, ({ text }) => keyOf(titleIn(text)))
  const all = meant.map((one) => ({ one, key: keyOf(one.title), there: byKey.get(keyOf(one.title)) ?? [] }))
  const free = all.filter(({ key }) => !deeds.titles.has(key))
  const known = new Set(all.map(({ key }) => key))
  const texts = new Map(stored.map(({ path, text }) => [path, text]))
  const written = deeds.written.filter(({ login }) => login === lab.loginOf(address))
  return {
    expected: meant.length,
    found: all.filter(({ there }) => there.length > 0).length,
    lost: all.filter(({ key, there }) => there.length === 0 && !deeds.deleted.has(key)).map(({ key }) => key),
    doubled: all.filter(({ there }) => there.length > 1).map(({ key }) => key),
    different: free.flatMap(({ one, there: [first] }) => (first && difference(one, first)) ?? []),
    strange: stored
      .filter(({ path, text }) => !known.has(keyOf(titleIn(text))) && !written.some((one) => one.path === path))
      .map(({ path }) => path),
    trampled: [
      ...stored.map(({ text }) => keyOf(titleIn(text))).filter((key) => deeds.deleted.has(key)),
      ...written.filter(({ path, text }) => texts.get(path) !== text).map(({ path }) => path),
    ],
  }
}

/** Compares every account, counts, prints what came out, and holds it against the promise. */
export async function reckonGroupware(on: GroupwareScene, what: string, deeds: PersonsDeeds): Promise<void> {
  const all = await Promise.all(on.addresses.map((address) => compare(on, address, deeds)))
  const joined = (pick: (one: Reckoning) => readonly string[]): readonly string[] => all.flatMap(pick)
  const sum = (pick: (one: Reckoning) => number): number => all.reduce((total, one) => total + pick(one), 0)
  const bad = {
    lost: joined(({ lost }) => lost),
    doubled: joined(({ doubled }) => doubled),
    different: joined(({ different }) => different),
    strange: joined(({ strange }) => strange),
    trampled: joined(({ trampled }) => trampled),
    violations: [...(await on.source.violations()), ...(await on.end.violations())],
  }
  const { mails, foreign } = await on.end.noise()
  const expected = sum((one) => one.expected)
  on.say(
    `${what}. ${on.addresses.length} accounts, ${expected} events, contacts and tasks: ${sum(({ found }) => found)} found, ` +
      `${bad.lost.length} lost, ${bad.doubled.length} doubled, ${bad.different.length} other than at the source, ${bad.strange.length} strange; ` +
      `${deeds.titles.size} changed or deleted by people at ${on.end.name}, ${bad.trampled.length} of these touched; ${mails} mails, ${foreign} foreign writes. ` +
      `${on.proxy.asked('PUT')} PUTs, ${await on.source.requests()} requests at the source; ${await on.end.faults()}.`,
  )
  const isBad = Object.values(bad).some((names) => names.length > 0) || mails + foreign > 0
  if (isBad) on.say(`papers kept in ${await on.keepPapers()}`)
  expect(bad, JSON.stringify(bad)).toEqual({ lost: [], doubled: [], different: [], strange: [], trampled: [], violations: [] })
  expect({ mails, foreign }).toEqual({ mails: 0, foreign: 0 })
}
