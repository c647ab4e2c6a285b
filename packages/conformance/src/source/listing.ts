import type { Listing } from '@offramp/core'
import { expect } from 'vitest'
import { add, brokenOff, call, faultOf, listings, open, present, refOf, type SourceCase, walk } from './shared.ts'

const ids = (refs: readonly { readonly id: string }[]): readonly string[] => refs.map(({ id }) => id).sort()

/** Promises of `listings` and `page`. */
export const listingCases: readonly SourceCase[] = [
  {
    name: 'listings: parents come before children, and nothing is named twice',
    async run(lab) {
      const parent = await lab.person.collection('Parent')
      const child = await lab.person.collection('Child', parent)
      await lab.person.collection('Grandchild', child)
      const all = await listings(lab)
      expect(new Set(all.map(({ id }) => id)).size).toBe(all.length)
      const paths = all.flatMap(({ collection }) => (collection ? [collection.path] : []))
      for (const [at, path] of paths.entries()) {
        const above = paths.findIndex((other) => other.length === path.length - 1 && other.every((part, n) => part === path[n]))
        if (path.length > 1) expect(above).toBeLessThan(at)
      }
    },
  },
  {
    name: 'listings: names come as they are',
    async run(lab) {
      const { separator } = lab
      const names = ['Jim / John', 'Dr. Jones', 'Ma\u0308rz', 'A & B', '100% "q"'].filter((name) => !separator || !name.includes(separator))
      for (const name of names) await add(lab, await lab.person.collection(name), names.indexOf(name))
      const homes = []
      for (const ref of present(await walk(lab))) homes.push((await open(lab, ref)).home.path.at(-1))
      expect(homes.sort()).toEqual([...names].sort())
    },
  },
  {
    name: 'page: to the last, names each item once and no other',
    async run(lab) {
      const home = await lab.person.collection('Many')
      const added: string[] = []
      for (let n = 0; n < 7; n++) added.push(await add(lab, home, n))
      const walked = await walk(lab, undefined, 2)
      expect(ids(present(walked))).toEqual([...added].sort())
      expect(ids(present(walked))).toEqual(ids(await lab.peek()))
      expect(walked.pages).toBeGreaterThanOrEqual(4)
    },
  },
  {
    name: 'page: an empty collection ends at once',
    async run(lab) {
      await lab.person.collection('Empty')
      expect(present(await walk(lab))).toEqual([])
    },
  },
  {
    name: 'page: goes on from a cursor',
    async run(lab) {
      const home = await lab.person.collection('Many')
      const added: string[] = []
      for (let n = 0; n < 6; n++) added.push(await add(lab, home, n))
      for (const listing of await listings(lab)) {
        if (listing.skip !== undefined) continue
        const first = await lab.source.page(listing, undefined, 2, call)
        if (first.last) continue
        const rest = []
        for (let page = first; !page.last; rest.push(...page.refs)) page = await lab.source.page(listing, page.cursor, 2, call)
        expect(ids([...first.refs, ...rest])).toEqual([...added].sort())
        return
      }
      throw new Error('Six items fitted on a page of two.')
    },
  },
  {
    name: 'page: the cursor is a string that holds no secret',
    async run(lab) {
      await add(lab, await lab.person.collection('Some'), 1)
      const { cursors } = await walk(lab)
      expect(cursors.size).toBeGreaterThan(0)
      for (const cursor of cursors.values()) {
        expect(typeof cursor).toBe('string')
        for (const secret of lab.secrets ?? []) expect(cursor.includes(secret)).toBe(false)
        expect(cursor).not.toMatch(/eyJ[\w-]{10,}\.|bearer |password|access_token/i)
      }
    },
  },
  {
    name: 'page: a cursor that the server has forgotten is a fault of the listing',
    lacks: (lab) => (lab.forgetCursors ? undefined : 'the source lists anew each time'),
    async run(lab) {
      const id = await add(lab, await lab.person.collection('Some'), 1)
      const walked = await walk(lab)
      await lab.forgetCursors?.()
      const [listing] = (await listings(lab)).filter((one) => walked.cursors.has(one.id) && one.skip === undefined)
      if (!listing) throw new Error('There is no listing.')
      const fault = await faultOf(lab.source.page(listing, walked.cursors.get(listing.id), 50, call))
      expect(fault.reach).toBe('listing')
      expect(refOf(await walk(lab), id).version).toBe(refOf(walked, id).version)
    },
  },
  {
    name: 'page: a cursor that nobody wrote is a fault of the listing',
    async run(lab) {
      await add(lab, await lab.person.collection('Some'), 1)
      const listing = (await listings(lab)).find((one) => one.skip === undefined)
      if (!listing) throw new Error('There is no listing.')
      expect((await faultOf(lab.source.page(listing, 'not a cursor', 50, call))).reach).toBe('listing')
    },
  },
  {
    name: 'listings: who goes on where he stood is told of the same ones, without what has to be asked for beside',
    async run(lab) {
      await add(lab, await lab.person.collection('Some'), 1)
      const whole = (await listings(lab)).filter((one) => one.skip === undefined)
      const bare: Listing[] = []
      for await (const listing of lab.source.listings({ ...call, bare: true })) if (listing.skip === undefined) bare.push(listing)
      const places = (all: readonly Listing[]) => all.map(({ id, collection, collections }) => ({ id, collection, collections }))
      expect(places(bare)).toEqual(places(whole))
      const [listing] = bare
      if (!listing) throw new Error('There is no listing.')
      const page = await lab.source.page(listing, undefined, 50, call)
      expect((await lab.source.page(listing, page.cursor, 50, call)).refs.filter(({ removed }) => removed)).toEqual([])
    },
  },
  {
    name: 'a caller that has broken off is not served',
    async run(lab) {
      await add(lab, await lab.person.collection('Some'), 1)
      const [listing] = (await listings(lab)).filter((one) => one.skip === undefined)
      if (!listing) throw new Error('There is no listing.')
      await expect(lab.source.page(listing, undefined, 50, brokenOff())).rejects.toThrow()
      const drain = async () => {
        for await (const _ of lab.source.listings(brokenOff()));
      }
      await expect(drain()).rejects.toThrow()
    },
  },
]
