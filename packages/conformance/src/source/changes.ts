import { expect } from 'vitest'
import { specimenBytes } from '../specimens.ts'
import { add, open, present, refOf, type SourceCase, walk } from './shared.ts'

/** Promises of a listing that is walked again: what it says since the last cursor. */
export const changeCases: readonly SourceCase[] = [
  {
    name: 'changes: nothing happened, so nothing has a new version',
    async run(lab) {
      const id = await add(lab, await lab.person.collection('Some'), 1)
      const before = await walk(lab)
      const after = await walk(lab, before)
      for (const ref of present(after)) expect(ref.version).toBe(refOf(before, ref.id).version)
      expect(refOf(await walk(lab), id).version).toBe(refOf(before, id).version)
    },
  },
  {
    name: 'changes: an item that was added',
    async run(lab) {
      const home = await lab.person.collection('Some')
      await add(lab, home, 1)
      const before = await walk(lab)
      const id = await add(lab, home, 2)
      expect(refOf(await walk(lab, before), id).id).toBe(id)
    },
  },
  {
    name: 'changes: traits alone give a new version and the same revision',
    lacks: (lab) => (lab.person.mark ? undefined : 'all that there is to an item of this kind is in its body'),
    async run(lab) {
      const id = await add(lab, await lab.person.collection('Some'), 1, { read: false })
      const before = await walk(lab)
      const old = await open(lab, refOf(before, id))
      await lab.person.mark?.(id, { read: true })
      const item = await open(lab, refOf(await walk(lab, before), id))
      expect(item.version).not.toBe(old.version)
      expect(item.revision).toBe(old.revision)
      if (lab.source.profile.offers.includes('read')) expect([old.traits.read, item.traits.read]).toEqual([false, true])
    },
  },
  {
    name: 'changes: a new text gives a new version and a new revision',
    lacks: (lab) => (lab.person.edit ? undefined : 'the items of this kind cannot be edited'),
    async run(lab) {
      const id = await add(lab, await lab.person.collection('Some'), 1)
      const before = await walk(lab)
      const old = await open(lab, refOf(before, id))
      await lab.person.edit?.(id, specimenBytes(lab.source.profile.kind, 1, { fill: 500 }))
      const item = await open(lab, refOf(await walk(lab, before), id))
      expect(item.version).not.toBe(old.version)
      expect(item.revision).not.toBe(old.revision)
    },
  },
  {
    name: 'changes: a moved item keeps its id, has a new version, and is at home where it went',
    lacks: (lab) => (lab.person.move ? undefined : 'what is moved becomes another item'),
    async run(lab) {
      const [from, to] = [await lab.person.collection('From'), await lab.person.collection('To')]
      const id = await add(lab, from, 1)
      const before = await walk(lab)
      await lab.person.move?.(id, to)
      const after = await walk(lab, before)
      const ref = refOf(after, id)
      expect(ref.version).not.toBe(refOf(before, id).version)
      const item = await open(lab, ref)
      expect(item.home.id).toBe(to)
      const left = after.said.filter((one) => one.ref.id === id && one.ref.removed)
      expect(left.every(({ listing }) => listing.id === from)).toBe(true)
    },
  },
  {
    name: 'changes: a move alone gives the same revision',
    lacks: (lab) => (lab.person.move ? undefined : 'what is moved becomes another item'),
    async run(lab) {
      const [from, to] = [await lab.person.collection('From'), await lab.person.collection('To')]
      const id = await add(lab, from, 1)
      const before = await walk(lab)
      const old = await open(lab, refOf(before, id))
      await lab.person.move?.(id, to)
      expect((await open(lab, refOf(await walk(lab, before), id))).revision).toBe(old.revision)
    },
  },
  {
    name: 'changes: a deleted item is removed from its listing, and no other is',
    async run(lab) {
      const home = await lab.person.collection('Some')
      const [id, stays] = [await add(lab, home, 1), await add(lab, home, 2)]
      const before = await walk(lab)
      await lab.person.remove(id)
      const after = await walk(lab, before)
      const removed = after.said.filter(({ ref }) => ref.removed).map(({ ref }) => ref.id)
      expect(removed.includes(stays)).toBe(false)
      expect(present(after).some((ref) => ref.id === id)).toBe(false)
      // A source that lists anew says nothing of what it no longer sees.
      if (lab.forgetCursors) expect(removed).toEqual([id])
    },
  },
]
