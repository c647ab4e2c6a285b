import type { Place, Receipt } from '@offramp/core'
import { expect } from 'vitest'
import { type DestinationLab, topCollection } from '../lab.ts'
import { specimenBytes } from '../specimens.ts'
import { arrive, call, type DestinationCase, faultOf, hasUid, item, personAdds, place, seenIn, uidLacks, walked } from './shared.ts'

const marked = (lab: DestinationLab): string | undefined => (lab.destination.mark ? undefined : 'the destination has no marks')

const markOf = async (lab: DestinationLab, at: Place): Promise<string> => (await lab.destination.mark?.(at, call)) ?? ''

const locators = (found: readonly Receipt[]): readonly string[] => found.map(({ locator }) => locator)

/** One word of folding and bracketing apart, as `engine` compares natural keys. */
const loose = (key: string): string => key.replace(/[\s<>]+/g, '').toLowerCase()

/** Promises of `find`, `walk`, `mark` and `dropDouble`. */
export const lookingCases: readonly DestinationCase[] = [
  {
    name: 'find: the same content, in any searched place, and nothing else',
    async run(lab) {
      const [at, elsewhere] = [await place(lab), await lab.destination.prepare(topCollection('Elsewhere'), call)]
      const wanted = item(lab, 1)
      const [here, there] = [await arrive(lab, at, wanted), await arrive(lab, elsewhere, wanted)]
      await arrive(lab, at, item(lab, 2))
      expect(locators(await lab.destination.find(wanted, [{ place: at.id }], call))).toEqual([here.locator])
      const both = await lab.destination.find(wanted, [{ place: at.id }, { place: elsewhere.id }], call)
      expect(both.map(({ place: id, locator }) => [id, locator])).toEqual([
        [at.id, here.locator],
        [elsewhere.id, there.locator],
      ])
      expect(await lab.destination.find(item(lab, 3), [{ place: at.id }], call)).toEqual([])
    },
  },
  {
    name: 'find: not what merely shares a natural key',
    async run(lab) {
      const at = await place(lab)
      const { kind } = lab.destination.profile
      const naturalKey = item(lab, 1).naturalKey
      const bodies = [specimenBytes(kind, 1, { naturalKey }), specimenBytes(kind, 2, { naturalKey })]
      await personAdds(lab, at, item(lab, 1, { naturalKey, body: bodies[0] ?? new Uint8Array() }))
      expect(
        await lab.destination.find(item(lab, 1, { naturalKey, body: bodies[1] ?? new Uint8Array() }), [{ place: at.id }], call),
      ).toEqual([])
    },
  },
  {
    name: 'find: an item without a natural key',
    lacks: uidLacks,
    async run(lab) {
      const at = await place(lab)
      const wanted = item(lab, 1, { naturalKey: '' })
      const proof = await arrive(lab, at, wanted)
      await arrive(lab, at, item(lab, 2, { naturalKey: '' }))
      expect(locators(await lab.destination.find(wanted, [{ place: at.id }], call))).toEqual([proof.locator])
    },
  },
  {
    name: 'find: not below the mark, and all above it',
    lacks: marked,
    async run(lab) {
      const at = await place(lab)
      const wanted = item(lab, 1)
      await arrive(lab, at, wanted)
      const since = await markOf(lab, at)
      expect(await lab.destination.find(wanted, [{ place: at.id, since }], call)).toEqual([])
      const proof = await arrive(lab, at, wanted)
      expect(locators(await lab.destination.find(wanted, [{ place: at.id, since }], call))).toEqual([proof.locator])
    },
  },
  {
    name: 'find: in a place that is not there finds nothing',
    async run(lab) {
      const at = await place(lab)
      await arrive(lab, at, item(lab, 1))
      expect(await lab.destination.find(item(lab, 1), [{ place: `${at.id}-of-another-time` }], call)).toEqual([])
    },
  },
  {
    name: 'find: what was stored although its answer was lost',
    lacks: (lab) => (lab.loseNextAnswer ? undefined : 'this lab cannot lose an answer'),
    async run(lab) {
      const at = await place(lab)
      const search = { place: at.id, ...(at.mark === undefined ? {} : { since: at.mark }) }
      await lab.loseNextAnswer?.()
      expect(await faultOf(lab.destination.put(at, item(lab, 1), undefined, call))).toMatchObject({ reach: 'call' })
      const found = await (await lab.again()).find(item(lab, 1), [search], call)
      expect(found).toHaveLength(1)
      expect(await seenIn(lab, at)).toHaveLength(1)
    },
  },
  {
    name: 'walk: everything in the place, ours or not, in the order of locators',
    async run(lab) {
      const at = await place(lab)
      const proofs = [await arrive(lab, at, item(lab, 1)), await arrive(lab, at, item(lab, 2))]
      await personAdds(lab, at, item(lab, 3))
      const found = await walked(lab, { place: at.id })
      expect(found).toHaveLength(3)
      for (const proof of proofs)
        expect(found.map(({ receipt }) => [receipt.locator, receipt.size])).toContainEqual([proof.locator, proof.size])
      const numbers = found.map(({ receipt }) => receipt.locator)
      if (numbers.every((locator) => /^\d+$/.test(locator))) expect(numbers).toEqual([...numbers].sort((a, b) => Number(a) - Number(b)))
    },
  },
  {
    name: 'walk: tells the natural key that the item has',
    async run(lab) {
      const at = await place(lab)
      const keys =
        lab.destination.profile.kind === 'mail'
          ? ['<a@b>', '<UPPER.Case@Example.ORG>', `<${'long'.repeat(60)}@example.org>`, '<odd"quoted"@x>', '']
          : [item(lab, 1).naturalKey]
      for (const [n, naturalKey] of keys.entries()) await arrive(lab, at, item(lab, n, { naturalKey }))
      expect((await walked(lab, { place: at.id })).map(({ naturalKey }) => loose(naturalKey)).sort()).toEqual(keys.map(loose).sort())
    },
  },
  {
    name: 'walk: tells the traits that are kept, and keywords as it says that it keeps them',
    async run(lab) {
      const { profile } = lab.destination
      const at = await place(lab)
      const keywords = ['Red', 'two words', 'Gr\u00fcn', 'a_b=c', '(x) 100%', 'Junk', 'x'.repeat(120)]
      const switches = { read: true, flagged: false, answered: true, forwarded: true, draft: false }
      await arrive(lab, at, item(lab, 1, { traits: { ...switches, keywords } }))
      const [traits] = (await walked(lab, { place: at.id })).map((found) => found.traits)
      for (const name of ['read', 'flagged', 'answered', 'forwarded', 'draft'] as const)
        if (profile.keeps.includes(name)) expect([name, traits?.[name] ?? false]).toEqual([name, switches[name]])
      if (!profile.keeps.includes('keywords')) return
      const kept = lab.destination.keywordsAsKept?.(keywords) ?? keywords
      expect([...(traits?.keywords ?? [])].sort()).toEqual([...kept].sort())
    },
  },
  {
    name: 'walk: only what came after the mark',
    lacks: marked,
    async run(lab) {
      const at = await place(lab)
      for (const n of [1, 2]) await arrive(lab, at, item(lab, n))
      const since = await markOf(lab, at)
      expect(await walked(lab, { place: at.id, since })).toEqual([])
      const later = [await arrive(lab, at, item(lab, 3)), await arrive(lab, at, item(lab, 4))]
      expect((await walked(lab, { place: at.id, since })).map(({ receipt }) => receipt.locator)).toEqual(locators(later))
    },
  },
  {
    name: 'walk: in another process, by the id of the place alone',
    async run(lab) {
      const at = await place(lab)
      const proof = await arrive(lab, at, item(lab, 1))
      const found = []
      for await (const { receipt } of (await lab.again()).walk({ place: at.id }, call)) found.push(receipt.locator)
      expect(found).toEqual([proof.locator])
    },
  },
  {
    name: 'dropDouble: removes one of two equal copies',
    async run(lab) {
      const at = await place(lab)
      const [keeper, extra] = [await arrive(lab, at, item(lab, 1)), await arrive(lab, at, item(lab, 1))]
      if (keeper.locator === extra.locator) return
      expect(await lab.destination.dropDouble(extra, keeper, call)).toBe(true)
      expect((await seenIn(lab, at)).map(({ locator }) => locator)).toEqual([keeper.locator])
    },
  },
  {
    name: 'dropDouble: leaves what is not equal, what is alone, and what is one',
    async run(lab) {
      const at = await place(lab)
      // Where the key is the item, a second one of it cannot stand there.
      const key = hasUid(lab) ? {} : { naturalKey: item(lab, 1).naturalKey }
      const [one, two] = [await arrive(lab, at, item(lab, 1)), await arrive(lab, at, item(lab, 2, { ...key, fill: 10 }))]
      expect(await lab.destination.dropDouble(two, one, call)).toBe(false)
      expect(await lab.destination.dropDouble(one, one, call)).toBe(false)
      await lab.person.remove(two)
      expect(await lab.destination.dropDouble(one, two, call)).toBe(false)
      expect((await seenIn(lab, at)).map(({ locator }) => locator)).toEqual([one.locator])
    },
  },
]
