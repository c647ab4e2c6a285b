import type { Board, LanePlan } from '@offramp/core'
import { type RedisServer, startRedis } from '@offramp/test/servers/redis'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { RedisLab } from '../testing/redis-lab.ts'
import { redisBoard } from './redis-board.ts'

let server: RedisServer
beforeAll(async () => {
  server = await startRedis()
})
afterAll(() => server.stop())

const plan = { hash: 'h1', pass: 1, madeAt: 5 }
const lane = (name: string): LanePlan => ({
  lane: name,
  kind: 'mail',
  source: { id: `guid-${name}`, name: `${name}@example.org`, kind: 'user' },
  destination: { endpoint: 'new', account: name, address: `imap://mail.example.org:993/${name}`, passwordRef: 'env:PW' },
})
const nothing = { listed: 0, unchanged: 0, arrived: 0, rejected: 0, failed: 0, bytes: 0 }

function boardTest(name: string, run: (board: Board, lab: RedisLab) => Promise<void>): void {
  test(name, async () => {
    const lab = new RedisLab(server)
    try {
      await run(redisBoard(lab.client(), { project: 'p', time: () => lab.clock.now() }), lab)
    } finally {
      await lab.close()
    }
  })
}

boardTest('an empty board knows nothing', async (board) => {
  expect([await board.plan(), await board.held(), await board.lane('a')]).toEqual([undefined, undefined, undefined])
  expect([await board.lanes(), await board.beats()]).toEqual([[], []])
})

boardTest('a plan is put up once, whoever else presses start', async (board) => {
  expect(await board.publish(plan, [lane('a'), lane('b')], undefined)).toBe(true)
  expect(await board.publish({ ...plan, hash: 'h2' }, [lane('c')], undefined)).toBe(false)
  expect(await board.plan()).toEqual(plan)
  expect((await board.lanes()).map((one) => one.plan.lane).sort()).toEqual(['a', 'b'])
  expect(await board.lane('a')).toEqual({ plan: lane('a'), state: { state: 'ready' }, counts: nothing })
})

boardTest('the same pass keeps how lanes stand, and gives halted ones another chance', async (board) => {
  await board.publish(plan, [lane('a'), lane('b'), lane('c')], undefined)
  await board.setState('a', { state: 'done', at: 9 })
  await board.setState('b', { state: 'halted', code: 'x', message: 'no consent', remedy: 'grant it' })
  await board.setState('c', { state: 'waiting', until: 77, why: 'quota', tries: 2 })
  await board.progress({ lane: 'a', ...nothing, arrived: 3 })
  await board.hold({ by: 'operator', why: 'lunch', since: 1 })
  expect(await board.publish({ ...plan, madeAt: 6 }, [lane('a'), lane('b'), lane('d')], plan)).toBe(true)
  const states = Object.fromEntries((await board.lanes()).map((one) => [one.plan.lane, one.state.state]))
  expect(states).toEqual({ a: 'done', b: 'ready', d: 'ready' })
  expect((await board.lane('a'))?.counts.arrived).toBe(3)
  expect(await board.held()).toBeUndefined()
  await board.setState('c', { state: 'ready' })
  expect(await board.lane('c')).toBeUndefined()
})

boardTest('a new pass begins anew', async (board) => {
  await board.publish(plan, [lane('a')], undefined)
  await board.setState('a', { state: 'done', at: 9 })
  await board.progress({ lane: 'a', ...nothing, arrived: 3 })
  expect(await board.publish({ ...plan, pass: 2 }, [lane('a')], plan)).toBe(true)
  expect(await board.lane('a')).toEqual({ plan: lane('a'), state: { state: 'ready' }, counts: nothing })
})

boardTest('counts add up, from several workers at once, and words are the newest', async (board) => {
  await board.publish(plan, [lane('a')], undefined)
  const step = { ...nothing, listed: 2, arrived: 1, bytes: 2 ** 40 }
  await Promise.all(Array.from({ length: 20 }, () => board.progress({ lane: 'a', ...step, doing: 'Inbox', expectedItems: 100 })))
  await board.progress({ lane: 'a', ...nothing, waiting: { why: 'Retry-After', until: 1_795_342_694_838 } })
  expect((await board.lane('a'))?.counts).toEqual({
    ...{ ...nothing, listed: 40, arrived: 20, bytes: 20 * 2 ** 40 },
    ...{ doing: 'Inbox', expectedItems: 100, waiting: { why: 'Retry-After', until: 1_795_342_694_838 } },
  })
  await board.progress({ lane: 'a', ...nothing })
  expect((await board.lane('a'))?.counts.waiting).toBeUndefined()
  await board.progress({ lane: 'unplanned', ...step })
  expect(await board.lane('unplanned')).toBeUndefined()
})

boardTest('workers are heard of for a minute, by the clock of Redis', async (board, lab) => {
  const beat = { worker: 'w1', host: 'h', pid: 7, since: 1, at: 2, lanes: 3, rssBytes: 100e6, lagMs: 4 }
  await board.beat(beat)
  await board.beat({ ...beat, worker: 'w2', at: 9e15 })
  expect((await board.beats()).map(({ worker }) => worker).sort()).toEqual(['w1', 'w2'])
  lab.clock.pass(50_000)
  await board.beat(beat)
  lab.clock.pass(20_000)
  expect(await board.beats()).toEqual([beat])
})
