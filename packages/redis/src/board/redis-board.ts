import {
  type Beat,
  type Board,
  Fault,
  type Held,
  type LaneCounts,
  type LaneId,
  type LaneOnBoard,
  type LanePlan,
  type LaneState,
  type Plan,
} from '@offramp/core'
import type { Redis } from 'ioredis'
import { askRedis } from '../connection/redis-faults.ts'
import { readScript, runScript } from '../connection/run-script.ts'

const PUBLISH = readScript(new URL('./publish.lua', import.meta.url))
const SET_STATE = readScript(new URL('./set-state.lua', import.meta.url))
const PROGRESS = readScript(new URL('./progress.lua', import.meta.url))
const BEATS = readScript(new URL('./beats.lua', import.meta.url))

/** A worker that has not been heard of for this long is taken for dead. Milliseconds. */
const HEARD_MS = 60_000

const NOTHING: LaneCounts = { listed: 0, unchanged: 0, arrived: 0, rejected: 0, failed: 0, bytes: 0 }

export interface RedisBoardOptions {
  /** Part of every key. `[A-Za-z0-9._-]+` */
  readonly project: string
  /** Tests only: milliseconds since the Unix epoch as Redis is to see them. Otherwise Redis asks its own clock. */
  readonly time?: () => number
}

/** The board kept in Redis: a handful of hashes under `offramp:{<project>}:`, one slot of a cluster, one field a lane. */
export function redisBoard(redis: Redis, { project, time }: RedisBoardOptions): Board {
  if (!/^[A-Za-z0-9._-]+$/.test(project)) throw badProject(project)
  const base = `offramp:{${project}}`
  const timeArg = () => time?.() ?? ''
  const get = async <T>(key: string): Promise<T | undefined> => parse<T>(await askRedis(() => redis.get(`${base}:${key}`)))
  const beats = async (...said: readonly string[]): Promise<readonly Beat[]> => {
    const answer = await runScript(redis, BEATS, base, [timeArg(), HEARD_MS, ...said])
    return Array.isArray(answer) ? answer.flatMap((text) => parse<Beat>(String(text)) ?? []) : []
  }

  const lanes = async (): Promise<readonly LaneOnBoard[]> => {
    const [plans, states, counts] = await askRedis(() =>
      Promise.all(['lanes', 'states', 'counts'].map((name) => redis.hgetall(`${base}:${name}`))),
    )
    return Object.entries(plans ?? {}).flatMap(([lane, plan]) => laneOf(plan, states?.[lane], counts?.[lane]) ?? [])
  }

  return {
    plan: () => get<Plan>('plan'),
    publish: async (plan, planned, before) => {
      const rows = planned.flatMap((one) => [one.lane, JSON.stringify(one)])
      const args = [before?.hash ?? '', before === undefined ? '' : String(before.pass), String(plan.pass), JSON.stringify(plan), ...rows]
      return (await runScript(redis, PUBLISH, base, args)) === 1
    },
    lane: async (lane: LaneId) => {
      const [plan, state, counts] = await askRedis(() =>
        Promise.all(['lanes', 'states', 'counts'].map((name) => redis.hget(`${base}:${name}`, lane))),
      )
      return laneOf(plan, state, counts)
    },
    lanes,
    setState: async (lane, state) => void (await runScript(redis, SET_STATE, base, [lane, JSON.stringify(state)])),
    held: () => get<Held>('held'),
    hold: async (held) => void (await askRedis(() => redis.set(`${base}:held`, JSON.stringify(held)))),
    unhold: async () => void (await askRedis(() => redis.del(`${base}:held`))),
    progress: async ({ lane, ...progress }) => void (await runScript(redis, PROGRESS, base, [lane, JSON.stringify(progress)])),
    beat: async (beat) => void (await beats(beat.worker, JSON.stringify(beat))),
    beats: () => beats(),
  }
}

/** A lane without a state is ready: nobody has touched it since it was planned. */
function laneOf(
  plan: string | null | undefined,
  state: string | null | undefined,
  counts: string | null | undefined,
): LaneOnBoard | undefined {
  const planned = parse<LanePlan>(plan)
  if (planned === undefined) return undefined
  return { plan: planned, state: parse<LaneState>(state) ?? { state: 'ready' }, counts: parse<LaneCounts>(counts) ?? NOTHING }
}

/** What only this file has written. */
function parse<T>(text: string | null | undefined): T | undefined {
  return text === null || text === undefined ? undefined : JSON.parse(text)
}

const badProject = (project: string): Fault =>
  new Fault({
    reach: 'run',
    code: 'redis-bad-name',
    message: `The project's name, ${JSON.stringify(project.slice(0, 80))}, cannot be part of a Redis key.`,
    remedy: 'Use letters, digits, dots, dashes and underscores only.',
  })
