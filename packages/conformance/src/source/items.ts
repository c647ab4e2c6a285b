import { expect } from 'vitest'
import { receivedAt } from '../specimens.ts'
import { add, brokenOff, bytesOf, call, faultOf, open, present, refOf, type SourceCase, walk } from './shared.ts'

/** Promises of `open` and of the items that it gives. */
export const itemCases: readonly SourceCase[] = [
  {
    name: 'open: says who it is, where it is at home, and what travels with it',
    async run(lab) {
      const home = await lab.person.collection('Home')
      const id = await add(lab, home, 3, { read: true })
      const ref = refOf(await walk(lab), id)
      const item = await open(lab, ref)
      const [held] = await lab.peek()
      expect([item.id, item.version, item.kind]).toEqual([id, ref.version, lab.source.profile.kind])
      expect(item.home).toMatchObject({ id: home, path: [...(lab.files?.top ?? []), 'Home'] })
      expect(item.naturalKey).toBe(held?.naturalKey)
      if (lab.source.profile.offers.includes('receivedAt')) expect(item.traits.receivedAt).toBe(receivedAt(3))
      if (lab.source.profile.offers.includes('read')) expect(item.traits.read).toBe(true)
      const untold = Object.keys(item.traits).filter((name) => !(lab.source.profile.offers as readonly string[]).includes(name))
      expect(untold).toEqual([])
    },
  },
  {
    name: 'open: by its id alone, as after a restart',
    async run(lab) {
      const id = await add(lab, await lab.person.collection('Home'), 3)
      const ref = refOf(await walk(lab), id)
      const [listed, bare] = [await open(lab, ref), await open(lab, { id, version: 'of another time' })]
      expect([bare.id, bare.version, bare.revision, bare.naturalKey]).toEqual([id, ref.version, listed.revision, listed.naturalKey])
      expect(bare.home.id).toBe(listed.home.id)
      expect(bare.traits).toEqual(listed.traits)
    },
  },
  {
    name: 'open: what is gone is a fault of the item',
    async run(lab) {
      const id = await add(lab, await lab.person.collection('Home'), 1)
      await walk(lab)
      await lab.person.remove(id)
      expect(await faultOf(open(lab, { id, version: '' }))).toMatchObject({ reach: 'item', reason: 'gone' })
    },
  },
  {
    name: 'body: what is gone by then is a fault of the item',
    async run(lab) {
      const id = await add(lab, await lab.person.collection('Home'), 1)
      const item = await open(lab, refOf(await walk(lab), id))
      await lab.person.remove(id)
      expect(await faultOf(bytesOf(item.body(call)))).toMatchObject({ reach: 'item', reason: 'gone' })
    },
  },
  {
    name: 'body: may be read again, from the first byte, and is the same',
    async run(lab) {
      const id = await add(lab, await lab.person.collection('Home'), 1)
      const item = await open(lab, refOf(await walk(lab), id))
      for await (const _ of item.body(call)) break
      const [once, twice] = [await bytesOf(item.body(call)), await bytesOf(item.body(call))]
      expect(once.length).toBeGreaterThan(0)
      expect(twice).toEqual(once)
      if (item.kind !== 'file' && item.naturalKey !== '') expect(once.toString('latin1')).toContain(item.naturalKey)
    },
  },
  {
    name: 'body: two at once do not mix',
    async run(lab) {
      const home = await lab.person.collection('Home')
      for (const n of [1, 2, 3]) await add(lab, home, n)
      const items = await Promise.all(present(await walk(lab)).map((ref) => open(lab, ref)))
      const alone = []
      for (const item of items) alone.push(await bytesOf(item.body(call)))
      expect(await Promise.all(items.map((item) => bytesOf(item.body(call))))).toEqual(alone)
    },
  },
  {
    name: 'body: stops when the caller breaks off',
    async run(lab) {
      const id = await add(lab, await lab.person.collection('Home'), 1)
      const item = await open(lab, refOf(await walk(lab), id))
      await expect(bytesOf(item.body(brokenOff()))).rejects.toThrow()
      await expect(lab.source.open({ id, version: '' }, brokenOff())).rejects.toThrow()
    },
  },
]
