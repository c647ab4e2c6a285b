import type { Collection } from '@offramp/core'
import { expect } from 'vitest'
import { specimen } from '../specimens.ts'
import { arrive, bytesOf, call, type DestinationCase, expectSame, SUITE, seen, sentBytes } from './shared.ts'

const at = (...path: readonly string[]): Collection => ({ id: path.join(' > '), path })

/** Names that have broken other tools: the number is that of `failures.md`. */
const ODD_NAMES: Readonly<Record<string, readonly Collection[]>> = {
  'separators / and . in a name': [at('Jim / John'), at('Dr. Jones'), at('a.b/c\\d'), at('Jim ', ' John')],
  'a name of dots': [at('..'), at('.'), at('Some Stuff...'), at('..', '..', 'etc')],
  'leading and trailing spaces': [at(' leading'), at('trailing '), at(' '), at(' x ', ' y ')],
  'emoji and other planes': [at('📨 Post 🎉'), at('文件夹'), at('𝒜rchive')],
  'the same name composed and decomposed': [at('M\u00e4rz'), at('Ma\u0308rz')],
  'names that differ only in case': [at('Projects'), at('PROJECTS'), at('projects')],
  'a name of 300 characters': [at('n'.repeat(300)), at(`${'n'.repeat(299)}m`), at('ä'.repeat(300))],
  'control characters': [at('a\r\nb'), at('tab\there'), at('bell\u0007'), at('null\u0000byte')],
  'INBOX as a child': [at('Parent', 'INBOX'), at('inbox', 'INBOX')],
  'an empty name': [at(''), at('', 'below')],
  'quotes, percent, wildcards and UTF-7 marks': [
    at('"q" \'a\''),
    at('100%'),
    at('* and ?'),
    at('A & B'),
    at('&-'),
    at('~tilde'),
    at('{5}'),
  ],
  'siblings with the same name': [
    { id: 'one', path: ['Twice'] },
    { id: 'two', path: ['Twice'] },
  ],
}

const odd = Object.entries(ODD_NAMES).map(
  ([what, collections]): DestinationCase => ({
    name: `collection names: ${what}`,
    async run(lab) {
      const { destination } = lab
      const again = await lab.again()
      const later = await lab.again()
      const names: string[] = []
      for (const [n, home] of collections.entries()) {
        const place = await destination.prepare(home, call)
        names.push(place.name)
        expect((await again.prepare(home, call)).id).toBe(place.id)
        const sent = specimen(destination.profile.kind, home, n)
        const receipt = await arrive(lab, place, sent)
        expectSame(lab, await sentBytes(sent), await bytesOf(again.read(receipt, call)))
        expect((await seen(lab, place, receipt)).body).toHaveLength(receipt.size)
      }
      for (const [n, home] of collections.entries()) if (later.pathOf) expect(await later.pathOf(home, call)).toBe(names[n])
    },
  }),
)

/** Promises of `prepare` and `Place`. */
export const placeCases: readonly DestinationCase[] = [
  {
    name: 'pathOf: says beforehand where prepare puts',
    async run(lab) {
      const { destination } = lab
      const twins = [at('Foretold'), at('Foretold', 'below'), { id: 'twin', path: ['Foretold'] }]
      if (destination.pathOf === undefined) return
      const told: string[] = []
      for (const home of twins) told.push(await destination.pathOf(home, call))
      const again = await lab.again()
      for (const [n, home] of twins.entries()) expect((await again.prepare(home, call)).name).toBe(told[n])
    },
  },
  {
    name: 'placeOf: says where prepare puts, and makes nothing',
    async run(lab) {
      const { destination } = lab
      if (destination.placeOf === undefined) return
      const twins = [at('Looked for'), at('Looked for', 'below'), { id: 'twin', path: ['Looked for'] }]
      for (const home of twins) expect(await destination.placeOf(home, call)).toBeUndefined()
      const made: string[] = []
      const writer = await lab.again()
      for (const home of twins) made.push((await writer.prepare(home, call)).id)
      const later = await lab.again()
      for (const [n, home] of twins.entries()) expect((await later.placeOf?.(home, call))?.id).toBe(made[n])
      const loose = { id: 'elsewhere', path: ['Not there'] }
      expect(await later.placeOf?.(loose, call)).toBeUndefined()
      expect(await (await lab.again()).placeOf?.(loose, call)).toBeUndefined()
    },
  },
  {
    name: 'prepare: collections that exchange their names stay two, and are found again where they were put then',
    async run(lab) {
      const named = (id: string, name: string): Collection => ({ id, path: [name] })
      const before = [named('1', 'One'), named('2', 'Two')]
      const after = [named('1', 'Two'), named('2', 'One')]
      for (const home of before) await lab.destination.prepare(home, call)
      const ids: string[] = []
      const later = await lab.again()
      for (const home of after) ids.push((await later.prepare(home, call)).id)
      expect(new Set(ids).size).toBe(2)
      const last = await lab.again()
      for (const [n, home] of after.entries()) expect((await last.prepare(home, call)).id).toBe(ids[n])
    },
  },
  {
    name: 'prepare: twice, and in another process, gives the same place',
    async run(lab) {
      const first = await lab.destination.prepare(SUITE, call)
      expect((await lab.destination.prepare(SUITE, call)).id).toBe(first.id)
      expect((await (await lab.again()).prepare(SUITE, call)).id).toBe(first.id)
    },
  },
  {
    name: 'prepare: a child before its parent, and the parent then',
    async run(lab) {
      const child = await lab.destination.prepare(at('Parent', 'Child', 'Grandchild'), call)
      const parent = await lab.destination.prepare(at('Parent'), call)
      expect(parent.id).not.toBe(child.id)
      expect((await lab.destination.prepare(at('Parent', 'Child', 'Grandchild'), call)).id).toBe(child.id)
    },
  },
  {
    name: 'prepare: special folders and what lies below them',
    async run(lab) {
      const { destination } = lab
      const sent: Collection = { id: 'sent', path: ['Gesendete Elemente'], role: 'sent' }
      const below: Collection = { id: 'below', path: ['Gesendete Elemente', '2021'] }
      const [first, second] = [await destination.prepare(sent, call), await destination.prepare(below, call)]
      expect(second.id).not.toBe(first.id)
      expect((await destination.prepare(sent, call)).id).toBe(first.id)
      for (const [n, place] of [first, second].entries()) await arrive(lab, place, specimen(destination.profile.kind, below, n))
    },
  },
  {
    name: 'prepare: does not touch what is there',
    async run(lab) {
      const place = await lab.destination.prepare(SUITE, call)
      await arrive(lab, place, specimen(lab.destination.profile.kind, SUITE, 1))
      const before = await lab.peek()
      await (await lab.again()).prepare(SUITE, call)
      expect(await lab.peek()).toEqual(before)
    },
  },
  {
    name: 'mark: present in the place exactly where there is a method for it',
    async run(lab) {
      const place = await lab.destination.prepare(SUITE, call)
      expect(place.mark !== undefined).toBe(lab.destination.mark !== undefined)
      if (lab.destination.mark) expect(await lab.destination.mark(place, call)).toBe(place.mark)
    },
  },
  ...odd,
]
