import { expect, test } from 'vitest'
import { memoryDriveLab, memoryFilesLab } from './memory/file-labs.ts'
import { holdsFiles } from './suite.ts'

test('a suite for files cannot leave out its cases about files without a word', () => {
  for (const { files, ...lab } of [memoryDriveLab(), memoryFilesLab()]) {
    expect(holdsFiles({ ...lab, ...(files === undefined ? {} : { files }) })).toBe(true)
    expect(() => holdsFiles(lab)).toThrow(/no case about files would run/)
  }
  expect(holdsFiles({ source: { profile: { kind: 'mail' } } })).toBe(false)
  expect(holdsFiles({})).toBe(false)
})
