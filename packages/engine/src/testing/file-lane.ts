import {
  FileTree,
  LedgerStore,
  MemoryDrive,
  type MemoryDriveOptions,
  type MemoryFilesOptions,
  memoryDrive,
  memoryFiles,
  memoryLedger,
} from '@offramp/conformance'
import type { Lease, Progress } from '@offramp/core'
import type { TurnRequest } from '../contract.ts'
import { turn } from '../turn.ts'
import { LANE, standingClock } from './memory-lane.ts'

/** One lane between a memory drive and a memory server of files. Each turn connects anew, as workers do. */
export function fileLane(options: { readonly source?: MemoryDriveOptions; readonly destination?: MemoryFilesOptions } = {}) {
  const drive = new MemoryDrive()
  const tree = new FileTree()
  const store = new LedgerStore()
  const clock = standingClock()
  const ledger = memoryLedger(store, { clock })
  const reports: Progress[] = []
  const limits = { pageItems: 50, windowItems: 20, windowBytes: 1_000, sliceMs: 60_000, putMs: 30_000 }
  const connect = () => ({ source: memoryDrive(drive, options.source), destination: memoryFiles(tree, options.destination) })
  const lease = async (): Promise<Lease> => {
    const got = await ledger.lease(LANE, 'test', 600_000)
    if (!got) throw new Error('The lease is held.')
    return got
  }
  return {
    drive,
    tree,
    store,
    clock,
    ledger,
    reports,
    limits,
    connect,
    lease,
    /** A file of so many bytes. */
    add: (parent: string, name: string, size = 20): string => drive.add(parent, name, Buffer.alloc(size, name)),
    async turn(more: Partial<TurnRequest> = {}, call = { signal: new AbortController().signal }) {
      const held = await lease()
      try {
        const report = (progress: Progress): void => {
          reports.push(progress)
          const { waiting } = progress
          // What is waited for in place comes at once.
          if (waiting) setImmediate(() => clock.advance(Math.max(0, waiting.until - clock.now())))
        }
        return await turn({ ...connect(), ledger, lease: held, pass: 1, limits, clock, report, ...more }, call)
      } finally {
        await held.release()
      }
    },
    listing: () => store.books(LANE).listings.get('drive'),
    entries: () => [...store.lane(LANE).entries.values()],
    /** Every file, as `folder/name`. */
    standing: () =>
      tree
        .folders()
        .flatMap(({ path, files }) => [...files.keys()].map((name) => (path === '' ? name : `${path}/${name}`)))
        .sort(),
  }
}
