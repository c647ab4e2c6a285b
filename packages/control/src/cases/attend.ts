import type { Call, LaneOnBoard } from '@offramp/core'
import { isOpen, tend } from '../queue/tend.ts'
import type { OpenedProject } from '../workplace/open-project.ts'
import type { Workplace } from '../workplace/workplace.ts'
import { isMoving, type Snapshot, snapshot } from './snapshot.ts'
import { start } from './start.ts'

/** What the one who attends to a run hears, of which project. */
export type News = { readonly project: string } & (
  | { readonly kind: 'snapshot'; readonly snapshot: Snapshot }
  /** Redis has lost its data: planned anew. What has been moved is found again at the destination. */
  | { readonly kind: 'wiped' }
  /** Jobs were missing in the queue, and have been put back. */
  | { readonly kind: 'mended'; readonly jobs: number }
  /** Redis does not answer; asked again. */
  | { readonly kind: 'silent' }
)

export interface AttendOptions {
  readonly opened: OpenedProject
  /** Milliseconds between two looks. */
  readonly everyMs: number
  readonly tell: (news: News) => void
}

export type Attended = 'finished' | 'held' | 'stopped'

/** Every this many looks the queue is compared lane by lane. */
const THOROUGH = 30

async function look(workplace: Workplace, { opened, tell }: AttendOptions, looks: number, call: Call): Promise<Attended | undefined> {
  const { board, waker, project } = workplace
  const planAnew = async (): Promise<undefined> => {
    tell({ project, kind: 'wiped' })
    await start(workplace, opened, call)
  }
  if ((await board.plan()) === undefined) return planAnew()
  const jobs = await tend(board, waker, looks % THOROUGH === THOROUGH - 1)
  if (jobs > 0 && looks > 1) tell({ project, kind: 'mended', jobs })
  const now = await snapshot(workplace)
  // Wiped since the first look: a board without lanes is a lost one, and never a finished one.
  if (now.plan === undefined || now.lanes.length === 0) return planAnew()
  tell({ project, kind: 'snapshot', snapshot: now })
  if (now.held !== undefined && !now.lanes.some((lane) => isMoving(lane, now.workers))) return 'held'
  return now.lanes.some((lane: LaneOnBoard) => isOpen(lane)) ? undefined : 'finished'
}

/**
 * Stays with a pass until every lane is done or halted, somebody holds it, or the call's signal aborts (`stopped`; nothing is paused by
 * that). Whatever the queue or Redis loses meanwhile is put back from the books and the table.
 */
export async function attend(workplace: Workplace, options: AttendOptions, call: Call): Promise<Attended> {
  for (let looks = 0; !call.signal.aborted; looks++) {
    try {
      const end = await look(workplace, options, looks, call)
      if (end !== undefined) return end
    } catch (thrown) {
      if (call.signal.aborted) break
      if (!isSilence(thrown)) throw thrown
      options.tell({ project: workplace.project, kind: 'silent' })
    }
    await workplace.clock.sleep(options.everyMs, call).catch(() => {})
  }
  return 'stopped'
}

/** Redis out of reach, and nothing else: a refusal or an error of ours must come out. */
const isSilence = (thrown: unknown): boolean => {
  if (!(thrown instanceof Error)) return false
  if ('reach' in thrown) return thrown.reach === 'call' || thrown.reach === 'gate'
  return /closed|ECONN|max retries|timed? ?out|LOADING|ETIMEDOUT|EPIPE/i.test(thrown.message)
}
