import { Fault, type Item, type Place, type Receipt } from '@offramp/core'
import { expect } from 'vitest'
import { type DestinationLab, topCollection } from '../lab.ts'
import { receivedAt, type SpecimenFacts, specimenBytes } from '../specimens.ts'
import { type FileCase, ofFiles, owning } from './file-case.ts'
import {
  arrive,
  bytesOf,
  call,
  type DestinationCase,
  expectSame,
  faultOf,
  item,
  place,
  receipt,
  seen,
  seenIn,
  sentBytes,
  walked,
} from './shared.ts'

/** `stem (abcd1234).ext` */
const TOLD_APART = /^(.*) \([0-9a-f]{8}\)(\.[^.]*)?$/

const named = (lab: DestinationLab, n: number, naturalKey: string, facts: SpecimenFacts = {}): Item =>
  item(lab, n, { ...facts, naturalKey })

const textsIn = async (lab: DestinationLab, at: Place): Promise<readonly string[]> =>
  (await seenIn(lab, at)).map(({ body }) => Buffer.from(body).toString()).sort()

const texts = async (...items: readonly Item[]): Promise<readonly string[]> =>
  (await Promise.all(items.map(sentBytes))).map((body) => body.toString()).sort()

const inSeconds = (ms: number | undefined): number | undefined => (ms === undefined ? undefined : Math.floor(ms / 1_000))

const keepsDates = ({ destination }: DestinationLab): string | undefined =>
  destination.profile.keeps.includes('modifiedAt') ? undefined : 'the destination keeps no dates of files'

async function dateOf(lab: DestinationLab, at: Place, proof: Receipt): Promise<number | undefined> {
  const found = (await walked(lab, { place: at.id })).find((one) => one.receipt.locator === proof.locator)
  return inSeconds(found?.traits.modifiedAt)
}

const DATES = [receivedAt(1), Date.UTC(1999, 11, 31, 23, 59, 59), Date.UTC(2020, 1, 29, 1, 30), Date.UTC(2038, 0, 20)]

const CASES: readonly FileCase[] = [
  {
    name: 'an empty file arrives, alone and among others',
    async run(lab) {
      const at = await place(lab)
      const [alone, ...many] = [1, 2, 3].map((n) => item(lab, n, { body: specimenBytes('file', n).subarray(0, n === 3 ? 5 : 0) }))
      if (!alone) throw new Error('There are no specimens.')
      const proofs = [await arrive(lab, at, alone)]
      if (lab.destination.putMany) proofs.push(...(await lab.destination.putMany(at, many, call)).map(receipt))
      else for (const one of many) proofs.push(await arrive(lab, at, one))
      expect(proofs.map(({ size }) => size)).toEqual([0, 0, 5])
      for (const proof of proofs) expect((await bytesOf(lab.destination.read(proof, call))).length).toBe(proof.size)
      expect((await seenIn(lab, at)).map(({ body }) => body.length).sort()).toEqual([0, 0, 5])
    },
  },
  {
    name: 'what walk tells of an untouched copy is what its receipt says, whichever way it was written',
    async run(lab, files) {
      const at = await place(lab)
      const proofs = [await arrive(lab, at, item(lab, 1))]
      proofs.push(...((await lab.destination.putMany?.(at, [item(lab, 2), item(lab, 3)], call)) ?? []).map(receipt))
      proofs[0] = await arrive(lab, at, item(lab, 1, { fill: 70 }), proofs[0])
      await files.add(at, 'own.txt', specimenBytes('file', 9))
      const found = new Map((await walked(lab, { place: at.id })).map((one) => [one.receipt.locator, one.receipt]))
      for (const { locator, size, memo } of proofs)
        expect(found.get(locator)).toMatchObject({ size, ...(memo === undefined ? {} : { memo }) })
    },
  },
  {
    name: 'the date of a file is kept, alone, among others, and over an earlier copy',
    lacks: keepsDates,
    async run(lab) {
      const at = await place(lab)
      const dated = DATES.map((modifiedAt, n) => item(lab, n, { traits: { modifiedAt } }))
      const many = DATES.map((modifiedAt, n) => item(lab, 10 + n, { traits: { modifiedAt } }))
      const proofs: Receipt[] = []
      for (const one of dated) proofs.push(await arrive(lab, at, one))
      proofs.push(...((await lab.destination.putMany?.(at, many, call)) ?? []).map(receipt))
      const dates = [...DATES, ...DATES]
      for (const [n, proof] of proofs.entries()) expect([n, await dateOf(lab, at, proof)]).toEqual([n, inSeconds(dates[n])])
      const [first] = proofs
      if (!first) throw new Error('Nothing arrived.')
      const touched = await arrive(lab, at, item(lab, 0, { traits: { modifiedAt: receivedAt(500) } }), first)
      expect(await dateOf(lab, at, touched)).toBe(inSeconds(receivedAt(500)))
      const rewritten = item(lab, 0, { traits: { modifiedAt: receivedAt(900) }, fill: 90 })
      expect(await dateOf(lab, at, await arrive(lab, at, rewritten, touched))).toBe(inSeconds(receivedAt(900)))
    },
  },
  {
    name: 'folders are given their dates, and one that somebody has removed is passed over',
    lacks: ({ destination }) => (destination.date ? undefined : 'folders have no dates there'),
    async run(lab, files) {
      const paths = [['Old'], ['Old', 'Older'], ['Old', 'Gone']]
      const places: Place[] = []
      for (const path of paths) places.push(await lab.destination.prepare({ id: path.join('>'), path }, call))
      const [old, older, gone] = places
      if (!old || !older || !gone) throw new Error('Nothing was prepared.')
      await arrive(lab, older, item(lab, 1))
      await files.removeFolder(gone)
      const dates = [gone, older, old].map(({ id }, n) => ({ place: id, modifiedAt: receivedAt(n) }))
      await lab.destination.date?.(dates, call)
      expect(inSeconds(await files.changedAt(older))).toBe(inSeconds(receivedAt(1)))
      expect(inSeconds(await files.changedAt(old))).toBe(inSeconds(receivedAt(2)))
      expect(await files.changedAt(gone)).toBeUndefined()
    },
  },
  {
    name: 'two of one name are two, the second always under the same other name',
    async run(lab) {
      const at = await place(lab)
      const [one, two] = [named(lab, 1, 'twin.tar.gz'), named(lab, 2, 'twin.tar.gz')]
      const first = await arrive(lab, at, one)
      const second = receipt(await lab.destination.put(at, two, undefined, owning(first)))
      expect(first.locator).not.toBe(second.locator)
      const [, beside] = (await walked(lab, { place: at.id }))
        .map(({ naturalKey }) => naturalKey)
        .sort((a, b) => b.length - a.length)
        .reverse()
      expect(beside).toMatch(TOLD_APART)
      expect(await textsIn(lab, at)).toEqual(await texts(one, two))
      // As a process would that knows nothing of the second.
      const again = receipt(await (await lab.again()).put(at, two, undefined, owning(first)))
      expect(again.locator).toBe(second.locator)
      expect(await seenIn(lab, at)).toHaveLength(2)
    },
  },
  {
    name: 'two of one name and of the same bytes do not share a copy',
    async run(lab) {
      const at = await place(lab)
      const body = specimenBytes('file', 1)
      const first = await arrive(lab, at, named(lab, 1, 'same.txt', { body }))
      const second = receipt(await lab.destination.put(at, named(lab, 2, 'same.txt', { body }), undefined, owning(first)))
      expect(second.locator).not.toBe(first.locator)
      expect(await seenIn(lab, at)).toHaveLength(2)
    },
  },
  {
    name: 'two of one name in one batch do not overwrite each other',
    lacks: ({ destination }) => (destination.putMany ? undefined : 'the destination writes one at a time'),
    async run(lab) {
      const at = await place(lab)
      const both = [named(lab, 1, 'twin.txt'), named(lab, 2, 'twin.txt')]
      const answers = (await lab.destination.putMany?.(at, both, call)) ?? []
      const arrived = answers.filter((answer) => !(answer instanceof Fault)).map(receipt)
      expect(new Set(arrived.map(({ locator }) => locator)).size).toBe(arrived.length)
      // What the batch was not sure of is written alone.
      for (const [n, answer] of answers.entries()) {
        const late = both[n]
        if (!(answer instanceof Fault) || !late) continue
        expect(answer.reach).toBe('call')
        arrived.push(receipt(await lab.destination.put(at, late, undefined, owning(...arrived))))
      }
      expect(await textsIn(lab, at)).toEqual(await texts(...both))
    },
  },
  {
    name: "a person's other file of that name stays, and ours is written beside it",
    async run(lab, files) {
      const at = await place(lab)
      await files.add(at, 'taken.txt', new TextEncoder().encode('mine'))
      const ours = named(lab, 1, 'taken.txt')
      const proof = receipt(await lab.destination.put(at, ours, undefined, owning()))
      expect(proof.losses?.length ?? 0).toBeGreaterThan(0)
      expect(await textsIn(lab, at)).toEqual([...(await texts(ours)), 'mine'].sort())
      expect(receipt(await (await lab.again()).put(at, ours, undefined, owning())).locator).toBe(proof.locator)
      expect(await seenIn(lab, at)).toHaveLength(2)
    },
  },
  {
    name: 'the same bytes under that name, which no item owns, are taken for it and not written again',
    async run(lab, files) {
      const at = await place(lab)
      const ours = named(lab, 1, 'there.txt', { fill: 400 })
      await files.add(at, 'there.txt', await sentBytes(ours))
      const proof = receipt(await lab.destination.put(at, ours, undefined, owning()))
      expect(proof.size).toBe((await sentBytes(ours)).length)
      expect(await seenIn(lab, at)).toHaveLength(1)
    },
  },
  {
    name: 'another name at the source is another name of that very copy',
    async run(lab) {
      const at = await place(lab)
      const proof = await arrive(lab, at, named(lab, 1, 'before.txt'))
      const body = specimenBytes('file', 1)
      const renamed = await arrive(lab, at, named(lab, 1, 'after.txt', { body }), proof)
      expect(renamed.locator).not.toBe(proof.locator)
      expect((await walked(lab, { place: at.id })).map(({ naturalKey }) => naturalKey)).toEqual(['after.txt'])
      const to = await lab.destination.prepare(topCollection('Elsewhere'), call)
      const all = named(lab, 1, 'all at once.txt', { fill: 77 })
      const moved = await arrive(lab, to, all, renamed)
      expect([await textsIn(lab, at), await textsIn(lab, to)]).toEqual([[], await texts(all)])
      expect((await seen(lab, to, moved)).body.length).toBe(moved.size)
    },
  },
  {
    name: 'where the new name is taken it goes beside, and what stands there stays',
    async run(lab, files) {
      const at = await place(lab)
      const proof = await arrive(lab, at, named(lab, 1, 'before.txt'))
      await files.add(at, 'after.txt', new TextEncoder().encode('mine'))
      const body = specimenBytes('file', 1)
      const renamed = receipt(await lab.destination.put(at, named(lab, 1, 'after.txt', { body }), proof, owning()))
      expectSame(lab, body, (await seen(lab, at, renamed)).body)
      expect(await textsIn(lab, at)).toEqual([Buffer.from(body).toString(), 'mine'].sort())
    },
  },
  {
    name: 'what a person has changed keeps its name and its text when the source gives it another name',
    lacks: ({ person }) => (person.edit ? undefined : 'the lab cannot edit'),
    async run(lab) {
      const at = await place(lab)
      const proof = await arrive(lab, at, named(lab, 1, 'before.txt'))
      await lab.person.edit?.(proof, new TextEncoder().encode('mine'))
      expect(await lab.destination.put(at, named(lab, 1, 'after.txt', { fill: 9 }), proof, owning())).toMatchObject({ kept: 'changed' })
      expect(await textsIn(lab, at)).toEqual(['mine'])
    },
  },
  {
    name: 'what arrived although its answer was lost is found under either name',
    lacks: ({ loseNextAnswer }) => (loseNextAnswer ? undefined : 'this lab cannot lose an answer'),
    async run(lab) {
      const at = await place(lab)
      const [one, two] = [named(lab, 1, 'twin.txt'), named(lab, 2, 'twin.txt', { fill: 30 })]
      const first = await arrive(lab, at, one)
      await lab.loseNextAnswer?.()
      await faultOf(lab.destination.put(at, two, undefined, owning(first)))
      const later = await lab.again()
      const found = await later.find(two, [{ place: at.id }], call)
      // The answer that was lost may have been that of the first name, which was refused: then it is written now.
      const proof = found[0] ?? receipt(await later.put(at, two, undefined, owning(first)))
      expect(proof.locator).not.toBe(first.locator)
      expect(await textsIn(lab, at)).toEqual(await texts(one, two))
    },
  },
  {
    name: 'a batch writes what one by one would have written',
    lacks: ({ destination }) => (destination.putMany ? undefined : 'the destination writes one at a time'),
    async run(lab) {
      const [at, to] = [await place(lab), await lab.destination.prepare(topCollection('Elsewhere'), call)]
      const names = ['a.txt', 'b', 'CON', 'trailing ', '100%.txt', 'M\u00e4rz.txt', '.hidden']
      const items = names.map((name, n) => named(lab, n, name, { fill: n * 40 }))
      const many = ((await lab.destination.putMany?.(at, items, call)) ?? []).map(receipt)
      for (const [n, one] of items.entries()) {
        const { locator, size, hash } = await arrive(lab, to, one)
        expect([many[n]?.locator, many[n]?.size, many[n]?.hash]).toEqual([locator, size, hash])
        if (keepsDates(lab) !== undefined) continue
        expect(await dateOf(lab, at, many[n] ?? receipt(new Fault({ reach: 'run', code: 'none', message: 'none' })))).toBe(
          await dateOf(lab, to, { place: to.id, locator, size }),
        )
      }
      expect(await textsIn(lab, at)).toEqual(await textsIn(lab, to))
    },
  },
  {
    name: 'a right is given once, again it stands already, and to nobody who is not there',
    lacks: ({ destination }, { sharing }) => (destination.grant && sharing ? undefined : 'there is no sharing there'),
    async run(lab, { sharing }) {
      if (!sharing) return
      const at = await place(lab)
      const proof = await arrive(lab, at, item(lab, 1))
      for (const locator of [{}, { locator: proof.locator }]) {
        const grant = { place: at.id, ...locator, to: sharing.to, access: 'read' as const }
        expect((await lab.destination.grant?.(grant, call))?.state).toBe('shared')
        expect((await (await lab.again()).grant?.(grant, call))?.state).toBe('already')
      }
      expect(await sharing.grants()).toBe(2)
      const nobody = lab.destination.grant?.({ place: at.id, to: sharing.nobody, access: 'read' }, call)
      expect(await faultOf(nobody ?? Promise.resolve())).toMatchObject({ reach: 'account' })
      expect(await sharing.grants()).toBe(2)
    },
  },
]

/** Promises of a destination of files: dates, collisions, persons, doubt. */
export const fileCases: readonly DestinationCase[] = CASES.map(ofFiles)
