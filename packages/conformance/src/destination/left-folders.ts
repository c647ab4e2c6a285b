import type { LeftPlace, Place } from '@offramp/core'
import { expect } from 'vitest'
import type { DestinationLab } from '../lab.ts'
import { specimenBytes } from '../specimens.ts'
import { type FileCase, ofFiles } from './file-case.ts'
import { arrive, call, type DestinationCase, item, seenIn } from './shared.ts'

const prepare = ({ destination }: DestinationLab, ...path: readonly string[]): Promise<Place> =>
  destination.prepare({ id: path.join('>'), path }, call)

const left = ({ id, made }: Place): LeftPlace => {
  const as = made?.get(id)
  return as === undefined ? { place: id } : { place: id, made: as }
}

const retires = ({ destination }: DestinationLab): string | undefined =>
  destination.retire ? undefined : 'the destination takes no folders away'

const CASES: readonly FileCase[] = [
  {
    name: 'a folder with something in it is never taken away, and each that stays is told of',
    lacks: retires,
    async run(lab, files) {
      const [ours, theirs, outer] = [await prepare(lab, 'Ours'), await prepare(lab, 'Theirs'), await prepare(lab, 'Outer')]
      const inner = await prepare(lab, 'Outer', 'Inner')
      await arrive(lab, ours, item(lab, 1))
      await files.add(theirs, 'own.txt', specimenBytes('file', 2))
      const why = (await lab.destination.retire?.([ours, theirs, outer].map(left), call)) ?? []
      expect(why.map((said) => (said ?? '').length > 10)).toEqual([true, true, true])
      expect(await seenIn(lab, ours)).toHaveLength(1)
      expect(await seenIn(lab, theirs)).toHaveLength(1)
      expect(await files.changedAt(inner)).toBeDefined()
    },
  },
  {
    name: 'an empty folder that is not known for our own stays',
    lacks: retires,
    async run(lab, files) {
      const first = await prepare(lab, 'Before')
      const { made: _, ...stood } = await (await lab.again()).prepare({ id: 'Before', path: ['Before'] }, call)
      expect(stood.id).toBe(first.id)
      expect((await lab.destination.retire?.([left(stood)], call))?.[0]).toMatch(/\w/)
      expect(await files.changedAt(first)).toBeDefined()
      // Removed, and made again by somebody.
      const mine = await prepare(lab, 'Mine')
      await files.removeFolder(mine)
      await (await lab.again()).prepare({ id: 'other', path: ['Mine'] }, call)
      expect((await lab.destination.retire?.([left(mine)], call))?.[0]).toMatch(/\w/)
      expect(await files.changedAt(mine)).toBeDefined()
    },
  },
  {
    name: 'empty folders of our own go, one in another, and come again where they are needed again',
    lacks: retires,
    async run(lab, files) {
      const outer = await prepare(lab, 'Outer')
      const inner = await prepare(lab, 'Outer', 'Inner')
      const gone = (outer.made?.size ?? 0) > 0
      const answers = await lab.destination.retire?.([inner, outer].map(left), call)
      // Where nothing can be taken away without danger, everything stays, and is told of.
      expect(answers?.map((why) => why === undefined)).toEqual([gone, gone])
      for (const one of [inner, outer]) expect((await files.changedAt(one)) === undefined).toBe(gone)
      if (gone) expect(await lab.destination.retire?.([inner, outer].map(left), call)).toEqual([undefined, undefined])
      const again = await prepare(lab, 'Outer', 'Inner')
      expect(await files.changedAt(again)).toBeDefined()
      await arrive(lab, again, item(lab, 1))
      expect(await seenIn(lab, again)).toHaveLength(1)
    },
  },
]

/** Promises about folders in which nothing is at home any more. */
export const leftFolderCases: readonly DestinationCase[] = CASES.map(ofFiles)
