import type { Item, TeamRights } from '@offramp/core'
import { afterEach, expect, test } from 'vitest'
import { startTeamCloud, type TeamCloud } from '../../../../../test/lab/team-cloud.ts'
import { receiptOf } from '../../../../../test/servers/dav-desk.ts'
import { CHUNK_BYTES, fileItem, soonPut } from '../../../../../test/servers/files-desk.ts'

const closing: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

const anna = { kind: 'user' as const, id: 'anna' }
const staff = { kind: 'group' as const, id: 'staff' }
const ROOT = {
  place: '/Sales',
  access: [
    { ...anna, may: 'write' as const },
    { ...staff, may: 'read' as const },
  ],
}
const rightsOf = (rules: TeamRights['rules'] = [ROOT], more: Partial<TeamRights> = {}): TeamRights => ({
  members: [
    { ...anna, most: 'write' },
    { ...staff, most: 'read' },
  ],
  rules,
  places: ['/Sales', '/Sales/Plans'],
  ...more,
})

/** A Team folder that anna and a group are in, with a folder. */
async function openTeamCloud(version?: string): Promise<TeamCloud> {
  const users = [{ id: 'mover' }, { id: 'anna' }, { id: 'ben', groups: ['staff'] }]
  const one = await startTeamCloud('Sales', users, version === undefined ? {} : { version })
  closing.push(() => one.close())
  const { destination, team, call } = await one.connect()
  const place = await destination.prepare({ id: 'x', path: ['Plans'] }, call)
  await destination.put(place, fileItem(0, 'before.txt', { traits: { modifiedAt: 86_500_000 } }), undefined, soonPut())
  await team.open(rightsOf(), call)
  return one
}

/** What somebody sees below `Sales`. A folder that is left empty under a name of Offramp's by who was stopped is nothing that anybody could learn from. */
async function seenBy({ cloud }: TeamCloud, user: string): Promise<readonly string[]> {
  const seen = await cloud.user(user).files.seen()
  const told = seen
    .map(({ path }) => path)
    .filter((path) => path.startsWith('Sales/') && !/^Sales\/\.offramp-[0-9a-f]{20}\.tmp$/.test(path))
  return told.filter((path) => path !== 'Sales/Plans').toSorted()
}

const BEFORE = ['Sales/Plans/before.txt']
const PLANS = { id: '/Sales/Plans', name: 'Plans' }

const many = (from: number, count: number): readonly Item[] =>
  Array.from({ length: count }, (_, n) => fileItem(from + n, `file ${from + n}.txt`, { traits: { modifiedAt: 1_600_000_000_000 } }))

test('a file that comes later is closed at every moment, however often its writer is stopped, and stands there once', async () => {
  const one = await openTeamCloud()
  const { cloud, connect } = one
  const item = fileItem(1, 'late.txt')
  let stops = 0
  for (let endsAt = 3; ; endsAt++) {
    const done = await connect(endsAt)
      .then(({ destination, call }) => destination.put(PLANS, item, undefined, { ...soonPut(), ...call }))
      .catch(() => undefined)
    for (const user of ['anna', 'ben']) expect([endsAt, user, await seenBy(one, user)]).toEqual([endsAt, user, BEFORE])
    if (done === undefined) {
      stops++
      continue
    }
    // Stopped after the MOVE, the file stands there without a receipt: it is found, not written again.
    expect(done).toMatchObject({ place: '/Sales/Plans', locator: 'late.txt' })
    break
  }
  expect(stops).toBeGreaterThan(8)
  const { destination, team, call } = await connect()
  await destination.date?.([], call)
  const tree = async () => (await cloud.sharing.teamTree('Sales')).map(({ path }) => path)
  expect((await tree()).filter((path) => path.startsWith('Plans/'))).toEqual(['Plans/before.txt', 'Plans/late.txt'])
  const own = {
    place: '/Sales/Plans',
    locator: 'late.txt',
    access: [
      { ...anna, may: 'none' as const },
      { ...staff, may: 'read' as const },
    ],
  }
  expect((await team.open(rightsOf([ROOT, own]), call)).kept).toEqual([])
  expect([await seenBy(one, 'anna'), await seenBy(one, 'ben')]).toEqual([BEFORE, [...BEFORE, 'Sales/Plans/late.txt']])
  expect(await tree()).toEqual(['Plans', 'Plans/before.txt', 'Plans/late.txt'])
  expect(await cloud.violations()).toEqual([])
})

test('nor do many at once go past it, nor one in chunks, and all are open where the source says so', async () => {
  const one = await openTeamCloud()
  const { destination, team, call } = await one.connect()
  const small = many(10, 5)
  const answers = await destination.putMany?.(PLANS, small, call)
  expect(answers?.map((answer) => ('locator' in answer ? answer.locator : answer.message))).toEqual(
    small.map(({ naturalKey }) => naturalKey),
  )
  const large = fileItem(20, 'large.bin', { body: Buffer.alloc(CHUNK_BYTES * 4 + 1, 7) })
  await destination.put(PLANS, large, undefined, soonPut())
  expect([await seenBy(one, 'anna'), await seenBy(one, 'ben')]).toEqual([BEFORE, BEFORE])
  await destination.date?.([], call)
  expect((await one.cloud.sharing.teamTree('Sales')).some(({ path }) => path.includes('.offramp'))).toBe(false)
  expect(await team.open(rightsOf(), call)).toMatchObject({ kept: [] })
  const all = [...BEFORE, ...small.map(({ naturalKey }) => `Sales/Plans/${naturalKey}`), 'Sales/Plans/large.bin']
  expect([await seenBy(one, 'anna'), await seenBy(one, 'ben')]).toEqual([all, all])
  expect(await one.cloud.violations()).toEqual([])
})

test('what the rights were made without stays closed, and is counted', async () => {
  const one = await openTeamCloud()
  const { destination, team, call } = await one.connect()
  await destination.putMany?.(PLANS, many(10, 2), call)
  const isKnown = (place: string, locator?: string): boolean =>
    locator === undefined ? place.endsWith('Plans') : locator !== 'file 11.txt'
  expect(await team.open(rightsOf([ROOT], { isKnown }), call)).toMatchObject({ kept: [], closed: 1 })
  expect(await seenBy(one, 'anna')).toEqual([...BEFORE, 'Sales/Plans/file 10.txt'])
  // Nor is it open to who is let in at that moment.
  const ben = { kind: 'user' as const, id: 'ben' }
  const access = [...ROOT.access, { ...ben, may: 'write' as const }]
  const asked = rightsOf([{ ...ROOT, access }], { isKnown })
  await team.open({ ...asked, members: [...asked.members, { ...ben, most: 'write' }] }, call)
  expect(await seenBy(one, 'ben')).toEqual([...BEFORE, 'Sales/Plans/file 10.txt'])
  expect((await team.open(rightsOf(), call)).closed).toBeUndefined()
  expect(await seenBy(one, 'anna')).toEqual([...BEFORE, 'Sales/Plans/file 10.txt', 'Sales/Plans/file 11.txt'])
})

for (const version of ['28.0.0', '32.0.1'])
  test(`bytes that are written over a file leave it as closed as it was, under a name of any length (${version})`, async () => {
    const one = await openTeamCloud(version)
    const { destination, team, call } = await one.connect()
    const names = ['short.txt', `${'l'.repeat(236)}.txt`]
    const receipts = []
    for (const [n, name] of names.entries())
      receipts.push(receiptOf(await destination.put(PLANS, fileItem(30 + n, name), undefined, soonPut())))
    const closed = receipts.map(({ locator }) => ({
      place: '/Sales/Plans',
      locator,
      access: [
        { ...anna, may: 'none' as const },
        { ...staff, may: 'none' as const },
      ],
    }))
    await team.open(rightsOf([ROOT, ...closed]), call)
    expect(await seenBy(one, 'anna')).toEqual(BEFORE)
    for (const [n, over] of receipts.entries()) {
      const next = { ...fileItem(30 + n, names[n] ?? '', { body: Buffer.from('other bytes') }), version: '2' }
      expect(await destination.put(PLANS, next, over, soonPut())).toMatchObject({ locator: over.locator, size: 11 })
    }
    expect([await seenBy(one, 'anna'), await seenBy(one, 'ben')]).toEqual([BEFORE, BEFORE])
  })
