import { attend, JOB, makeWaker, pause, QUEUE, queuePrefix, resume, start, type Workplace } from '@offramp/control'
import { Fault, type LaneId, type Log, silentLog, systemClock } from '@offramp/core'
import { MemoryServer, MemoryTenant } from '@offramp/test/lab/memory-ends'
import { memoryWorkplace, openedWith } from '@offramp/test/lab/memory-workplace'
import { type RedisServer, startRedis } from '@offramp/test/servers/redis'
import { Queue } from 'bullmq'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { Seats } from './seats.ts'
import { type RunningWorker, startWorker } from './worker.ts'

let redis: RedisServer
let tenant: MemoryTenant
let server: MemoryServer
let workplace: Workplace & { readonly board: ReturnType<typeof memoryWorkplace>['board'] }
const running: RunningWorker[] = []
const call = { signal: new AbortController().signal }

beforeAll(async () => {
  redis = await startRedis()
})
afterAll(() => redis.stop())

beforeEach(async () => {
  await redis.cli('flushall')
  tenant = new MemoryTenant()
  server = new MemoryServer()
  const memory = memoryWorkplace(tenant, server)
  const connection = { host: '127.0.0.1', port: redis.port, password: redis.password }
  const waker = makeWaker('test', connection, () => Date.now())
  workplace = { ...memory, redis: connection, waker, close: () => waker.close() }
})

afterEach(async () => {
  await Promise.all(running.splice(0).map((worker) => worker.stop(5_000)))
  await workplace.close()
})

const work = (name: string, concurrency = 2, log: Log = silentLog): void =>
  void running.push(startWorker({ workplace, name, log, seats: new Seats(concurrency) }))

const opened = (people: number) => openedWith(Array.from({ length: people }, (_, n) => [`person${n}@a.example`, `person${n}`] as const))

function populate(people: number, items: number): void {
  for (let n = 0; n < people; n++) tenant.add(`person${n}@a.example`, items)
}

const stay = (people: number) => attend(workplace, { opened: opened(people), everyMs: 50, tell: () => {} }, call)

const counts = (people: number): readonly number[] => Array.from({ length: people }, (_, n) => server.count(`person${n}`))

/** Everything that Redis holds, as text. */
const dump = (): Promise<string> =>
  redis.cli(
    'eval',
    "local out = {} for _, k in ipairs(redis.call('keys', '*')) do out[#out + 1] = k local t = redis.call('type', k).ok if t == 'hash' then out[#out + 1] = table.concat(redis.call('hgetall', k), ' ') elseif t == 'string' then out[#out + 1] = redis.call('get', k) elseif t == 'list' then out[#out + 1] = table.concat(redis.call('lrange', k, 0, -1), ' ') elseif t == 'stream' then out[#out + 1] = cjson.encode(redis.call('xrange', k, '-', '+')) elseif t == 'zset' then out[#out + 1] = table.concat(redis.call('zrange', k, 0, -1), ' ') end end return table.concat(out, '\\n')",
    '0',
  )

describe('workers on a real queue', () => {
  it('move every account to its end, once', async () => {
    populate(6, 40)
    work('w1')
    work('w2')
    await start(workplace, opened(6), call)
    expect(await stay(6)).toBe('finished')
    expect(counts(6)).toEqual(Array.from({ length: 6 }, () => 40))
    expect(await workplace.waker.open()).toBe(0)
  })

  it('leave no job behind and put nothing into one but the name of its lane', async () => {
    populate(1, 5)
    const { lanes } = await start(workplace, opened(1), call)
    const before = await dump()
    expect(before).toContain(`{"lane":"${lanes[0]?.lane}"}`)
    for (const secret of ['person0', 'a.example', 'Specimen']) expect(before).not.toContain(secret)
    work('w1')
    await stay(1)
    await Promise.all(running.splice(0).map((worker) => worker.stop(5_000)))
    expect(await redis.cli('exists', `${queuePrefix('test')}:${QUEUE}:${lanes[0]?.lane}`)).toBe('0')
  })

  it('take turns fairly: a large account does not keep small ones waiting', async () => {
    tenant.add('person0@a.example', 600)
    for (let n = 1; n < 4; n++) tenant.add(`person${n}@a.example`, 5)
    const limits = { ...workplace.limits, pageItems: 20, sliceMs: 1 }
    workplace = { ...workplace, limits }
    const done: LaneId[] = []
    const { lanes } = await start(workplace, opened(4), call)
    const { setState } = workplace.board
    workplace.board.setState = async (lane, state) => {
      if (state.state === 'done') done.push(lane)
      await setState.call(workplace.board, lane, state)
    }
    work('w1', 1)
    expect(await stay(4)).toBe('finished')
    expect(done.at(-1)).toBe(lanes[0]?.lane)
    expect(counts(4)).toEqual([600, 5, 5, 5])
  })

  it('of two projects share their seats: never more lanes at once, and neither project waits for the other', async () => {
    const other = { ...memoryWorkplace(tenant, server), project: 'other', redis: workplace.redis }
    const waker = makeWaker('other', workplace.redis, () => Date.now())
    const limits = { ...workplace.limits, pageItems: 10, sliceMs: 1 }
    populate(4, 60)
    const both = [
      { ...workplace, limits },
      { ...other, limits, waker },
    ] as const
    const seats = new Seats(2)
    const order: string[] = []
    let moving = 0
    let most = 0
    for (const { board, project } of both) {
      const { setState } = board
      board.setState = async (lane, state) => {
        moving += state.state === 'moving' ? 1 : -1
        most = Math.max(most, moving)
        if (state.state === 'moving') order.push(project)
        await setState.call(board, lane, state)
        // Memory is too quick for turns to overlap.
        if (state.state === 'moving') await systemClock.sleep(5, {})
      }
    }
    const rows = [0, 1, 2, 3].map((n) => [`person${n}@a.example`, `person${n}`] as const)
    const tables = [openedWith(rows.slice(0, 2)), openedWith(rows.slice(2))] as const
    for (const [index, one] of both.entries()) await start(one, tables[index] ?? tables[0], call)
    for (const one of both) running.push(startWorker({ workplace: one, name: 'w', log: silentLog, seats }))
    const stays = both.map((one, index) => attend(one, { opened: tables[index] ?? tables[0], everyMs: 50, tell: () => {} }, call))
    expect(await Promise.all(stays)).toEqual(['finished', 'finished'])
    expect(counts(4)).toEqual([60, 60, 60, 60])
    expect(most).toBe(2)
    // Each has about half of the turns at any time, and not one of them all of its turns first.
    const half = order.slice(0, order.length / 2)
    const mine = half.filter((project) => project === 'test').length
    expect(mine).toBeGreaterThan(half.length / 4)
    expect(mine).toBeLessThan((3 * half.length) / 4)
    await Promise.all(running.splice(0).map((worker) => worker.stop(5_000)))
    await waker.close()
  })

  it('mend a queue that was lost', async () => {
    populate(4, 10)
    await start(workplace, opened(4), call)
    await redis.cli('flushall')
    const told: string[] = []
    work('w1')
    const end = await attend(workplace, { opened: opened(4), everyMs: 50, tell: ({ kind }) => void told.push(kind) }, call)
    expect(end).toBe('finished')
    expect(counts(4)).toEqual([10, 10, 10, 10])
  })

  it('plan anew when the board is lost, and say so', async () => {
    populate(2, 10)
    await start(workplace, opened(2), call)
    workplace.board.wipe()
    await redis.cli('flushall')
    const told: string[] = []
    work('w1')
    expect(await attend(workplace, { opened: opened(2), everyMs: 50, tell: ({ kind }) => void told.push(kind) }, call)).toBe('finished')
    expect(told).toContain('wiped')
    expect(counts(2)).toEqual([10, 10])
  })

  it('drop a job that an evicting Redis has emptied, and any job that is not ours', async () => {
    populate(1, 5)
    const { lanes } = await start(workplace, opened(1), call)
    const lane = lanes[0]?.lane ?? ''
    await redis.cli('hset', `${queuePrefix('test')}:${QUEUE}:${lane}`, 'data', '{}')
    const queue = new Queue(QUEUE, { connection: workplace.redis, prefix: queuePrefix('test') })
    await queue.add(JOB, { lane: '../../etc/passwd' }, { jobId: 'mail-strange' })
    await queue.add(JOB, { lane, secret: 'x' }, { jobId: 'mail-more' })
    const errors: string[] = []
    work('w1', 2, { ...silentLog, error: (_fields, message) => void errors.push(message) })
    expect(await stay(1)).toBe('finished')
    expect(counts(1)).toEqual([5])
    expect(errors).toHaveLength(3)
    await queue.close()
  })

  it('wait for a throttled account without using it up, and carry on at the time', async () => {
    populate(2, 10)
    let asked = 0
    tenant.broken.set('person0@a.example', () => {
      asked++
      if (asked === 6) tenant.broken.clear()
      return new Fault({ reach: 'gate', code: 'throttled', message: 'Too many requests.', until: Date.now() + 300 })
    })
    await start(workplace, opened(2), call)
    work('w1')
    expect(await stay(2)).toBe('finished')
    expect(asked).toBe(6)
    expect(counts(2)).toEqual([10, 10])
  })

  it('rest while paused, and go on', async () => {
    populate(3, 30)
    await start(workplace, opened(3), call)
    await pause(workplace)
    work('w1')
    expect(await stay(3)).toBe('held')
    expect(counts(3)).toEqual([0, 0, 0])
    await resume(workplace)
    expect(await stay(3)).toBe('finished')
    expect(counts(3)).toEqual([30, 30, 30])
  })

  it('outlive a Redis that goes away and comes back', async () => {
    populate(3, 30)
    work('w1')
    await redis.kill('SIGKILL')
    await redis.restart()
    await start(workplace, opened(3), call)
    expect(await stay(3)).toBe('finished')
    expect(counts(3)).toEqual([30, 30, 30])
  })
})
