import { MemoryServer, MemoryTenant } from '@offramp/test/lab/memory-ends'
import { memoryWorkplace, openedWith } from '@offramp/test/lab/memory-workplace'
import { expect, it } from 'vitest'
import { attend, type News } from './attend.ts'
import { start } from './start.ts'
import { verify } from './verify.ts'

const opened = openedWith([['anna@a.example', 'anna']])

function setUp() {
  const tenant = new MemoryTenant()
  tenant.add('anna@a.example', 3)
  return memoryWorkplace(tenant, new MemoryServer())
}

it('a board that is lost while it is being read is planned anew, and never taken for a finished one', async () => {
  const workplace = setUp()
  const stop = new AbortController()
  const call = { signal: stop.signal }
  await start(workplace, opened, call)
  const { board } = workplace
  const lanes = board.lanes.bind(board)
  let reads = 0
  // The plan has been read, the lanes have not: now everything goes.
  board.lanes = async () => {
    if (++reads === 1) board.wipe()
    return lanes()
  }
  const heard: News['kind'][] = []
  const tell = (news: News): void => {
    heard.push(news.kind)
    if (news.kind === 'snapshot') stop.abort()
  }
  expect(await attend(workplace, { opened, everyMs: 1, tell }, call)).toBe('stopped')
  expect(heard).toEqual(['wiped', 'snapshot'])
  expect(await lanes()).toHaveLength(1)
})

it('nothing to compare is not a balance', async () => {
  const call = { signal: new AbortController().signal }
  await expect(verify(setUp(), { sample: 0 }, call)).rejects.toMatchObject({ reach: 'run', code: 'nothing-planned' })
})
