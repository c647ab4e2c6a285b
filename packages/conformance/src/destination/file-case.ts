import type { PutCall, Receipt } from '@offramp/core'
import type { DestinationFiles, DestinationLab } from '../lab.ts'
import { call, type DestinationCase } from './shared.ts'

export interface FileCase extends Omit<DestinationCase, 'run' | 'lacks'> {
  lacks?(lab: DestinationLab, files: DestinationFiles): string | undefined
  run(lab: DestinationLab, files: DestinationFiles): Promise<void>
}

/** A case that is about files alone. */
export const ofFiles = ({ name, lacks, run }: FileCase): DestinationCase => ({
  name: `files: ${name}`,
  files: true,
  lacks: (lab) => (lab.files ? lacks?.(lab, lab.files) : 'the destination holds no files'),
  async run(lab) {
    if (lab.files) await run(lab, lab.files)
  },
})

/** What a ledger would say of whose copies these are. */
export const owning = (...owners: readonly Receipt[]): PutCall => ({
  ...call,
  owned: async (copies) => copies.map((copy) => owners.some(({ place: at, locator }) => at === copy.place && locator === copy.locator)),
})
