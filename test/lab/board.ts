import type { Board } from '@offramp/core'
import { connectRedis, redisBoard } from '@offramp/redis'
import type { Lab } from './lab.ts'

/** The board of a lab's project, seen without starting a program for each look. */
export interface LabBoard extends Board, AsyncDisposable {
  /** Messages that have arrived in this pass. */
  arrived(): Promise<number>
}

export async function boardOf({ redis: { url } }: Lab, project = 'laboratory'): Promise<LabBoard> {
  const redis = await connectRedis(url)
  const board = redisBoard(redis, { project })
  return {
    ...board,
    arrived: async () => (await board.lanes()).reduce((sum, { counts }) => sum + counts.arrived, 0),
    [Symbol.asyncDispose]: async () => redis.disconnect(),
  }
}
