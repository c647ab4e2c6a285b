import { randomBytes } from 'node:crypto'
import {
  type Books,
  type Clock,
  type Entry,
  type EntryState,
  Fault,
  isAsLeft,
  type LaneId,
  type Lease,
  LeaseLost,
  type Ledger,
  type ListingState,
  type OwnersAsked,
  type PlaceDate,
  type PlaceNote,
  type Receipt,
  type Tally,
} from '@offramp/core'
import type { Redis } from 'ioredis'
import { askRedis } from '../connection/redis-faults.ts'
import { runScript, type Script } from '../connection/run-script.ts'
import { packKeys } from './batch-codec.ts'
import { type Names, readEntry, STATES } from './entry-codec.ts'
import { packLocator, readKept } from './receipt-codec.ts'
import { RedisLease } from './redis-lease.ts'
import { LEDGER_SCRIPTS } from './scripts.ts'
import { Vigil } from './vigil.ts'

/** Entries that one step of a walk looks at: a few milliseconds of Redis's only thread. */
const STEP = 1_000

export interface RedisLedgerOptions {
  /** Part of every key: two projects on one Redis never meet. `[A-Za-z0-9._-]+` */
  readonly project: string
  readonly clock: Clock
  /** Tests only: milliseconds since the Unix epoch as Redis is to see them. Otherwise Redis asks its own clock. */
  readonly time?: () => number
  /** Tests only: milliseconds that never run backwards. */
  readonly monotonic?: () => number
}

/**
 * The ledger kept in Redis. Every lane has its own hash tag, so that a lane's keys share a slot of a cluster and lanes spread over it.
 * Writes are scripts, each atomic and fenced; reads need nothing but the lane's name.
 */
export function redisLedger(redis: Redis, options: RedisLedgerOptions): Ledger {
  const { clock, time } = options
  const monotonic = options.monotonic ?? (() => performance.now())
  const keyOf = laneKeys(options.project)
  const run = (lane: LaneId, script: Script, args: readonly (string | number | Buffer)[]) =>
    runScript(redis, script, keyOf(lane), [time ? time() : '', ...args])
  const moment = () => ({ wall: clock.now(), monotonic: monotonic() })

  const lease = async (lane: LaneId, holder: string, ttlMs: number): Promise<Lease | undefined> => {
    const token = randomBytes(9).toString('base64url')
    const since = moment()
    const fence = await run(lane, LEDGER_SCRIPTS.take, [token, holder, ttlMs])
    if (typeof fence !== 'number') return undefined
    const vigil = new Vigil({ clock, monotonic, ttlMs, reason: new LeaseLost(lane) }, since)
    return new RedisLease({ lane, fence, token, ttlMs, clock, vigil, moment, run: (script, args) => run(lane, script, args) })
  }

  const entries = async (lane: LaneId, ids: readonly string[]): Promise<readonly (Entry | undefined)[]> => {
    if (ids.length === 0) return []
    const keys = packKeys(ids)
    const [names, values] = asList(await run(lane, LEDGER_SCRIPTS.entries, [keys]))
    const list = asList(values)
    const known = readNames(names)
    return ids.map((_, i) => {
      const value = list[2 * i]
      return Buffer.isBuffer(value) ? readEntry(keys.subarray(i * 10, i * 10 + 10), value, buffer(list[2 * i + 1]), known) : undefined
    })
  }

  async function* scan(lane: LaneId, states: readonly EntryState[] = STATES): AsyncIterable<Entry> {
    const wanted = states.map((state) => STATES.indexOf(state)).join('')
    for (let position = 0; position >= 0 && wanted !== ''; ) {
      const [next, names, values] = asList(await run(lane, LEDGER_SCRIPTS.scan, [position, STEP, wanted]))
      const list = asList(values)
      const known = readNames(names)
      for (let i = 0; i + 2 < list.length; i += 3) {
        const [key, value] = [buffer(list[i]), buffer(list[i + 1])]
        if (key && value) yield readEntry(key, value, buffer(list[i + 2]), known)
      }
      position = Number(next)
    }
  }

  const owners = async (
    lane: LaneId,
    receipts: readonly Receipt[],
    { but, asLeft = false }: OwnersAsked = {},
  ): Promise<readonly (string | undefined)[]> => {
    const found: (string | undefined)[] = receipts.map(() => undefined)
    const wanted = receipts.flatMap(({ place, locator }) => {
      const { flag, bytes } = packLocator(locator)
      return [place, flag, bytes]
    })
    for (let position = 0; position >= 0 && found.includes(undefined); ) {
      const [next, hits] = asList(await run(lane, LEDGER_SCRIPTS.owners, [position, STEP, ...wanted]))
      const list = asList(hits)
      for (let i = 0; i < list.length; i += 5) {
        const [owner, kept] = [buffer(list[i + 1])?.toString('base64url'), buffer(list[i + 3])]
        const now = receipts[Number(list[i])]
        const isWriting = Number(list[i + 4]) === 1
        const owns = !asLeft || isWriting || !now || !kept || isAsLeft(readKept(kept, Number(list[i + 2]), now), now)
        if (owner !== but && owns) found[Number(list[i])] = owner
      }
      position = Number(next)
    }
    return found
  }

  const books = async (lane: LaneId): Promise<Books> => readBooks(await askRedis(() => redis.hgetall(`${keyOf(lane)}:b`)))

  const tally = async (lane: LaneId): Promise<Tally> => {
    const [arrived, rejected, failed, intended, gone, bytes] = await askRedis(() => redis.hmget(keyOf(lane), 'a', 'r', 'f', 'i', 'g', 'b'))
    const count = (value: string | null | undefined) => Number(value ?? 0)
    return {
      arrived: count(arrived),
      rejected: count(rejected),
      failed: count(failed),
      intended: count(intended),
      gone: count(gone),
      bytes: count(bytes),
    }
  }

  return { lease, books, entries, scan, owners, tally }
}

function laneKeys(project: string): (lane: LaneId) => string {
  if (!/^[A-Za-z0-9._-]+$/.test(project)) throw badName('project', project)
  return (lane) => {
    if (!/^[a-z0-9-]+$/.test(lane)) throw badName('lane', lane)
    return `offramp:{${project}/${lane}}`
  }
}

const badName = (what: string, name: string): Fault =>
  new Fault({
    reach: 'run',
    code: 'redis-bad-name',
    message: `The name of the ${what}, ${JSON.stringify(name.slice(0, 80))}, cannot be part of a Redis key.`,
    remedy: 'Use letters, digits, dots, dashes and underscores only.',
  })

function readBooks(fields: Readonly<Record<string, string>>): Books {
  const listings = new Map<string, ListingState>()
  const floors = new Map<string, string>()
  const suspects = new Map<string, string>()
  const homes = new Map<string, string>()
  const dates = new Map<string, number>()
  const notes = new Map<string, PlaceNote>()
  for (const [field, value] of Object.entries(fields)) {
    const name = field.slice(1)
    if (field.startsWith('c')) listings.set(name, { donePass: 0, ...listings.get(name), cursor: value })
    else if (field.startsWith('d')) listings.set(name, { ...listings.get(name), donePass: Number(value) })
    else if (field.startsWith('l')) listings.set(name, { donePass: 0, ...listings.get(name), left: readLeft(value) })
    else if (field.startsWith('w')) listings.set(name, { donePass: 0, ...listings.get(name), due: true })
    else if (field.startsWith('h')) homes.set(name, value)
    else if (field.startsWith('m') && value.startsWith('-')) dates.set(name, Number(value.slice(1)))
    else if (field.startsWith('n')) notes.set(name, readNote(name, value))
    else if (field.startsWith('f')) floors.set(name, value)
    else if (field.startsWith('s')) suspects.set(name, value)
  }
  const undated = new Map<string, PlaceDate>()
  for (const [collection, modifiedAt] of dates) {
    const place = homes.get(collection)
    if (place !== undefined) undated.set(collection, { place, modifiedAt })
  }
  return { listings, floors, suspects, homes, undated, notes }
}

function readNote(place: string, value: string): PlaceNote {
  const read: unknown = JSON.parse(value)
  const told = (name: 'made' | 'left') => {
    const text: unknown = typeof read === 'object' && read !== null ? Reflect.get(read, name) : undefined
    return typeof text === 'string' ? { [name]: text } : {}
  }
  return { place, ...told('made'), ...told('left') }
}

function readLeft(value: string): readonly string[] {
  const read: unknown = JSON.parse(value)
  return Array.isArray(read) ? read.map(String) : []
}

function readNames(answer: unknown): Names {
  const listings = new Map<number, string>()
  const places = new Map<number, string>()
  const list = asList(answer)
  for (let i = 0; i < list.length; i += 2) {
    const tag = String(list[i])
    const target = tag.startsWith('l') ? listings : places
    target.set(Number(tag.slice(1)), String(list[i + 1]))
  }
  return { listings, places }
}

const asList = (answer: unknown): readonly unknown[] => (Array.isArray(answer) ? answer : [])
const buffer = (answer: unknown): Buffer | undefined => (Buffer.isBuffer(answer) ? answer : undefined)
