import type { Trait, Traits } from '@offramp/core'
import { expect, test } from 'vitest'
import { forever, LANE, memoryLane } from '../testing/memory-lane.ts'
import { Balance } from './balance.ts'
import { alteredTraits, traitPacker } from './trait-check.ts'
import { verify } from './verify.ts'

const ALL: readonly Trait[] = ['read', 'flagged', 'answered', 'forwarded', 'draft', 'keywords', 'receivedAt']

const ends = (offers = ALL, keeps = ALL) => ({
  source: { profile: { kind: 'mail' as const, offers } },
  destination: { profile: { kind: 'mail' as const, keeps } },
})

const said = (wanted: Traits, standing: Traits, of = ends()) => alteredTraits(of, wanted, traitPacker()(standing))

test.each(['read', 'flagged', 'answered', 'forwarded', 'draft'] as const)('%s is compared both ways, and a missing one is a no', (name) => {
  expect(said({ [name]: true }, {})).toHaveLength(1)
  expect(said({ [name]: false }, { [name]: true })).toHaveLength(1)
  expect([said({ [name]: true }, { [name]: true }), said({}, { [name]: false })]).toEqual([[], []])
  const others = ALL.filter((trait) => trait !== name)
  expect([said({ [name]: true }, {}, ends(others)), said({ [name]: true }, {}, ends(ALL, others))]).toEqual([[], []])
})

test('it is said in plain words', () => {
  expect(said({ read: false, flagged: true }, { read: true })).toEqual([
    'At the source it is unread, and the copy is read: somebody may have read it there since, or the server did not keep it.',
    'At the source it is flagged, and the copy is not flagged: somebody may have changed that there since, or the server did not keep it.',
  ])
  expect(said({ keywords: ['Rot', 'Blau'] }, { keywords: ['rot', 'New'] })).toEqual([
    'The copy lacks the category or label "Blau": somebody may have taken it off there since, or the server did not keep it.',
    'The copy has the category or label "New", which the source has not: somebody may have set it there.',
  ])
})

test('keywords are a set, whatever the case of their letters or their normal form', () => {
  expect(said({ keywords: ['Ma\u0308rz', 'a', 'A'] }, { keywords: ['A', 'm\u00e4rz'] })).toEqual([])
  expect(said({ keywords: ['a'] }, {}, ends(ALL, ['read']))).toEqual([])
})

test('a category that had to be shortened is neither lost nor somebody’s own', () => {
  const of = {
    ...ends(),
    destination: { ...ends().destination, keywordsAsKept: (words: readonly string[]) => words.map((word) => word.slice(0, 3)) },
  }
  expect(said({ keywords: ['Holiday', 'Red'] }, { keywords: ['red', 'hol'] }, of)).toEqual([
    'The category or label "Holiday" is called "Hol" there: the server does not take it as it is.',
  ])
  expect(said({ keywords: ['Holiday'] }, {}, of)).toEqual([expect.stringMatching(/lacks the category or label "Holiday"/)])
})

test('copies with the same keywords share one list', () => {
  const pack = traitPacker()
  expect(pack({ keywords: ['a', 'b'] }).keywords).toBe(pack({ keywords: ['a', 'b'], read: true }).keywords)
})

test('a copy that differs in its traits is verified, and altered', async () => {
  const lane = memoryLane()
  const home = lane.account.addCollection('Inbox')
  for (let n = 0; n < 3; n++) lane.account.mark(lane.add(home, n), { keywords: ['Red'], flagged: n === 0 })
  expect(await lane.turn()).toEqual({ state: 'done' })
  const { source, destination, ledger } = lane
  const check = () => verify({ source, destination, ledger, lane: LANE, sample: 0, report: () => undefined }, undefined, forever)
  expect((await check()).exceptions).toEqual([])
  const copy = lane.mailbox.make(['Inbox']).copies.get(2)
  if (copy) copy.traits = { ...copy.traits, read: true, keywords: [] }
  const { collections, exceptions } = await check()
  expect(collections).toMatchObject([{ source: 3, verified: 3, remainder: 0 }])
  expect(exceptions.map(({ kind, message }) => [kind, message.slice(0, 32)])).toEqual([
    ['altered', 'At the source it is unread, and '],
    ['altered', 'The copy lacks the category or l'],
  ])
})

test('many altered ones never crowd out what is missing, and the rest is counted by kind', () => {
  const balance = new Balance()
  const except = (kind: 'altered' | 'missing') => balance.except({ kind, collection: 'Inbox', label: 'x', message: 'y' })
  for (let n = 0; n < 1_500; n++) except('altered')
  except('missing')
  const { exceptions, moreExceptions, moreByKind } = balance.exceptions()
  expect(exceptions.filter(({ kind }) => kind === 'missing')).toHaveLength(1)
  expect([exceptions.length, moreExceptions, moreByKind]).toEqual([1_001, 500, { altered: 500 }])
})
