import { createHash } from 'node:crypto'
import type { Checksum, Collection, Source } from '@offramp/core'
import { expect } from 'vitest'
import type { SourceFiles, SourceLab } from '../lab.ts'
import { specimenBytes } from '../specimens.ts'
import { quickXorOf } from './quick-xor.ts'
import { bytesOf, call, faultOf, open, present, refOf, type SourceCase, walk } from './shared.ts'

interface FileCase extends Omit<SourceCase, 'run' | 'lacks'> {
  lacks?(files: SourceFiles, lab: SourceLab): string | undefined
  run(lab: SourceLab, files: SourceFiles): Promise<void>
}

const ofFiles = ({ name, lacks, run }: FileCase): SourceCase => ({
  name: `files: ${name}`,
  files: true,
  lacks: (lab) => (lab.files ? lacks?.(lab.files, lab) : 'the source has no files'),
  async run(lab) {
    if (lab.files) await run(lab, lab.files)
  },
})

const bytes = (size: number, seed = 1): Uint8Array => Uint8Array.from({ length: size }, (_, at) => (at * 31 + seed * 7 + (at >> 8)) % 256)

const checksumOf = ({ algorithm }: Checksum, body: Uint8Array): string =>
  algorithm === 'quick-xor' ? quickXorOf(body) : createHash(algorithm).update(body).digest('hex')

const pathOf = ({ top = [] }: SourceFiles, ...names: readonly string[]): readonly string[] => [...top, ...names]

/** A file deep in three folders, and the folders. */
async function nested(lab: SourceLab, files: SourceFiles) {
  const outer = await lab.person.collection('Outer')
  const inner = await lab.person.collection('Inner', outer)
  const id = await files.add(inner, 'deep.txt', bytes(50))
  return { outer, inner, id }
}

const homeOf = async (source: Source, id: string): Promise<Collection> => (await source.open({ id, version: '' }, call)).home

const edits = (lab: SourceLab): string | undefined => (lab.person.edit ? undefined : 'the lab cannot edit')

const CASES: readonly FileCase[] = [
  {
    name: 'an opened file says its exact size, and its body is that long',
    async run(lab, files) {
      const sizes = [0, 1, 5_000, 300_000]
      for (const size of sizes) await files.add(files.root, `${size}.bin`, bytes(size))
      for (const ref of present(await walk(lab))) {
        const item = await open(lab, ref)
        expect(item.naturalKey).toBe(`${item.size}.bin`)
        expect(await bytesOf(item.body(call))).toEqual(Buffer.from(bytes(item.size ?? -1)))
      }
      expect(present(await walk(lab))).toHaveLength(sizes.length)
    },
  },
  {
    name: 'the body from any byte on is the tail of the whole',
    async run(lab, files) {
      const body = bytes(70_000)
      const id = await files.add(files.root, 'tail.bin', body)
      const item = await open(lab, refOf(await walk(lab), id))
      if (!item.bodyFrom) return
      for (const offset of [0, 1, 35_000, 69_999, 70_000])
        expect(await bytesOf(item.bodyFrom(offset, call))).toEqual(Buffer.from(body.subarray(offset)))
    },
  },
  {
    name: 'a checksum is true of the bytes',
    async run(lab, files) {
      for (const size of [0, 1, 20, 10_007]) {
        const id = await files.add(files.root, `${size}.bin`, bytes(size))
        const { checksum, ...item } = await open(lab, refOf(await walk(lab), id))
        if (checksum) expect([size, checksum.value]).toEqual([size, checksumOf(checksum, await bytesOf(item.body(call)))])
      }
    },
  },
  {
    name: 'what changed since it was opened is never given in part or mixed',
    lacks: (_, lab) => edits(lab),
    async run(lab, files) {
      const [before, after] = [bytes(60_000, 1), bytes(90_000, 2)]
      const id = await files.add(files.root, 'restless.bin', before)
      const item = await open(lab, refOf(await walk(lab), id))
      await lab.person.edit?.(id, after)
      const read = await bytesOf(item.body(call)).catch((thrown: unknown) => thrown)
      if (read instanceof Error) expect(read).toMatchObject({ reach: 'call' })
      else expect(read).toEqual(Buffer.from(before))
      if (!item.bodyFrom) return
      const tail = await bytesOf(item.bodyFrom(30_000, call)).catch((thrown: unknown) => thrown)
      if (tail instanceof Error) expect(tail).toMatchObject({ reach: 'call' })
      else expect(tail).toEqual(Buffer.from(before.subarray(30_000)))
      expect(await bytesOf((await open(lab, refOf(await walk(lab), id))).body(call))).toEqual(Buffer.from(after))
    },
  },
  {
    name: 'pages name every folder with its whole path, an empty one too, and the top',
    async run(lab, files) {
      const { outer, inner } = await nested(lab, files)
      const empty = await lab.person.collection('Empty', outer)
      const { folders } = await walk(lab, undefined, 2)
      const wanted = [
        [files.root, pathOf(files)],
        [outer, pathOf(files, 'Outer')],
        [inner, pathOf(files, 'Outer', 'Inner')],
        [empty, pathOf(files, 'Outer', 'Empty')],
      ] as const
      for (const [id, path] of wanted) expect([id, folders.get(id)?.path]).toEqual([id, path])
    },
  },
  {
    name: 'a file at the top is at home there',
    async run(lab, files) {
      const id = await files.add(files.root, 'top.txt', bytes(5))
      expect((await open(lab, refOf(await walk(lab), id))).home).toMatchObject({ id: files.root, path: pathOf(files) })
    },
  },
  {
    name: 'a folder that gets another name is named by the next page, and what is in it is at home there',
    async run(lab, files) {
      const { outer, inner, id } = await nested(lab, files)
      const before = await walk(lab)
      expect((await homeOf(lab.source, id)).path).toEqual(pathOf(files, 'Outer', 'Inner'))
      await files.moveFolder(outer, { name: 'Renamed' })
      const after = await walk(lab, before)
      expect(after.folders.get(outer)?.path).toEqual(pathOf(files, 'Renamed'))
      for (const source of [lab.source, await files.again()])
        expect(await homeOf(source, id)).toMatchObject({ id: inner, path: pathOf(files, 'Renamed', 'Inner') })
    },
  },
  {
    name: 'a folder that is moved into another one takes along what is in it',
    async run(lab, files) {
      const { inner, id } = await nested(lab, files)
      const other = await lab.person.collection('Other')
      const before = await walk(lab)
      await files.moveFolder(inner, { parent: other })
      const after = await walk(lab, before)
      expect(after.folders.get(inner)?.path).toEqual(pathOf(files, 'Other', 'Inner'))
      for (const source of [lab.source, await files.again()])
        expect(await homeOf(source, id)).toMatchObject({ id: inner, path: pathOf(files, 'Other', 'Inner') })
    },
  },
  {
    name: 'folders that exchange their names are told apart by their ids',
    async run(lab, files) {
      const [one, two] = [await lab.person.collection('One'), await lab.person.collection('Two')]
      const id = await files.add(one, 'mine.txt', bytes(9))
      const before = await walk(lab)
      for (const [folder, name] of [[one, 'Aside'] as const, [two, 'One'] as const, [one, 'Two'] as const])
        await files.moveFolder(folder, { name })
      const { folders } = await walk(lab, before)
      expect([folders.get(one)?.path, folders.get(two)?.path]).toEqual([pathOf(files, 'Two'), pathOf(files, 'One')])
      expect(await homeOf(await files.again(), id)).toMatchObject({ id: one, path: pathOf(files, 'Two') })
    },
  },
  {
    name: 'a whole walk after folders were moved names the same files in the same versions',
    async run(lab, files) {
      const { outer, id } = await nested(lab, files)
      await files.moveFolder(outer, { name: 'Renamed' })
      const [one, two] = [await walk(lab), await walk(lab)]
      expect(refOf(two, id).version).toBe(refOf(one, id).version)
      expect([...two.folders.keys()].sort()).toEqual([...one.folders.keys()].sort())
    },
  },
  {
    name: 'another name is a new version of the same bytes',
    async run(lab, files) {
      const id = await files.add(files.root, 'one name.txt', bytes(40))
      const before = await walk(lab)
      const old = await open(lab, refOf(before, id))
      await files.rename(id, 'another.txt')
      const item = await open(lab, refOf(await walk(lab, before), id))
      expect([old.naturalKey, item.naturalKey]).toEqual(['one name.txt', 'another.txt'])
      expect([item.version === old.version, item.revision === old.revision]).toEqual([false, true])
    },
  },
  {
    name: 'two files of one name in one folder are two',
    lacks: ({ twins }) => (twins ? undefined : 'names are unique there'),
    async run(lab, files) {
      const ids = [await files.add(files.root, 'twin.txt', bytes(9, 1)), await files.add(files.root, 'twin.txt', bytes(9, 2))]
      const walked = await walk(lab)
      for (const [n, id] of ids.entries()) {
        const item = await open(lab, refOf(walked, id))
        expect(item.naturalKey).toBe('twin.txt')
        expect(await bytesOf(item.body(call))).toEqual(Buffer.from(bytes(9, n + 1)))
      }
    },
  },
  {
    name: 'names are given as they are',
    async run(lab, files) {
      const { separator } = lab
      const names = [
        'M\u00e4rz.txt',
        'Ma\u0308rz 2.txt',
        'SQ-0.5%BF-150',
        '100% #1 & more.txt',
        '.hidden',
        'no ending',
        'a/b.txt',
        '📨.txt',
      ]
      const fitting = names.filter((name) => !separator || !name.includes(separator))
      for (const name of fitting) await files.add(files.root, name, bytes(name.length))
      const given = []
      for (const ref of present(await walk(lab))) given.push((await open(lab, ref)).naturalKey)
      expect(given.sort()).toEqual([...fitting].sort())
    },
  },
  {
    name: 'earlier states come the oldest first, without the present one, and as many as were asked for',
    lacks: ({ versions }, lab) => (versions === undefined ? 'no earlier states were asked for' : edits(lab)),
    async run(lab, files) {
      const asked = files.versions ?? 0
      const states = Array.from({ length: asked + 2 }, (_, n) => bytes(100 + n, n))
      const id = await files.add(files.root, 'old.bin', states[0] ?? bytes(0))
      for (const state of states.slice(1)) await lab.person.edit?.(id, state)
      const item = await open(lab, refOf(await walk(lab), id))
      const seen: Buffer[] = []
      const dates: number[] = []
      for await (const version of item.versions?.(call) ?? []) {
        const body = await bytesOf(version.body(call))
        expect(version.size).toBe(body.length)
        seen.push(body)
        dates.push(version.modifiedAt)
      }
      expect(seen).toEqual(states.slice(1, -1).map((state) => Buffer.from(state)))
      expect(dates).toEqual([...dates].sort((a, b) => a - b))
      expect(await bytesOf(item.body(call))).toEqual(Buffer.from(states.at(-1) ?? bytes(0)))
    },
  },
  {
    name: 'what cannot be copied is listed, and opening it says why',
    lacks: ({ skips = [] }) => (skips.length > 0 ? undefined : 'nothing such is known here'),
    async run(lab, files) {
      for (const { what, reason, add } of files.skips ?? []) {
        const id = await add(files.root)
        const fault = await faultOf(open(lab, refOf(await walk(lab), id)).then((item) => bytesOf(item.body(call))))
        expect([what, fault.reach, fault.reason]).toEqual([what, 'item', reason])
        expect(await faultOf(lab.source.open({ id, version: '' }, call))).toMatchObject({ reach: 'item', reason })
      }
    },
  },
  {
    name: 'an address is one that people open, and gives nobody access by itself',
    async run(lab, files) {
      const id = await files.add(files.root, 'addressed.txt', specimenBytes('file', 1))
      const { address } = await open(lab, refOf(await walk(lab), id))
      if (address === undefined) return
      const { protocol, username, password } = new URL(address)
      expect([/^https?:$/.test(protocol), username, password]).toEqual([true, '', ''])
      expect(address).not.toMatch(/tempauth|access_token|eyJ[\w-]{10,}\.|[?&](?:sig|token|key)=/i)
      for (const secret of lab.secrets ?? []) expect(address.includes(secret)).toBe(false)
    },
  },
]

/** Promises of a drive: of its folders, and of what a file is besides its bytes. */
export const fileCases: readonly SourceCase[] = CASES.map(ofFiles)
