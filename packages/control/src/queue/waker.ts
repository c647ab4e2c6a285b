import type { LaneId } from '@offramp/core'
import type { Queue, RedisOptions } from 'bullmq'
import { isLaneId } from '../plan/lane-id.ts'

/** The only job there is: a lane wants a turn. Its id is the lane's, so that a lane waits at most once in the queue. */
export const JOB = 'turn'
export const QUEUE = 'lanes'

/** How the queue reaches Redis; workers need it for connections of their own. */
export type QueueConnection = RedisOptions

/** Braces make one hash slot of a queue's keys (Redis Cluster). */
export const queuePrefix = (project: string): string => `{offramp:${project}}`

/** All that a job holds. Redis keeps jobs in clear text. */
export interface JobData {
  readonly lane: LaneId
}

export interface Wake {
  readonly lane: LaneId
  /** Not before: milliseconds since the Unix epoch. */
  readonly at?: number
}

/** Jobs that have not ended. */
const OPEN = ['wait', 'active', 'delayed', 'prioritized', 'waiting-children'] as const

/** Most jobs added in one exchange with Redis. */
const CHUNK = 500

/** Wakes lanes. All truth is in the ledger and on the board: this queue may be lost at any time and is filled again from them. */
export interface Waker {
  /** Safe to repeat: a lane that is in the queue stays where it is. */
  wake(wakes: readonly Wake[]): Promise<void>
  /** Lanes that wait for a time are to be looked at now. */
  hurry(lanes: readonly LaneId[]): Promise<void>
  open(): Promise<number>
  close(): Promise<void>
}

async function openQueue(project: string, connection: QueueConnection): Promise<Queue<JobData>> {
  const { Queue } = await import('bullmq')
  const queue = new Queue<JobData>(QUEUE, {
    connection: { ...connection, maxRetriesPerRequest: 1 },
    prefix: queuePrefix(project),
    defaultJobOptions: { attempts: 1, removeOnComplete: true, removeOnFail: true, sizeLimit: 200 },
    streams: { events: { maxLen: 100 } },
  })
  // Errors of the connection reach the caller through the call that fails; without a listener they would end the process.
  queue.on('error', () => {})
  return queue
}

/** Loads the queue and connects with the first call: most commands never wake anybody. */
export function makeWaker(project: string, connection: QueueConnection, now: () => number): Waker {
  let opened: Promise<Queue<JobData>> | undefined
  const open = (): Promise<Queue<JobData>> => {
    opened ??= openQueue(project, connection)
    return opened
  }
  return {
    async wake(wakes) {
      const queue = await open()
      for (let from = 0; from < wakes.length; from += CHUNK) {
        const jobs = wakes.slice(from, from + CHUNK).map(({ lane, at }) => {
          const delay = at === undefined ? 0 : Math.max(0, at - now())
          return { name: JOB, data: { lane }, opts: { jobId: lane, delay } }
        })
        await queue.addBulk(jobs)
      }
    },
    async hurry(lanes) {
      const queue = await open()
      for (const lane of lanes) {
        const job = await queue.getJob(lane)
        // It may have been taken in between; then it is looked at anyway.
        if (job !== undefined && (await job.isDelayed())) await job.promote().catch(() => {})
      }
      await this.wake(lanes.map((lane) => ({ lane })))
    },
    open: async () => (await open()).getJobCountByTypes(...OPEN),
    close: async () => void (await (await opened)?.close()),
  }
}

/** Whether this is what we put into the queue, and nothing else. */
export const isJobData = (data: unknown): data is JobData =>
  typeof data === 'object' && data !== null && Object.keys(data).join() === 'lane' && isLaneId(Reflect.get(data, 'lane'))
