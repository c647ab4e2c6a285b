import { expect, test } from 'vitest'
import type { Standing } from './files-end.ts'
import { type FileDeeds, held, noFileDeeds, type Sides } from './files-reckon.ts'
import type { Meant } from './files-source.ts'

const meant = (path: string, sha256: string): Meant => ({
  path: path.split('/'),
  folder: sha256 === '',
  modifiedAt: 1_600_000_000_000,
  sha256,
})
const stands = (path: string, sha256: string): Standing => ({ path, folder: sha256 === '', modified: 1_600_000_000, sha256 })

const [FILE, OTHER, TWIN] = ['File 1 of person-1.bin', 'File 2 of person-1.bin', 'Twin 0 of person-1.txt']

/** A tree that is as it should be, twins and a folder that was renamed before among it. */
const GOOD: Sides = {
  meant: [meant('A', ''), meant(`A/${FILE}`, 'one'), meant(`A/${OTHER}`, 'two'), meant(`A/${TWIN}`, 'three'), meant(`A/${TWIN}`, 'four')],
  stored: [
    stands('A', ''),
    stands(`A/${FILE}`, 'one'),
    stands(`A/${OTHER}`, 'two'),
    stands('A/Twin 0 of person-1 (0123abcd).txt', 'three'),
    stands(`A/${TWIN}`, 'four'),
    stands('Folder 1', ''),
  ],
  dated: true,
  written: [],
}

const without = (path: string): readonly Standing[] => GOOD.stored.filter((one) => one.path !== path)
const instead = (path: string, by: Standing): readonly Standing[] => GOOD.stored.map((one) => (one.path === path ? by : one))
const found = (stored: readonly Standing[], deeds: FileDeeds = noFileDeeds(), written: Sides['written'] = []) =>
  Object.entries(held({ ...GOOD, stored, written }, deeds).bad).flatMap(([sort, names]) => (names.length > 0 ? [sort] : []))

test('a tree that is as it should be is found so', () => {
  expect(found(GOOD.stored)).toEqual([])
})

test.each<[string, readonly Standing[], readonly string[]]>([
  ['a file that is missing', without(`A/${FILE}`), ['lost']],
  ['a folder that is missing', without('A'), ['lost']],
  ['one of two twins that is missing', without(`A/${TWIN}`), ['lost', 'different']],
  ['other bytes', instead(`A/${FILE}`, stands(`A/${FILE}`, 'x')), ['different', 'doubled']],
  ['another name', instead(`A/${FILE}`, stands('A/File 1 of person-1, old.bin', 'one')), ['different', 'doubled']],
  ['digits in a name that nothing else has', instead(`A/${FILE}`, stands('A/File 1 of person-1 (0123abcd).bin', 'one')), ['different']],
  ['another folder', instead(`A/${FILE}`, stands(FILE, 'one')), ['different', 'doubled']],
  ['a second copy beside it', [...GOOD.stored, stands('A/File 1 of person-1 (0123abcd).bin', 'one')], ['doubled']],
  ['an older copy where its folder was', [...GOOD.stored, stands(`Folder 1/${FILE}`, 'zero')], ['doubled']],
  ['another date of a file', instead(`A/${FILE}`, { ...stands(`A/${FILE}`, 'one'), modified: 1_600_000_001 }), ['misdated']],
  ['another date of a folder', instead('A', { ...stands('A', ''), modified: 1_700_000_000 }), ['misdated']],
  ['a half file under a name of our own', [...GOOD.stored, stands('A/.offramp-1234.tmp', 'on')], ['strange']],
  ['a folder that nobody has made', [...GOOD.stored, stands('B', '')], ['strange']],
])('%s is noticed', (_what, stored, sorts) => {
  expect(found(stored).toSorted()).toEqual(sorts.toSorted())
})

test('what a person has changed must stand as it was left, and may stand once more as the source has it', () => {
  const written = [{ login: 'x', path: `A/${FILE}`, sha256: 'theirs' }]
  const deeds = { ...noFileDeeds(), written, keys: new Set(['File 1 of person-1']) }
  const theirs = instead(`A/${FILE}`, stands(`A/${FILE}`, 'theirs'))
  const again = stands('A/File 1 of person-1 (0123abcd).bin', 'one')
  expect(found(theirs, deeds, written)).toEqual([])
  expect(found([...theirs, again], deeds, written)).toEqual([])
  expect(found([...theirs, again, stands(`Folder 1/${FILE}`, 'zero')], deeds, written)).toEqual(['doubled'])
  expect(found(GOOD.stored, deeds, written)).toContain('trampled')
})

test('what a person has deleted does not come back', () => {
  const deeds = { ...noFileDeeds(), keys: new Set(['File 1 of person-1']), deleted: new Set(['File 1 of person-1']) }
  expect(found(without(`A/${FILE}`), deeds)).toEqual([])
  expect(found([...without(`A/${FILE}`), stands(`Folder 1/${FILE}`, 'zero')], deeds)).toEqual(['trampled'])
})
