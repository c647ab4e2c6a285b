import { fileNameCases } from './destination/file-names.ts'
import { fileCases } from './destination/files.ts'
import { largeFileCases } from './destination/large-files.ts'
import { leftFolderCases } from './destination/left-folders.ts'
import { lookingCases } from './destination/looking.ts'
import { overCases } from './destination/over.ts'
import { placeCases } from './destination/places.ts'
import { writingCases } from './destination/writing.ts'
import type { DestinationLab, SuiteOptions } from './lab.ts'
import { runSuite } from './suite.ts'

/** Every promise of `Destination`, as a vitest suite. Call it at the top of a connector's `conformance.test.ts`. */
export const destinationSuite = (options: SuiteOptions<DestinationLab>): void =>
  runSuite(
    [...placeCases, ...writingCases, ...overCases, ...lookingCases, ...fileCases, ...fileNameCases, ...leftFolderCases, ...largeFileCases],
    options,
  )
