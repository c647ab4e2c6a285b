import type { Board, LaneId, Log, Progress } from '@offramp/core'

/** Gathers what turns report and puts it on the board in larger steps. */
export interface ProgressBoard {
  /** Never blocks and never throws: progress is not worth a turn. */
  readonly report: (progress: Progress) => void
  /** Everything reported for the lane so far is on the board when this resolves. */
  readonly flush: (lane: LaneId) => Promise<void>
  readonly flushAll: () => Promise<void>
}

const added = (before: Progress | undefined, more: Progress): Progress => {
  if (before === undefined) return more
  const sum = (field: 'listed' | 'unchanged' | 'arrived' | 'rejected' | 'failed' | 'bytes'): number => before[field] + more[field]
  return {
    ...before,
    ...more,
    listed: sum('listed'),
    unchanged: sum('unchanged'),
    arrived: sum('arrived'),
    rejected: sum('rejected'),
    failed: sum('failed'),
    bytes: sum('bytes'),
  }
}

/** What a lane waits for is the newest word and not the sum: it is dropped once a report comes without it. */
const newest = (sum: Progress, last: Progress): Progress => {
  const { waiting: _old, ...rest } = sum
  return last.waiting === undefined ? rest : { ...rest, waiting: last.waiting }
}

export function progressBoard(board: Board, log: Log): ProgressBoard {
  const pending = new Map<LaneId, Progress>()
  const flush = async (lane: LaneId): Promise<void> => {
    const progress = pending.get(lane)
    if (progress === undefined) return
    pending.delete(lane)
    try {
      await board.progress(progress)
    } catch {
      // Shown late rather than lost; the books themselves are the ledger's.
      const since = pending.get(lane)
      pending.set(lane, since === undefined ? progress : newest(added(progress, since), since))
      log.warn({ lane }, 'progress could not be put on the board')
    }
  }
  return {
    report: (progress) => void pending.set(progress.lane, newest(added(pending.get(progress.lane), progress), progress)),
    flush,
    flushAll: async () => {
      for (const lane of [...pending.keys()]) await flush(lane)
    },
  }
}
