import { randomBytes } from 'node:crypto'
import { type Call, type Clock, Fault, type Gate, type GateState, type Quota, type Ticket } from '@offramp/core'
import type { Redis } from 'ioredis'
import { askRedis } from '../connection/redis-faults.ts'
import { readScript, runScript } from '../connection/run-script.ts'
import { type Answer, type Exchange, Line } from './line.ts'

const ENTER = readScript(new URL('./enter.lua', import.meta.url))
const SHUT = readScript(new URL('./shut.lua', import.meta.url))
const LOOK = readScript(new URL('./look.lua', import.meta.url))

const PREFIX = 'offramp:gate:'
/** All gates that were used lately, for the live view. */
const INDEX = 'offramp:gates'
const LATELY_MS = 3_600_000
const CHANNEL = 'offramp:gate'

export interface RedisGateOptions {
  readonly clock: Clock
  /** Longest wait in place, in milliseconds. Default 5,000. */
  readonly patienceMs?: number
  /** After this many milliseconds without a word from a process, its calls in flight no longer count. Default 30,000. */
  readonly holdMs?: number
  /** A ticket that nobody hands back lapses after this many milliseconds. Longer than any call may take. Default 15 minutes. */
  readonly ticketMs?: number
  /** Tests only: milliseconds since the Unix epoch as Redis is to see them. Otherwise Redis asks its own clock. */
  readonly time?: () => number
}

/**
 * The gate kept in Redis, shared by every process that uses the same Redis: a provider counts the app and not the project. Time is Redis's
 * own, so that workers' clocks need not agree; a shut gate holds from the very next call on, because nobody enters without asking Redis.
 * One exchange carries all callers who come and all calls that are over at that moment.
 */
export class RedisGate implements Gate {
  readonly #redis: Redis
  readonly #options: Required<Omit<RedisGateOptions, 'time'>> & Pick<RedisGateOptions, 'time'>
  readonly #me = randomBytes(6).toString('base64url')
  readonly #lines = new Map<string, Line>()
  readonly #noted = new Map<string, number>()
  #ears: Redis | undefined

  constructor(redis: Redis, options: RedisGateOptions) {
    this.#redis = redis
    this.#options = { patienceMs: 5_000, holdMs: 30_000, ticketMs: 900_000, ...options }
  }

  async enter(quota: Quota, weight: number, call: Call): Promise<Ticket> {
    const also = quota.also ?? []
    for (const one of [quota, ...also]) assertPossible(one, weight)
    call.signal.throwIfAborted()
    for (const { key } of [quota, ...also]) this.#note(key)
    return this.#line(quota).enter(quota, weight, call.signal)
  }

  async shut(key: string, until: number, why: string): Promise<void> {
    this.#note(key)
    const ms = Math.ceil(until - this.#options.clock.now())
    if (ms > 0) await this.#run(SHUT, [key], [ms, why.slice(0, 300)])
  }

  async states(): Promise<readonly GateState[]> {
    const since = this.#options.clock.now() - LATELY_MS
    const keys = await askRedis(() => this.#redis.zrange(INDEX, since, '+inf', 'BYSCORE', 'LIMIT', 0, 10_000))
    const states = await Promise.all(keys.map((key) => this.#look(key)))
    return states.filter((state) => state !== undefined)
  }

  /** Ends the connection on which word of free places comes. Tickets that are out lapse by themselves. */
  close(): void {
    this.#ears?.disconnect()
  }

  #line(quota: Quota): Line {
    const known = this.#lines.get(quota.key)
    if (known) return known
    const line = new Line(quota, {
      ...this.#options,
      exchange: (asked) => this.#exchange(asked),
      idle: () => {
        if (this.#lines.get(quota.key) === line) this.#lines.delete(quota.key)
      },
    })
    this.#lines.set(quota.key, line)
    return line
  }

  async #exchange({ quota, held, waiters }: Exchange): Promise<Answer> {
    const gates = [quota, ...(quota.also ?? [])]
    const args = [this.#me, held, this.#options.holdMs, quota.concurrent ?? '']
    for (const { windows = [] } of gates) args.push(windows.length, ...windows.flatMap(({ perMs, amount }) => [perMs, amount]))
    for (const { weight, ageMs } of waiters) args.push(weight, ageMs)
    const answer = await this.#run(
      ENTER,
      gates.map(({ key }) => key),
      args,
    )
    const [granted, why, ...waits] = Array.isArray(answer) ? answer : []
    if (waits.length > 0) this.#listen()
    return { granted: Number(granted ?? 0), why: String(why ?? ''), waits: waits.map(Number) }
  }

  async #look(key: string): Promise<GateState | undefined> {
    const answer = await this.#run(LOOK, [key], [])
    if (!Array.isArray(answer)) return undefined
    const [shut, why, inFlight, used] = answer
    const closed = Number(shut) > 0 ? { shutUntil: this.#options.clock.now() + Number(shut), why: String(why) } : {}
    return { key, inFlight: Number(inFlight), used: Number(String(used)), ...closed }
  }

  #run(script: typeof ENTER, keys: readonly string[], args: readonly (string | number)[]): Promise<unknown> {
    return runScript(this.#redis, script, keys.map(nameOf), [this.#options.time?.() ?? '', ...args])
  }

  /** From the first wait on: word of places that other processes have freed. Without it, waiters look again every 100 ms. */
  #listen(): void {
    if (this.#ears) return
    const ears = this.#redis.duplicate({ maxRetriesPerRequest: null, enableReadyCheck: false })
    this.#ears = ears
    ears.on('error', () => undefined)
    ears.on('message', (_, key: string) => this.#lines.get(keyOf(key))?.poke())
    ears.subscribe(CHANNEL).catch(() => undefined)
  }

  /** At most every ten minutes a key. */
  #note(key: string): void {
    const now = this.#options.clock.now()
    if (now - (this.#noted.get(key) ?? 0) < 600_000) return
    this.#noted.set(key, now)
    this.#redis
      .multi()
      .zadd(INDEX, now, key)
      .zremrangebyscore(INDEX, '-inf', now - LATELY_MS)
      .exec()
      .catch(() => this.#noted.delete(key))
  }
}

/** The gate's key in Redis. What the calls of several gates have in common stands in braces already: one slot of a cluster. */
const nameOf = (key: string): string => PREFIX + (key.includes('{') ? key : `{${key}}`)

const keyOf = (name: string): string => {
  const key = name.slice(PREFIX.length)
  return /^\{[^{}]*\}$/.test(key) ? key.slice(1, -1) : key
}

/** A weight that no window ever lets through would wait for ever. */
function assertPossible({ key, windows = [], concurrent }: Quota, weight: number): void {
  const sound = Number.isFinite(weight) && weight >= 0 && (concurrent === undefined || concurrent >= 1)
  const fits = windows.every(({ amount, perMs }) => weight <= amount && perMs >= 1)
  if (sound && fits) return
  throw new Fault({
    reach: 'run',
    code: 'gate-never',
    message: `A call of weight ${weight} can never pass the gate ${key}: it allows ${JSON.stringify({ windows, concurrent })}.`,
    remedy: 'Raise the limit in the project settings, or see the connector’s limits.',
  })
}
