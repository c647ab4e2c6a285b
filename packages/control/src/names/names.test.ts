import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { MemoryFileLab, ROOT } from '@offramp/test/lab/memory-files'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { check } from '../cases/check.ts'
import { renderCsv } from '../report/render-csv.ts'
import { renderText } from '../report/render-text.ts'
import { type FoundName, names } from './names.ts'
import { nameCells, nameLine } from './render-names.ts'

const call = { signal: new AbortController().signal }
const text = (words: string): Uint8Array => new TextEncoder().encode(words)

let folder: string
let lab: MemoryFileLab
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'offramp-names-'))
  lab = new MemoryFileLab(folder)
  const { drive } = lab.add('anna@a.example', 'anna')
  drive.add(ROOT, 'plain.txt', text('1'))
  drive.add(ROOT, 'a/b.txt', text('2'))
  drive.add(ROOT, 'M\u0061\u0308rz.txt', text('3'))
  drive.add(ROOT, 'twin.txt', text('4'))
  drive.add(ROOT, 'twin.txt', text('5'))
  drive.add(ROOT, 'TWIN.TXT', text('6'))
  const slash = drive.addFolder('x/y')
  drive.add(slash, 'in.txt', text('7'))
  drive.add(slash, 'also.txt', text('8'))
  drive.add(drive.addFolder('x/y'), 'in.txt', text('9'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

async function found(): Promise<readonly FoundName[]> {
  const all: FoundName[] = []
  for await (const one of names(lab.workplace, lab.opened(), call)) {
    if ('why' in one) throw new Error(one.why)
    all.push(one)
  }
  return all
}

it('finds every name that will be another one, before the first write', async () => {
  const lines = (await found()).map(nameLine)
  expect(lines.toSorted()).toEqual(
    [
      '"a/b.txt" -> "a%2Fb.txt": the server refuses the name as it is',
      '"Ma\u0308rz.txt" -> "M\u00e4rz.txt": the same letters, in the composed form',
      '"twin.txt" gets a name of its own: something else in the folder has this name',
      '"TWIN.TXT" gets a name of its own: only the case of letters tells it from a neighbour: it gets a name of its own where the server does not tell case',
      '"x/y" -> "x%2Fy": the server refuses the name as it is',
      '"x/y" gets a name of its own: something else in the folder has this name',
      '"x/y / in.txt" gets a name of its own: something else in the folder has this name',
    ].toSorted(),
  )
  expect(lab.tree('anna').folders()).toHaveLength(1)
})

it('says what they are called, once they have moved', async () => {
  await lab.run()
  const twin = (await found()).find(({ path, reason }) => path.at(-1) === 'twin.txt' && reason === 'twin')
  expect(twin?.now).toMatch(/^twin \([0-9a-f]{8}\)\.txt$/)
  expect(twin === undefined ? '' : nameLine(twin)).toContain(`-> "${twin?.now}"`)
  expect(twin === undefined ? '' : nameCells(twin)).toBe(`anna@a.example,file,twin.txt,,${twin?.now},twin\r\n`)
})

it('is a part of check, with the first some', async () => {
  const says: string[] = []
  for await (const { about, says: one } of check(lab.workplace, lab.opened(), call)) says.push(`${about}: ${one}`)
  expect(says.find((one) => one.includes('names'))).toMatch(
    /^anna@a\.example: 7 names will be other ones at the destination, such as ".+" /,
  )
})

it('is in the report', async () => {
  const report = await lab.run()
  const [lane] = report.lanes
  expect(lane?.names?.changed).toBe(7)
  expect(lane?.names?.first).toHaveLength(7)
  const text = renderText(report)
  expect(text).toContain('Of these 9 files in 3 folders, 9 B.')
  expect(text).toContain('What is called otherwise at the destination\n  anna@a.example -> anna, files: 7 names')
  expect(renderCsv(report)).toContain('a/b.txt -> a%2Fb.txt (encoded)')
})
