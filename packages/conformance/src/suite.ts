import type { Kind } from '@offramp/core'
import { describe, expect, test } from 'vitest'
import type { SuiteOptions } from './lab.ts'

/** One promise of a contract, named so that a waiver can point at it. */
export interface Case<Lab> {
  readonly name: string
  /** Says what the lab or the connector would have to have; the case is then skipped, visibly, and not passed. */
  readonly lacks?: (lab: Lab) => string | undefined
  /** It is about files alone: once a lab has shown that it has none, no further one is opened to see that again. */
  readonly files?: true
  run(lab: Lab): Promise<void>
}

interface End {
  readonly profile: { readonly kind: Kind }
}

interface Lab {
  readonly source?: End
  readonly destination?: End
  readonly files?: object
  close(): Promise<void>
}

/** Whether cases about files have anything to look at. Throws where the end says that it holds files, and its lab does not: those cases would be left out unseen. */
export function holdsFiles({ source, destination, files }: Omit<Lab, 'close'>): boolean {
  if (files === undefined && (source ?? destination)?.profile.kind === 'file')
    throw new Error('It holds files, and its lab says nothing of them (`files`), so that no case about files would run.')
  return files !== undefined
}

/** Registers every case with vitest. A case runs on a lab of its own. */
export function runSuite<L extends Lab>(cases: readonly Case<L>[], options: SuiteOptions<L>): void {
  const { name, waive = {}, timeoutMs } = options
  let hasFiles: boolean | undefined
  let ofFiles = 0
  describe(name, () => {
    test('every waiver names a case', () => {
      const names = cases.map((one) => one.name)
      expect(Object.keys(waive).filter((waived) => !names.includes(waived))).toEqual([])
    })
    for (const one of cases) {
      const reason = waive[one.name]
      const title = reason === undefined ? one.name : `${one.name} (waived: ${reason})`
      test(title, timeoutMs === undefined ? {} : { timeout: timeoutMs }, async (context) => {
        if (one.files && hasFiles === false) return context.skip('nothing here holds files')
        const lab = await options.open()
        try {
          hasFiles = holdsFiles(lab)
          const lacking = one.lacks?.(lab)
          if (lacking !== undefined) return context.skip(lacking)
          if (one.files) ofFiles++
          if (reason === undefined) await one.run(lab)
          else await expectToFail(one, lab)
        } finally {
          await lab.close()
        }
      })
    }
    test('where there are files, cases about files were run', (context) => {
      if (!hasFiles || !cases.some(({ files }) => files)) return context.skip('nothing here holds files')
      expect(ofFiles).toBeGreaterThan(0)
    })
  })
}

async function expectToFail<Lab>(one: Case<Lab>, lab: Lab): Promise<void> {
  const passed = await one.run(lab).then(
    () => true,
    () => false,
  )
  expect(passed, `"${one.name}" holds: its waiver has outlived its reason`).toBe(false)
}
