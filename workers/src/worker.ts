import { isJobData, type JobData, QUEUE, queuePrefix, silenceMsOf, tend, type Workplace } from '@offramp/control'
import type { Log } from '@offramp/core'
import { DelayedError, type Job, Worker } from 'bullmq'
import { everyWhile } from './every-while.ts'
import { startHeart } from './heart.ts'
import { takeTurn } from './lane-turn.ts'
import { progressBoard } from './progress-board.ts'
import type { Next } from './react.ts'
import type { GiveBack, Guest, Seats } from './seats.ts'

export interface WorkerOptions {
  readonly workplace: Workplace
  /** Names this process: on the board, in leases, in logs. */
  readonly name: string
  readonly log: Log
  /** For the lanes that are moved at once, by all projects of this process. */
  readonly seats: Seats
  /** Touched with every beat, for health checks. */
  readonly aliveFile?: string
}

export interface RunningWorker {
  /**
   * Takes no more lanes, lets those in hand settle what they are writing, and gives them back. True when all did within `graceMs`
   * milliseconds; otherwise their leases lapse by themselves, and the next holder settles what is in doubt.
   */
  stop(graceMs: number): Promise<boolean>
}

/** A job whose worker has died is noticed after two of these, milliseconds. (BullMQ's default of 30 s took 60 to 90 s in a measurement.) */
const STALLED_INTERVAL = 5_000

/** How long a lane rests when Redis failed under it, in milliseconds. */
const TROUBLE_REST = 5_000

/** How long a lane may be kept from other processes while ours has no seat for it, and how long it then stays away. Milliseconds. */
const SEAT_WAIT = 5_000
const SEAT_REST = 250

const HELD_EVERY = 1_000
const FLUSH_EVERY = 1_000
const TEND_EVERY = 20_000

/** Undefined when none came free in time: another process may have one. */
const seatFor = (guest: Guest, signal: AbortSignal): Promise<GiveBack | undefined> =>
  guest.take({ signal: AbortSignal.any([signal, AbortSignal.timeout(SEAT_WAIT)]) }).catch(() => undefined)

interface Hands {
  readonly turns: Set<AbortController>
  stopping: boolean
}

/** Works off one job. Third parameter or no signal: BullMQ looks at the number of declared parameters. */
function processorOf(
  { workplace, name, log }: WorkerOptions,
  { hands, guest, progress }: { hands: Hands; guest: Guest; progress: ReturnType<typeof progressBoard> },
) {
  const { clock } = workplace
  const again = async (job: Job<JobData>, at: number, token: string | undefined): Promise<never> => {
    // Fails where somebody else has the job by now, who then cares for it.
    await job.moveToDelayed(at, token).catch(() => log.debug({ job: job.id }, 'the job is no longer ours'))
    throw new DelayedError()
  }
  return async (job: Job<JobData>, token: string | undefined, signal: AbortSignal | undefined): Promise<void> => {
    if (!isJobData(job.data) || job.id !== job.data.lane) {
      // An evicting Redis hands out jobs without data, and calls them completed (redis.io: eviction).
      log.error({ job: job.id }, 'a job with unknown data was dropped; is this Redis used by something else?')
      return
    }
    const { lane } = job.data
    const turn = new AbortController()
    const stopped = (): void => turn.abort(signal?.reason)
    signal?.addEventListener('abort', stopped, { once: true })
    hands.turns.add(turn)
    if (hands.stopping) turn.abort()
    let next: Next
    const giveBack = await seatFor(guest, turn.signal)
    try {
      const means = { workplace, worker: name, log, report: progress.report, flush: progress.flush }
      if (giveBack === undefined) next = { go: 'again', at: clock.now() + SEAT_REST }
      else next = await takeTurn(lane, means, turn.signal)
    } catch (thrown) {
      log.warn({ lane, error: thrown instanceof Error ? thrown.name : 'unknown' }, 'a turn ended because Redis failed; it is taken again')
      next = { go: 'again', at: clock.now() + TROUBLE_REST }
    } finally {
      giveBack?.()
      hands.turns.delete(turn)
      signal?.removeEventListener('abort', stopped)
    }
    if (next.go === 'again') await again(job, next.at, token)
  }
}

function openWorker(
  options: WorkerOptions,
  guest: Guest,
  process: (job: Job<JobData>, token: string | undefined, signal: AbortSignal | undefined) => Promise<void>,
): Worker<JobData> {
  const { workplace, name, log } = options
  // The lock only says that a worker is alive; what protects the writes is the lease.
  const lockDuration = silenceMsOf(workplace.limits)
  const worker = new Worker<JobData>(QUEUE, process, {
    connection: { ...workplace.redis, maxRetriesPerRequest: null },
    prefix: queuePrefix(workplace.project),
    name,
    concurrency: guest.allowed(),
    autorun: false,
    lockDuration,
    stalledInterval: Math.min(STALLED_INTERVAL, lockDuration / 2),
    // A stall is a killed process or a deploy, and never the lane's fault: no number of them makes a failure.
    maxStalledCount: Number.MAX_SAFE_INTEGER,
    removeOnComplete: { count: 0 },
    removeOnFail: { count: 0 },
  })
  guest.onChange(() => {
    worker.concurrency = guest.allowed()
  })
  worker.on('active', () => guest.hungry(true))
  worker.on('drained', () => guest.hungry(false))
  let lastSaid = Number.NEGATIVE_INFINITY
  worker.on('error', (error) => {
    const now = workplace.clock.now()
    if (now - lastSaid < 10_000) return
    lastSaid = now
    log.warn({ error: error.name }, 'Redis does not answer the queue; trying again')
  })
  // BullMQ tells of a lost lock and goes on working: our turn is to give the lane back.
  worker.on('lockRenewalFailed', (jobs) => {
    for (const job of jobs) worker.cancelJob(job)
  })
  return worker
}

/** Starts a worker in this process. It ends only by `stop`: whatever Redis does, it waits for its return. */
export function startWorker(options: WorkerOptions): RunningWorker {
  const { workplace, log, seats } = options
  const { board, waker, clock } = workplace
  const hands: Hands = { turns: new Set(), stopping: false }
  const progress = progressBoard(board, log)
  const guest = seats.join()
  const worker = openWorker(options, guest, processorOf(options, { hands, guest, progress }))
  const over = new AbortController()
  const giveBack = (): void => {
    for (const turn of hands.turns) turn.abort()
  }
  let looks = 0
  const loops = [
    everyWhile(HELD_EVERY, { clock, signal: over.signal, log, what: 'hold' }, async () => {
      if (hands.turns.size > 0 && (await board.held()) !== undefined) giveBack()
    }),
    everyWhile(FLUSH_EVERY, { clock, signal: over.signal, log, what: 'progress' }, () => progress.flushAll()),
    // Workers keep the queue filled as well, so that a detached run needs nobody else.
    everyWhile(
      TEND_EVERY,
      { clock, signal: over.signal, log, what: 'queue' },
      async () => void (await tend(board, waker, ++looks % 5 === 0)),
    ),
    startHeart({ ...options, lanes: guest.inHand, signal: over.signal }),
  ]
  const running = worker.run().catch(() => {})
  const end = async (): Promise<void> => {
    hands.stopping = true
    giveBack()
    await worker.close()
    await running
    await progress.flushAll()
  }
  return {
    async stop(graceMs) {
      const ended = await Promise.race([
        end().then(() => true),
        clock.sleep(graceMs, { signal: over.signal }).then(
          () => false,
          () => false,
        ),
      ])
      over.abort()
      await Promise.all(loops)
      return ended
    },
  }
}
