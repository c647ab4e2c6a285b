import type { Destination, Source } from '@offramp/core'
import { expect, test } from 'vitest'
import { fileCases as destinationCases } from '../destination/files.ts'
import { largeFileCases } from '../destination/large-files.ts'
import { leftFolderCases } from '../destination/left-folders.ts'
import { fileCases as sourceCases } from '../source/files.ts'
import { memoryDriveLab, memoryFilesLab } from './file-labs.ts'

const DESTINATIONS: Readonly<Record<string, (honest: Destination) => Partial<Destination>>> = {
  'files: two of one name and of the same bytes do not share a copy': ({ put }) => ({
    put: (place, item, over, { owned: _, ...call }) => put(place, item, over, call),
  }),
  'files: another name at the source is another name of that very copy': ({ put }) => ({
    put: (place, item, over, call) => put(place, item, over && { ...over, locator: 'elsewhere' }, call),
  }),
  'files: folders are given their dates, and one that somebody has removed is passed over': () => ({ date: async () => undefined }),
  'files: a folder with something in it is never taken away, and each that stays is told of': () => ({
    retire: async (left) => left.map(() => undefined),
  }),
  'files: an empty folder that is not known for our own stays': ({ retire }) => ({
    retire: async (left, call) => (await retire?.(left, call))?.map(() => undefined) ?? [],
  }),
  'files: a stop within a large upload is obeyed, and the next one goes on with it': ({ put }) => ({
    put: (place, item, over, call) => put(place, item, over, { ...call, signal: new AbortController().signal }),
  }),
}

const SOURCES: Readonly<Record<string, (honest: Source) => Partial<Source>>> = {
  'files: an opened file says its exact size, and its body is that long': ({ open }) => ({
    open: async (ref, call) => ({ ...(await open(ref, call)), size: 7 }),
  }),
  'files: a checksum is true of the bytes': ({ open }) => ({
    open: async (ref, call) => ({ ...(await open(ref, call)), checksum: { algorithm: 'quick-xor', value: '00' } }),
  }),
  'files: pages name every folder with its whole path, an empty one too, and the top': ({ page }) => ({
    page: async (...args) => ({ ...(await page(...args)), collections: [] }),
  }),
  'files: an address is one that people open, and gives nobody access by itself': ({ open }) => ({
    open: async (ref, call) => ({ ...(await open(ref, call)), address: 'https://x.example.org/f?tempauth=eyJhbGciOiJub25lIn0.x' }),
  }),
}

for (const [name, lie] of Object.entries(DESTINATIONS))
  test(`the suite catches a server of files that breaks "${name}"`, async () => {
    const found = [...destinationCases, ...largeFileCases, ...leftFolderCases].find((one) => one.name === name)
    const lab = memoryFilesLab()
    await expect(found?.run({ ...lab, destination: { ...lab.destination, ...lie(lab.destination) } })).rejects.toThrow()
    await found?.run(memoryFilesLab())
  })

for (const [name, lie] of Object.entries(SOURCES))
  test(`the suite catches a drive that breaks "${name}"`, async () => {
    const found = sourceCases.find((one) => one.name === name)
    const lab = memoryDriveLab()
    await expect(found?.run({ ...lab, source: { ...lab.source, ...lie(lab.source) } })).rejects.toThrow()
    await found?.run(memoryDriveLab())
  })
