import type { Board } from '@offramp/core'
import { connectRedis, redisBoard } from '@offramp/redis'
import type { Lab } from './lab.ts'

/** The board of a lab's project, seen without starting a program for each look. */
export interface LabBoard extends Board, AsyncDisposable {
  /** Messages that have arrived in this pass. */
  arrived(): Promise<number>
  /** Workers that are heard of and live. */
  workerPids(): Promise<readonly number[]>
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

export async function boardOf({ redis: { url } }: Lab, project = 'laboratory'): Promise<LabBoard> {
  const redis = await connectRedis(url)
  const board = redisBoard(redis, { project })
  return {
    ...board,
    arrived: async () => (await board.lanes()).reduce((sum, { counts }) => sum + counts.arrived, 0),
    workerPids: async () => (await board.beats()).filter(({ pid, left }) => pid > 0 && left !== true && isAlive(pid)).map(({ pid }) => pid),
    [Symbol.asyncDispose]: async () => redis.disconnect(),
  }
}
