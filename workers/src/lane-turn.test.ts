import { start } from '@offramp/control'
import { type Clock, Fault, type LaneId, type Progress, silentLog } from '@offramp/core'
import { MemoryServer, MemoryTenant } from '@offramp/test/lab/memory-ends'
import { type MemoryWorkplace, memoryWorkplace, openedWith } from '@offramp/test/lab/memory-workplace'
import { beforeEach, describe, expect, it } from 'vitest'
import { type TurnMeans, takeTurn } from './lane-turn.ts'

const NOW = Date.UTC(2026, 10, 22)

/** A clock that stands still until it is set. */
class HandClock implements Clock {
  time = NOW
  now(): number {
    return this.time
  }
  sleep(_ms: number, { signal }: { signal?: AbortSignal }): Promise<void> {
    return new Promise((_resolve, reject) => signal?.addEventListener('abort', () => reject(signal.reason), { once: true }))
  }
}

let tenant: MemoryTenant
let server: MemoryServer
let clock: HandClock
let workplace: MemoryWorkplace
let lane: LaneId
let means: TurnMeans
const never = new AbortController().signal

beforeEach(async () => {
  tenant = new MemoryTenant()
  server = new MemoryServer()
  clock = new HandClock()
  workplace = memoryWorkplace(tenant, server, clock)
  tenant.add('anna@a.example', 12)
  const { lanes } = await start(workplace, openedWith([['anna@a.example', 'anna']]), { signal: never })
  lane = lanes[0]?.lane ?? ''
  const report = (progress: Progress): void => void workplace.board.progress(progress)
  means = { workplace, worker: 'w1', log: silentLog, report, flush: async () => {} }
})

const stateNow = async () => (await workplace.board.lane(lane))?.state
const turn = (signal = never) => takeTurn(lane, means, signal)

describe('a turn of a lane', () => {
  it('moves it to its end, and goes home', async () => {
    expect(await turn()).toEqual({ go: 'home' })
    expect(server.count('anna')).toBe(12)
    expect(await stateNow()).toEqual({ state: 'done', at: NOW })
    expect((await workplace.board.lane(lane))?.counts).toMatchObject({ arrived: 12, failed: 0 })
  })

  it('does nothing for a lane that is done', async () => {
    await turn()
    tenant.broken.set('anna@a.example', () => new Fault({ reach: 'account', code: 'x', message: 'was asked' }))
    expect(await turn()).toEqual({ go: 'home' })
    expect(await stateNow()).toMatchObject({ state: 'done' })
  })

  it('goes home from a lane that is on no board', async () => {
    expect(await takeTurn('mail-aaaaaaaaaaaaaaaa', means, never)).toEqual({ go: 'home' })
  })

  it('meets a held lease and looks again when it may have lapsed', async () => {
    const other = await workplace.ledger.lease(lane, 'other', workplace.leaseMs)
    expect(await turn()).toEqual({ go: 'again', at: NOW + workplace.leaseMs / 2 })
    expect(server.count('anna')).toBe(0)
    await other?.release()
    expect(await turn()).toEqual({ go: 'home' })
  })

  it('gives the lease back, so that the next turn need not wait for it to lapse', async () => {
    await turn()
    expect(await workplace.ledger.lease(lane, 'next', 1000)).toBeDefined()
  })

  it('gives the lane back when it is stopped, without a word on the board', async () => {
    const stop = new AbortController()
    stop.abort()
    expect(await turn(stop.signal)).toEqual({ go: 'again', at: NOW })
    expect(await stateNow()).toEqual({ state: 'ready' })
    expect(server.count('anna')).toBe(0)
  })

  it('rests while the operator holds the pass', async () => {
    await workplace.board.hold({ by: 'operator', why: 'night', since: NOW })
    expect(await turn()).toEqual({ go: 'home' })
    expect(server.count('anna')).toBe(0)
  })
})

describe('an end that cannot be reached', () => {
  const breakSource = (fault: Fault): void => void tenant.broken.set('anna@a.example', () => fault)

  it('is waited for, longer each time, and never a failure', async () => {
    breakSource(new Fault({ reach: 'call', code: 'down', message: 'The server does not answer.', connection: true }))
    const waits: number[] = []
    for (let tries = 0; tries < 7; tries++) {
      const next = await turn()
      if (next.go !== 'again') throw new Error('went home')
      waits.push((next.at - clock.time) / 1000)
      expect(await stateNow()).toMatchObject({ state: 'waiting', until: next.at, why: 'The server does not answer.' })
      clock.time = next.at
    }
    expect(waits).toEqual([15, 30, 60, 120, 240, 300, 300])
    tenant.broken.clear()
    expect(await turn()).toEqual({ go: 'home' })
    expect(server.count('anna')).toBe(12)
  })

  it('is asked again at the time it named, and not sooner, whoever asks', async () => {
    const until = NOW + 3_600_000
    breakSource(new Fault({ reach: 'gate', code: 'throttled', message: 'Too many requests.', until }))
    expect(await turn()).toEqual({ go: 'again', at: until })
    tenant.broken.clear()
    // A second wake-up, or a worker that has just started.
    clock.time = until - 1
    expect(await turn()).toEqual({ go: 'again', at: until })
    expect(server.count('anna')).toBe(0)
    clock.time = until
    expect(await turn()).toEqual({ go: 'home' })
  })

  it('halts this lane, with the remedy, where the account is to blame', async () => {
    breakSource(new Fault({ reach: 'account', code: 'no-consent', message: 'The app may not read it.', remedy: 'Grant Mail.Read.' }))
    expect(await turn()).toEqual({ go: 'home' })
    expect(await stateNow()).toEqual({
      state: 'halted',
      code: 'no-consent',
      message: 'The app may not read it.',
      remedy: 'Grant Mail.Read.',
    })
    expect(await workplace.board.held()).toBeUndefined()
  })

  it('holds everything where the project itself is broken', async () => {
    breakSource(new Fault({ reach: 'run', code: 'bad', message: 'Nothing can work.', remedy: 'Mend it.' }))
    expect(await turn()).toEqual({ go: 'home' })
    expect(await workplace.board.held()).toEqual({ by: 'fault', why: 'Nothing can work.', remedy: 'Mend it.', since: NOW })
    expect(await stateNow()).toEqual({ state: 'ready' })
  })

  it('is a wait as well when something is thrown that is no fault', async () => {
    tenant.broken.set('anna@a.example', () => {
      throw new TypeError('x is not a function')
    })
    expect(await turn()).toMatchObject({ go: 'again' })
    expect(await stateNow()).toMatchObject({ state: 'waiting' })
  })
})

describe('an end that is in trouble within a turn', () => {
  /** The server answers a login, and no more. */
  const breakServer = (): void => {
    server.options = {
      wire: async () => {
        throw new Fault({ reach: 'call', code: 'x', message: 'It does not answer.', connection: true })
      },
    }
  }

  /** Seconds until the lane is taken again. */
  async function waited(): Promise<number> {
    const next = await turn()
    if (next.go !== 'again') throw new Error('went home')
    const seconds = (next.at - clock.time) / 1000
    clock.time = next.at
    return seconds
  }

  it('is waited for longer with every turn in a row, and anew after one without trouble', async () => {
    breakServer()
    expect([await waited(), await waited(), await waited(), await waited()]).toEqual([15, 30, 60, 120])
    expect(await stateNow()).toMatchObject({ state: 'waiting', why: 'It does not answer.', tries: 4 })
    tenant.broken.set('anna@a.example', () => new Fault({ reach: 'gate', code: 'x', message: 'Later.', until: clock.time + 1_000 }))
    expect(await waited()).toBe(1)
    tenant.broken.clear()
    expect([await waited(), await waited()]).toEqual([15, 30])
    server.options = {}
    expect(await turn()).toEqual({ go: 'home' })
    expect(server.count('anna')).toBe(12)
    expect((await workplace.board.lane(lane))?.counts).toMatchObject({ arrived: 12, failed: 0 })
  })

  it('is not waited for longer each time where something arrives in between', async () => {
    let left = 0
    server.options = {
      batch: { items: 1, bytes: 1 },
      wire: async (what, effect) => {
        if (left <= 0 && what !== 'destination.prepare')
          throw new Fault({ reach: 'call', code: 'x', message: 'It does not answer.', connection: true })
        if (what === 'destination.put') left--
        return effect()
      },
    }
    const waits: number[] = []
    for (left of [3, 0, 0, 3, 3, 0]) waits.push(await waited())
    expect(waits).toEqual([15, 15, 30, 15, 15, 15])
    expect(await stateNow()).toMatchObject({ state: 'waiting', tries: 6, fruitless: 1 })
    expect(server.count('anna')).toBe(9)
  })
})
