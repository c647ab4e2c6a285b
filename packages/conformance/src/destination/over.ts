import type { Item, Place, Receipt } from '@offramp/core'
import { expect } from 'vitest'
import { type DestinationLab, topCollection } from '../lab.ts'
import { receivedAt, specimenBytes } from '../specimens.ts'
import {
  arrive,
  bytesOf,
  call,
  type DestinationCase,
  expectSame,
  faultOf,
  hasUid,
  isFiles,
  item,
  keepsOr,
  place,
  seen,
  seenIn,
} from './shared.ts'

const plain = { read: false, flagged: false, receivedAt: receivedAt(1) }

const other = (lab: DestinationLab): Promise<Place> => lab.destination.prepare(topCollection('Elsewhere'), call)

/** One copy, and a change at the source that is about to be carried over. */
async function oneCopy(lab: DestinationLab): Promise<{ at: Place; proof: Receipt; changed: Item }> {
  const at = await place(lab)
  const proof = await arrive(lab, at, item(lab, 1, { traits: plain }))
  return { at, proof, changed: item(lab, 1, { traits: { ...plain, read: true } }) }
}

const everything = async (lab: DestinationLab) => (await lab.peek()).map(({ place: name, body }) => `${name} ${body.length}`)

/** Promises of `put` over a receipt: change and move are the same verb, and a person's own doing wins. */
export const overCases: readonly DestinationCase[] = [
  {
    name: 'put over: flags change on that very copy',
    lacks: keepsOr('read'),
    async run(lab) {
      const { at, proof, changed } = await oneCopy(lab)
      const now = await arrive(lab, at, changed, proof)
      expect((await seen(lab, at, now)).traits.read).toBe(true)
      expect(await seenIn(lab, at)).toHaveLength(1)
      const back = await arrive(lab, at, item(lab, 1, { traits: plain }), now)
      expect((await seen(lab, at, back)).traits.read ?? false).toBe(false)
    },
  },
  {
    name: 'put over: nothing changed leaves the copy as it is',
    async run(lab) {
      const { at, proof } = await oneCopy(lab)
      const before = await lab.peek()
      const now = await arrive(lab, at, item(lab, 1, { traits: plain }), proof)
      expect(now.locator).toBe(proof.locator)
      expect(await lab.peek()).toEqual(before)
    },
  },
  {
    name: 'put over: moves to another place',
    async run(lab) {
      const { at, proof, changed } = await oneCopy(lab)
      const to = await other(lab)
      const now = await arrive(lab, to, changed, proof)
      expect(now.place).toBe(to.id)
      await seen(lab, to, now)
      expect(await seenIn(lab, at)).toEqual([])
      expect(await seenIn(lab, to)).toHaveLength(1)
    },
  },
  {
    name: 'put over: a new text takes the place of the old',
    async run(lab) {
      const { at, proof } = await oneCopy(lab)
      const key = hasUid(lab) ? { naturalKey: item(lab, 1).naturalKey } : {}
      const body = specimenBytes(lab.destination.profile.kind, 7, { fill: 300, ...key })
      const edited = item(lab, 1, { body, traits: plain })
      const now = await arrive(lab, at, edited, proof)
      expectSame(lab, body, await bytesOf(lab.destination.read(now, call)))
      const standing = await seenIn(lab, at)
      expect(standing).toHaveLength(1)
      for (const one of standing) expectSame(lab, body, one.body)
    },
  },
  {
    name: 'put over: what a person changed stays so',
    lacks: keepsOr('flagged', 'read'),
    async run(lab) {
      const { at, proof, changed } = await oneCopy(lab)
      await lab.person.flag(proof, { flagged: true })
      expect(await lab.destination.put(at, changed, proof, call)).toMatchObject({ kept: 'changed' })
      const [only, ...rest] = await seenIn(lab, at)
      expect(rest).toEqual([])
      expect(only?.traits.flagged).toBe(true)
      expect(only?.traits.read ?? false).toBe(false)
    },
  },
  {
    name: 'put over: what a person edited stays so',
    lacks: (lab) => (lab.person.edit ? undefined : 'a person cannot edit an item of this kind'),
    async run(lab) {
      const { at, proof } = await oneCopy(lab)
      const { kind } = lab.destination.profile
      const { naturalKey } = item(lab, 1)
      const theirs = specimenBytes(kind, 8, { naturalKey })
      await lab.person.edit?.(proof, theirs)
      const changed = item(lab, 1, { body: specimenBytes(kind, 9, { naturalKey }), traits: plain })
      expect(await lab.destination.put(at, changed, proof, call)).toMatchObject({ kept: 'changed' })
      const [only, ...rest] = await seenIn(lab, at)
      expect(rest).toEqual([])
      expectSame(lab, theirs, only?.body ?? new Uint8Array())
    },
  },
  {
    name: "put over: a lost answer to a new text is not taken for a person's change",
    lacks: (lab) =>
      lab.loseNextAnswer && (hasUid(lab) || isFiles(lab)) ? undefined : 'this lab cannot lose an answer, or the text decides elsewhere',
    async run(lab) {
      const { at, proof } = await oneCopy(lab)
      const body = specimenBytes(lab.destination.profile.kind, 7, { naturalKey: item(lab, 1).naturalKey })
      const changed = item(lab, 1, { body, traits: plain })
      await lab.loseNextAnswer?.()
      expect(await faultOf(lab.destination.put(at, changed, proof, call))).toMatchObject({ reach: 'call' })
      const now = await arrive(lab, at, changed, proof)
      expectSame(lab, body, (await seen(lab, at, now)).body)
    },
  },
  {
    name: 'put over: what a person deleted stays deleted',
    async run(lab) {
      const { at, proof, changed } = await oneCopy(lab)
      await lab.person.remove(proof)
      expect(await lab.destination.put(at, changed, proof, call)).toMatchObject({ kept: 'deleted' })
      expect(await everything(lab)).toEqual([])
    },
  },
  {
    name: 'put over: what a person moved stays where it is',
    async run(lab) {
      const { at, proof, changed } = await oneCopy(lab)
      const to = await other(lab)
      await lab.person.move(proof, to)
      const answer = await lab.destination.put(at, changed, proof, call)
      // A server that renumbers what is moved may not be able to tell it from deleted.
      expect('kept' in answer && ['moved', 'deleted'].includes(answer.kept)).toBe(true)
      expect(await seenIn(lab, at)).toEqual([])
      expect(await seenIn(lab, to)).toHaveLength(1)
    },
  },
  {
    name: "put over: where a person deleted the copy, another item's equal one is not taken for it",
    lacks: keepsOr('read'),
    async run(lab) {
      const { at, proof, changed } = await oneCopy(lab)
      const twins = [
        await arrive(lab, at, item(lab, 1, { traits: plain })),
        await arrive(lab, await other(lab), item(lab, 1, { traits: plain })),
      ]
      await lab.person.remove(proof)
      const before = await lab.peek()
      const owned = async (copies: readonly Receipt[]) =>
        copies.map((copy) => twins.some(({ place: where, locator }) => where === copy.place && locator === copy.locator))
      expect(await lab.destination.put(at, changed, proof, { ...call, owned })).toMatchObject({ kept: 'deleted' })
      expect(await lab.peek()).toEqual(before)
    },
  },
  {
    name: "put over: an answer that was lost is not taken for a person's change",
    lacks: (lab) => (lab.loseNextAnswer ? keepsOr('read')(lab) : 'this lab cannot lose an answer'),
    async run(lab) {
      const { at, proof, changed } = await oneCopy(lab)
      await lab.loseNextAnswer?.()
      await lab.destination.put(at, changed, proof, call).catch(() => undefined)
      const now = await arrive(lab, at, changed, proof)
      expect((await seen(lab, at, now)).traits.read).toBe(true)
      expect(await seenIn(lab, at)).toHaveLength(1)
    },
  },
]
