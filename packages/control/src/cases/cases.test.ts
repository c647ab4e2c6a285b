import { type Collection, type DestinationEndpoint, Fault, type Listing, systemClock } from '@offramp/core'
import { MemoryServer, MemoryTenant } from '@offramp/test/lab/memory-ends'
import { type MemoryWorkplace, memoryWorkplace, openedWith } from '@offramp/test/lab/memory-workplace'
import { beforeEach, describe, expect, it } from 'vitest'
import { isLaneId, laneId } from '../plan/lane-id.ts'
import { InputRefused } from '../project/problem.ts'
import { tend } from '../queue/tend.ts'
import type { Workplace } from '../workplace/workplace.ts'
import { check } from './check.ts'
import { discover } from './discover.ts'
import { pause, resume, retry } from './hold.ts'
import { start } from './start.ts'
import { verify } from './verify.ts'

const call = { signal: new AbortController().signal }
const ROWS = [
  ['anna@a.example', 'anna'],
  ['ben@a.example', 'ben'],
] as const

let tenant: MemoryTenant
let server: MemoryServer
let workplace: MemoryWorkplace

beforeEach(() => {
  tenant = new MemoryTenant()
  server = new MemoryServer()
  workplace = memoryWorkplace(tenant, server)
  tenant.add('anna@a.example', 3, { aliases: ['a.ber@a.example'] })
  tenant.add('ben@a.example', 2)
})

const begin = (rows: readonly (readonly [string, string])[] = ROWS) => start(workplace, openedWith(rows), call)

/** Works off one lane as a worker does, without the queue. */
async function move(lane: string, failing = false): Promise<void> {
  const lease = await workplace.ledger.lease(lane, 'test', 60_000)
  if (lease === undefined) throw new Error('held')
  const version = 'v1'
  await lease.intend([{ id: 'i1', listing: 'c1', version, place: 'p' }])
  const receipt = { place: 'p', locator: '1', size: 10 }
  await lease.settle([
    failing
      ? { id: 'i1', listing: 'c1', version, state: 'failed', message: 'no' }
      : { id: 'i1', listing: 'c1', version, state: 'arrived', receipt },
  ])
  await lease.release()
  await workplace.board.setState(lane, { state: 'done', at: 1 })
}

async function gather<T>(stream: AsyncIterable<T>): Promise<readonly T[]> {
  const all: T[] = []
  for await (const one of stream) all.push(one)
  return all
}

async function complaint(run: () => Promise<unknown>): Promise<string> {
  try {
    await run()
  } catch (thrown) {
    if (thrown instanceof InputRefused) return thrown.message
    throw thrown
  }
  return ''
}

describe('lane ids', () => {
  const identity = { source: 'microsoft-365:contoso', account: 'GUID', kind: 'mail' } as const

  it('are safe as keys, jobs and log fields, and hold no name', () => {
    for (let n = 0; n < 500; n++) expect(laneId({ ...identity, account: `anna${n}@a.example` })).toMatch(/^mail-[a-z2-7]{16}$/)
    expect(isLaneId(laneId(identity))).toBe(true)
  })

  it('never change', () => expect(laneId(identity)).toBe('mail-sfre2ermnozrmaln'))

  it.each([
    ['source', 'x'],
    ['account', 'x'],
    ['kind', 'file'],
  ])('differ by %s', (part, value) => {
    expect(laneId({ ...identity, [part]: value })).not.toBe(laneId(identity))
  })

  it.each(['', 'mail-', 'mail-ABC', 'mail-../../etc', '123', undefined, { lane: 1 }, 'mail-aaaaaaaaaaaaaaaa:x'])(
    'are not taken from %j',
    (text) => {
      expect(isLaneId(text)).toBe(false)
    },
  )
})

describe('start', () => {
  it('plans every account and wakes it', async () => {
    const { plan, lanes, how } = await begin()
    expect({ pass: plan.pass, how, lanes: lanes.length }).toEqual({ pass: 1, how: 'first', lanes: 2 })
    expect([...workplace.waker.waiting.keys()].toSorted()).toEqual(lanes.map(({ lane }) => lane).toSorted())
  })

  it('twice is the same as once', async () => {
    const [first, second] = await Promise.all([begin(), begin()])
    expect(second.plan.pass).toBe(1)
    expect(second.plan.hash).toBe(first.plan.hash)
    expect(await workplace.board.lanes()).toHaveLength(2)
  })

  it('goes on with an unfinished pass and leaves alone what is done', async () => {
    tenant.add('carla@a.example', 1)
    const rows = [...ROWS, ['carla@a.example', 'carla']] as const
    const { lanes } = await begin(rows)
    const [first = '', second = '', third = ''] = lanes.map(({ lane }) => lane)
    await move(first)
    await workplace.board.setState(second, { state: 'halted', code: 'x', message: 'y' })
    await workplace.board.setState(third, { state: 'waiting', until: 1, why: 'z', tries: 3 })
    const again = await begin(rows)
    expect(again.how).toBe('same')
    expect(again.plan.pass).toBe(1)
    expect((await workplace.board.lanes()).map(({ state }) => state.state)).toEqual(['done', 'ready', 'waiting'])
  })

  it('begins the next pass once every account is done', async () => {
    const { lanes } = await begin()
    for (const { lane } of lanes) await move(lane)
    const next = await begin()
    expect({ how: next.how, pass: next.plan.pass }).toEqual({ how: 'next', pass: 2 })
    expect((await workplace.board.lanes()).map(({ state }) => state.state)).toEqual(['ready', 'ready'])
  })

  it('does not let one account that stays halted keep the others from their next pass', async () => {
    const { lanes } = await begin()
    await workplace.board.setState(lanes[0]?.lane ?? '', { state: 'halted', code: 'x', message: 'y' })
    expect((await begin()).how).toBe('same')
    await move(lanes[0]?.lane ?? '')
    await workplace.board.setState(lanes[1]?.lane ?? '', { state: 'halted', code: 'x', message: 'y' })
    expect(await begin()).toMatchObject({ how: 'next', plan: { pass: 2 } })
  })

  it('refuses who is not there, with the line', async () => {
    expect(await complaint(() => begin([...ROWS, ['carla@a.example', 'carla']]))).toMatch(/^mappings\.csv:4: There is no such account/)
  })

  it('refuses an account under two names', async () => {
    expect(await complaint(() => begin([...ROWS, ['a.ber@a.example', 'other']]))).toMatch(
      /^mappings\.csv:4: This is another name of the account on line 2/,
    )
  })

  it('refuses two logins of one mailbox', async () => {
    expect(
      await complaint(() =>
        begin([
          ['anna@a.example', 'one'],
          ['ben@a.example', 'ONE'],
        ]),
      ),
    ).toMatch(/^mappings\.csv:3: This is the same place as the destination on line 2/)
  })

  it('refuses another destination for an account that has moved something', async () => {
    const { lanes } = await begin()
    await move(lanes[0]?.lane ?? '')
    expect(
      await complaint(() =>
        begin([
          ['anna@a.example', 'elsewhere'],
          ['ben@a.example', 'ben'],
        ]),
      ),
    ).toMatch(/has been moving to memory:\/\/mail\/anna \(1 items\)/)
  })

  it('takes another destination for an account of which nothing was moved', async () => {
    await begin()
    const { lanes } = await begin([
      ['anna@a.example', 'elsewhere'],
      ['ben@a.example', 'ben'],
    ])
    expect(lanes[0]?.destination.account).toBe('elsewhere')
  })

  it('refuses a source that takes other things for an item, once something has moved, and does not compare either', async () => {
    const { lanes } = await begin()
    await move(lanes[0]?.lane ?? '')
    const source = { ...workplace.source, manner: 'labels: copies' }
    const other: Workplace = { ...workplace, source }
    expect(await complaint(() => start(other, openedWith(ROWS), call))).toMatch(
      /^mappings\.csv: anna@a\.example has been moved with another setting of the source \(1 items\), and the project file now says labels: copies/,
    )
    const report = await verify(other, { sample: 0 }, call)
    expect(report.lanes.map(({ why }) => why)).toEqual([
      expect.stringContaining('cannot be compared'),
      expect.stringContaining('cannot be compared'),
    ])
    // Of whom nothing was moved, the new setting may be taken.
    expect((await start(other, openedWith([['ben@a.example', 'ben']]), call)).lanes[0]?.source.manner).toBe('labels: copies')
  })

  it('refuses another table while lanes are on their way', async () => {
    const { lanes } = await begin()
    await workplace.board.setState(lanes[0]?.lane ?? '', { state: 'moving', worker: 'w', since: 1 })
    await workplace.board.beat({ worker: 'w', host: 'h', pid: 1, since: 1, at: 1, lanes: 1, rssBytes: 1, lagMs: 1 })
    expect(await complaint(() => begin([['anna@a.example', 'anna']]))).toMatch(/Pause first/)
  })

  it('takes another table when the worker that had a lane is dead', async () => {
    const { lanes } = await begin()
    await workplace.board.setState(lanes[0]?.lane ?? '', { state: 'moving', worker: 'w', since: 1 })
    expect((await begin([['anna@a.example', 'anna']])).lanes).toHaveLength(1)
  })

  it('says which accounts left the table, and leaves them', async () => {
    await begin()
    const { left } = await begin([['anna@a.example', 'anna']])
    expect(left.map(({ source }) => source.name)).toEqual(['ben@a.example'])
  })

  it('ends a pause', async () => {
    await begin()
    await pause(workplace)
    await begin()
    expect(await workplace.board.held()).toBeUndefined()
  })
})

describe('a provider that asks for patience', () => {
  const waits: string[] = []
  const throttled = () => new Fault({ reach: 'gate', code: 'throttled', message: 'Too many requests.', until: systemClock.now() + 30 })

  /** The first `times` questions about accounts are answered with `fault`. */
  function failing(times: number, fault: () => Fault): void {
    const { source } = workplace
    let asked = 0
    const account: typeof source.account = (name, given) => (asked++ < times ? Promise.reject(fault()) : source.account(name, given))
    waits.length = 0
    const tellWait = (why: string): void => void waits.push(why)
    const clock = { now: systemClock.now, sleep: async () => {} }
    workplace = { ...workplace, clock, source: { ...source, account }, tellWait }
  }

  it('is waited for, and the operator is told', async () => {
    failing(9, throttled)
    expect((await begin()).lanes).toHaveLength(2)
    expect(waits).toHaveLength(9)
    expect(waits[0]).toBe('Too many requests.')
  })

  it('is asked a few times when it does not answer, and then named', async () => {
    const away = () => new Fault({ reach: 'call', code: 'away', message: 'It does not answer.', connection: true })
    failing(2, away)
    expect((await begin()).lanes).toHaveLength(2)
    failing(1000, away)
    await expect(begin()).rejects.toThrow('It does not answer.')
  })

  it('is asked once by a check, which names it', async () => {
    failing(1, () => new Fault({ reach: 'call', code: 'away', message: 'It does not answer.', connection: true }))
    const found = await gather(check(workplace, openedWith([...ROWS]), call))
    expect(found.map(({ level, says }) => `${level}: ${says}`)).toContain('error: It does not answer.')
    expect(waits).toEqual([])
  })

  it('is not asked again where the account is to blame', async () => {
    failing(1, () => new Fault({ reach: 'account', code: 'consent', message: 'No consent.' }))
    await expect(begin()).rejects.toThrow('No consent.')
    expect(waits).toEqual([])
  })
})

describe('the queue', () => {
  it('is filled again from the board, with the times that lanes wait for', async () => {
    const { lanes } = await begin()
    const until = systemClock.now() + 60_000
    await workplace.board.setState(lanes[1]?.lane ?? '', { state: 'waiting', until, why: 'x', tries: 0 })
    workplace.waker.waiting.clear()
    expect(await tend(workplace.board, workplace.waker)).toBe(2)
    expect([...workplace.waker.waiting]).toEqual([
      [lanes[0]?.lane, undefined],
      [lanes[1]?.lane, until],
    ])
  })

  it('is left alone while nothing is missing, or everything is held', async () => {
    await begin()
    expect(await tend(workplace.board, workplace.waker)).toBe(0)
    workplace.waker.waiting.clear()
    await pause(workplace)
    expect(await tend(workplace.board, workplace.waker)).toBe(0)
    expect(workplace.waker.waiting.size).toBe(0)
  })
})

describe('pause, resume, retry', () => {
  it('resume wakes what was ready and lets wait what waits', async () => {
    const { lanes } = await begin()
    await workplace.board.setState(lanes[1]?.lane ?? '', { state: 'waiting', until: 1, why: 'x', tries: 0 })
    workplace.waker.waiting.clear()
    await pause(workplace)
    expect(await workplace.board.held()).toMatchObject({ by: 'operator' })
    expect(await resume(workplace)).toEqual([lanes[0]?.lane])
    expect(await workplace.board.held()).toBeUndefined()
  })

  it('a pause does not hide why a fault holds everything', async () => {
    await workplace.board.hold({ by: 'fault', why: 'broken', since: 1 })
    await pause(workplace)
    expect(await workplace.board.held()).toMatchObject({ by: 'fault' })
  })

  it('retry takes up failures and halted accounts, within the same pass, and nothing else', async () => {
    tenant.add('carla@a.example', 1)
    const { lanes } = await begin([...ROWS, ['carla@a.example', 'carla']])
    const [anna = '', ben = '', carla = ''] = lanes.map(({ lane }) => lane)
    await move(anna)
    await move(ben, true)
    await workplace.board.setState(carla, { state: 'halted', code: 'x', message: 'y' })
    workplace.waker.waiting.clear()
    expect(await retry(workplace)).toEqual({ lanes: [ben, carla], items: 1 })
    expect([...workplace.waker.waiting.keys()]).toEqual([ben, carla])
    expect((await workplace.board.plan())?.pass).toBe(1)
  })
})

describe('looking before anything moves', () => {
  it('check says all of both ends, the losses, and touches nothing', async () => {
    server.caution = 'It is written to without encryption.'
    server.options = { keeps: ['read', 'receivedAt'], maxItemBytes: 50 * 1_048_576 }
    workplace = memoryWorkplace(tenant, server)
    const found = await gather(check(workplace, openedWith([...ROWS]), call))
    expect(found.map(({ side, level, about }) => [side, level, about])).toEqual([
      ['project', 'ok', 'mappings.csv'],
      ['source', 'ok', 'memory tenant'],
      ['destination', 'ok', 'mail'],
      ['destination', 'warning', 'mail'],
      ...found.slice(4).map(({ side, level }) => [side, level, 'all accounts']),
    ])
    expect(found.slice(4).map(({ says }) => says)).toContain('Not kept at the destination: categories and labels.')
    expect(server.count('anna')).toBe(0)
    expect(await workplace.board.plan()).toBeUndefined()
  })

  it('check says a caution once, in the words of an endpoint that says it itself', async () => {
    server.caution = 'It is written to without encryption.'
    workplace = memoryWorkplace(tenant, server)
    const [[name, endpoint] = []] = workplace.destinations
    if (name === undefined || endpoint === undefined) throw new Error('There is no destination.')
    const own = { level: 'warning', about: 'mail', says: server.caution, remedy: 'Use "tls".' } as const
    const outspoken: DestinationEndpoint = {
      ...endpoint,
      async *check() {
        yield own
      },
    }
    const found = await gather(check({ ...workplace, destinations: new Map([[name, outspoken]]) }, openedWith([...ROWS]), call))
    expect(found.filter(({ says }) => says === own.says)).toEqual([{ side: 'destination', ...own }])
  })

  it('check names bad lines and goes on with the rest', async () => {
    const found = await gather(check(workplace, openedWith([...ROWS, ['nobody@a.example', 'x']]), call))
    expect(found[0]).toMatchObject({
      side: 'project',
      level: 'error',
      says: expect.stringMatching(/mappings\.csv:4: There is no such account/),
    })
    expect(found.some(({ side, level }) => side === 'source' && level === 'ok')).toBe(true)
  })

  it('discover counts every folder', async () => {
    tenant.add('gone@a.example', 5, { unavailable: 'It has no licence.' })
    const found = await gather(discover(workplace, ['mail'], call))
    expect(found.map(({ account, folders, items, why }) => [account.name, folders.length, items, why])).toEqual([
      ['anna@a.example', 2, 3, undefined],
      ['ben@a.example', 2, 2, undefined],
      ['gone@a.example', 0, 0, 'It has no licence.'],
    ])
  })

  it('discover counts an item once that stands in several folders, and says no size that nobody knows', async () => {
    const inbox: Collection = { id: 'i', path: ['Inbox'] }
    const asWhole = (whole: Partial<Listing>): Workplace => {
      const connect: Workplace['source']['connect'] = async (account, kind) => ({
        ...(await workplace.source.connect(account, kind)),
        async *listings() {
          yield { id: 'all', collections: [inbox], ...whole }
          yield { id: 'chats', collection: { id: 'c', path: ['Chats'] }, items: 9, bytes: 9, skip: 'not-offered' }
        },
        async *measure() {
          yield { collection: inbox, items: 2 }
          yield { collection: { id: 'l', path: ['Label'] }, items: 2 }
        },
      })
      return { ...workplace, source: { ...workplace.source, connect } }
    }
    const sizes = async (whole: Partial<Listing>) => {
      const [anna] = await gather(discover(asWhole(whole), ['mail'], call))
      return [anna?.items, anna?.bytes, anna?.folders.length]
    }
    expect(await sizes({ items: 3, bytes: 1_000 })).toEqual([3, 1_000, 3])
    expect(await sizes({})).toEqual([4, undefined, 3])
  })
})
