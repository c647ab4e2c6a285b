import type { SourceLab, SuiteOptions } from './lab.ts'
import { changeCases } from './source/changes.ts'
import { fileCases } from './source/files.ts'
import { itemCases } from './source/items.ts'
import { listingCases } from './source/listing.ts'
import { runSuite } from './suite.ts'

/** Every promise of `Source`, as a vitest suite. Call it at the top of a connector's `conformance.test.ts`. */
export const sourceSuite = (options: SuiteOptions<SourceLab>): void =>
  runSuite([...listingCases, ...changeCases, ...itemCases, ...fileCases], options)
