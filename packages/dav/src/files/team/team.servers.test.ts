import type { Finding, TeamRights } from '@offramp/core'
import type { EmulatedNextcloud } from '@offramp/emulators'
import { afterEach, expect, test } from 'vitest'
import { startTeamCloud, type TeamCloud } from '../../../../../test/lab/team-cloud.ts'
import { faultOf } from '../../../../../test/servers/dav-desk.ts'
import { fileItem, filesEndpoint, soonPut } from '../../../../../test/servers/files-desk.ts'
import { ownGroup } from './team-api.ts'

const closing: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

const FOLDERS = '/index.php/apps/groupfolders/folders'
const PEOPLE = [{ id: 'mover' }, { id: 'anna', groups: ['staff'] }, { id: 'ben' }]

async function teamCloud(
  users: Parameters<typeof startTeamCloud>[1] = PEOPLE,
  more: Parameters<typeof startTeamCloud>[2] = {},
): Promise<TeamCloud> {
  const one = await startTeamCloud('Sales', users, more)
  closing.push(() => one.close())
  return one
}

const secretOf = async (cloud: EmulatedNextcloud, user: string): Promise<string> => (await cloud.user(user).credentials()).appPassword

/** As the server's admin does it by hand. */
async function byHand(cloud: EmulatedNextcloud, path: string, fields: Readonly<Record<string, string>>): Promise<void> {
  const authorization = `Basic ${Buffer.from(`boss:${await secretOf(cloud, 'boss')}`).toString('base64')}`
  const headers = { authorization, 'ocs-apirequest': 'true', accept: 'application/json' }
  const answer = await fetch(new URL(path, cloud.url), { method: 'POST', headers, body: new URLSearchParams(fields) })
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`)
}

async function endpointFor(cloud: EmulatedNextcloud, admin?: { readonly login: string; readonly secret?: string }) {
  const mover = await secretOf(cloud, 'mover')
  const secret = admin === undefined ? '' : (admin.secret ?? (await secretOf(cloud, admin.login)))
  const provision = admin === undefined ? {} : { provision: { admin: admin.login, secret: async () => secret, accounts: false } }
  const endpoint = filesEndpoint(cloud.url, mover, provision)
  closing.push(async () => endpoint.close?.())
  const team = endpoint.inTeam?.('Sales')
  if (team === undefined) throw new Error('There are no Team folders.')
  return team
}

async function check(endpoint: Awaited<ReturnType<typeof endpointFor>>): Promise<readonly Finding[]> {
  const found: Finding[] = []
  const asked = { accounts: [{ id: 'mover', name: 'mover', kind: 'user' as const }], kinds: ['file' as const] }
  for await (const one of endpoint.check(asked, soonPut())) found.push(one)
  return found
}

const rights = (members: TeamRights['members'], ...rules: TeamRights['rules']): TeamRights => ({ members, rules, places: ['/Sales'] })
const anna = { kind: 'user' as const, id: 'anna' }
const ben = { kind: 'user' as const, id: 'ben' }
const staff = { kind: 'group' as const, id: 'staff' }

test('check says that it is made, and by whom it cannot be', async () => {
  const { cloud } = await teamCloud()
  expect(await check(await endpointFor(cloud, { login: 'boss' }))).toMatchObject([
    { level: 'ok', says: expect.stringContaining('is made when') },
  ])
  expect(await check(await endpointFor(cloud, { login: 'ben' }))).toMatchObject([
    { level: 'error', says: expect.stringContaining('ben is no admin'), remedy: expect.stringContaining('files.provision') },
  ])
  expect(await check(await endpointFor(cloud))).toMatchObject([
    { level: 'error', says: expect.stringContaining('names no admin'), remedy: expect.stringContaining('files.provision') },
  ])
  expect([await cloud.sharing.teams(), await cloud.writes()]).toEqual([[], []])
})

test('a server without the app says so, in check and before the first write', async () => {
  const { cloud } = await teamCloud(PEOPLE, { settings: { teamFolders: 'no' } })
  const endpoint = await endpointFor(cloud, { login: 'boss' })
  expect(await check(endpoint)).toMatchObject([
    { level: 'error', says: expect.stringContaining('groupfolders'), remedy: expect.stringContaining('occ app:install') },
  ])
  const destination = await endpoint.connect('mover', 'file', soonPut())
  expect(await faultOf(destination.prepare({ id: 'x', path: [] }, soonPut()))).toMatchObject({ reach: 'run', code: 'dav-no-team-folders' })
  expect(await cloud.user('mover').files.tree()).toEqual([])
})

test("an admin who is none stops the run, with the name of the setting, and nothing is written among the account's own files", async () => {
  const { cloud } = await teamCloud()
  const destination = await (await endpointFor(cloud, { login: 'ben' })).connect('mover', 'file', soonPut())
  expect(await faultOf(destination.prepare({ id: 'x', path: [] }, soonPut()))).toMatchObject({
    reach: 'run',
    code: 'dav-team-not-admin',
    remedy: expect.stringContaining('files.provision'),
  })
  const { putMany } = destination
  expect(await faultOf(Promise.resolve(putMany?.({ id: '/Sales', name: '' }, [fileItem(1, 'a')], soonPut())))).toMatchObject({
    reach: 'run',
  })
  expect(await cloud.user('mover').files.tree()).toEqual([])
})

test('what stands there under the name is neither renamed nor filled', async () => {
  const { cloud, connect } = await teamCloud()
  await cloud.user('mover').files.put('Sales/own.txt', 'mine')
  expect(await check(await endpointFor(cloud, { login: 'boss' }))).toMatchObject([
    { level: 'error', says: expect.stringContaining('already') },
  ])
  const { destination, call } = await connect()
  expect(await faultOf(destination.prepare({ id: 'x', path: [] }, call))).toMatchObject({ reach: 'account', code: 'dav-team-name-taken' })
  expect(await cloud.sharing.teams()).toEqual([])
  expect((await cloud.user('mover').files.tree()).map(({ path }) => path)).toEqual(['Sales', 'Sales/own.txt'])
})

test('a Team folder of a person is used as it is: files go in, its members and rules are theirs', async () => {
  const { cloud, connect } = await teamCloud([{ id: 'mover', groups: ['staff'] }, ...PEOPLE.slice(1)])
  await byHand(cloud, FOLDERS, { mountpoint: 'Sales' })
  expect(await check(await endpointFor(cloud, { login: 'boss' }))).toMatchObject([
    { level: 'error', says: expect.stringContaining('does not stand among') },
  ])
  const id = (await cloud.sharing.teams())[0]?.id
  await byHand(cloud, `${FOLDERS}/${id}/groups`, { group: 'staff' })
  expect(await check(await endpointFor(cloud, { login: 'boss' }))).toMatchObject([
    { level: 'ok', says: expect.stringContaining('A person has made it') },
  ])
  expect(await check(await endpointFor(cloud))).toMatchObject([{ level: 'ok' }])
  const before = await cloud.sharing.teams()
  const { destination, team, call } = await connect()
  const place = await destination.prepare({ id: 'x', path: ['Inner'] }, call)
  expect(await destination.put(place, fileItem(1, 'a.txt'), undefined, soonPut())).toMatchObject({
    place: '/Sales/Inner',
    locator: 'a.txt',
  })
  expect(await team.state(call)).toBe('theirs')
  expect(await faultOf(team.open(rights([{ ...anna, most: 'read' }]), call))).toMatchObject({ reach: 'account', code: 'dav-team-theirs' })
  expect(await cloud.sharing.teams()).toEqual(before)
})

test('somebody who sits in the group of the account that moves is not let in by us', async () => {
  const { cloud, connect } = await teamCloud()
  await byHand(cloud, '/ocs/v2.php/cloud/groups', { groupid: ownGroup('Sales', 'move') })
  await byHand(cloud, '/ocs/v2.php/cloud/users/ben/groups', { groupid: ownGroup('Sales', 'move') })
  const { destination, call } = await connect()
  expect(await faultOf(destination.prepare({ id: 'x', path: [] }, call))).toMatchObject({ reach: 'account', code: 'dav-team-strangers' })
  expect(await cloud.sharing.teams()).toEqual([])
})

test('groups of a person enter with what is theirs at the most, nobody may pass anything on, and who is not there is named', async () => {
  const { cloud, connect } = await teamCloud()
  const { destination, team, call } = await connect()
  await destination.prepare({ id: 'x', path: ['Plans'] }, call)
  const root = {
    place: '/Sales',
    access: [
      { ...staff, may: 'add' as const },
      { ...ben, may: 'read' as const },
      { kind: 'user' as const, id: 'gone', may: 'write' as const },
    ],
  }
  const members = [
    { ...staff, most: 'add' as const },
    { ...ben, most: 'read' as const },
    { kind: 'user' as const, id: 'gone', most: 'write' as const },
  ]
  expect(await team.open(rights(members, root), call)).toEqual({
    members: [
      { ...ben, state: 'joined' },
      { ...staff, state: 'joined' },
      { kind: 'user', id: 'gone', state: 'refused', why: 'There is no account gone there.' },
    ],
    kept: [],
  })
  const [stands] = await cloud.sharing.teams()
  expect(stands?.groups).toEqual({ [ownGroup('Sales', 'move')]: 31, [ownGroup('Sales', 'read')]: 1, staff: 7 })
  expect((await cloud.sharing.reach('team:Sales/Plans')).map(({ who, permissions }) => [who, permissions])).toEqual([
    ['mover', 31],
    ['anna', 7],
    ['ben', 1],
  ])
  expect(await cloud.violations()).toEqual([])
})

test('the account that moves is in already, and goes on with all of it, whatever the source says of it', async () => {
  const { cloud, connect } = await teamCloud()
  const { destination, team, call } = await connect()
  const place = await destination.prepare({ id: 'x', path: ['Plans'] }, call)
  const mover = { kind: 'user' as const, id: 'mover' }
  const access = [
    { ...mover, may: 'read' as const },
    { ...anna, may: 'write' as const },
  ]
  const members = [
    { ...mover, most: 'read' as const },
    { ...anna, most: 'write' as const },
  ]
  const opened = await team.open(rights(members, { place: '/Sales', access }, { place: place.id, access }), call)
  expect(opened.members).toEqual([
    { ...anna, state: 'joined' },
    { ...mover, state: 'already' },
  ])
  const reach = (await cloud.sharing.reach('team:Sales/Plans')).map(({ who, permissions }) => [who, permissions])
  expect(reach).toEqual([
    ['mover', 31],
    ['anna', 15],
  ])
  expect((await cloud.sharing.teams())[0]?.groups).not.toHaveProperty([ownGroup('Sales', 'read')])
})

test('once people are in, lines that somebody has changed stay, and what is new is added', async () => {
  const { cloud, connect } = await teamCloud()
  const { destination, team, call } = await connect()
  const place = await destination.prepare({ id: 'x', path: ['Plans'] }, call)
  const at = (where: string, ...access: TeamRights['rules'][number]['access']) => ({ place: where, access })
  await team.open(
    rights([{ ...anna, most: 'write' }], at('/Sales', { ...anna, may: 'read' }), at(place.id, { ...anna, may: 'write' })),
    call,
  )
  expect(await team.state(call)).toBe('open')
  const next = rights(
    [
      { ...anna, most: 'read' },
      { ...ben, most: 'read' },
    ],
    at('/Sales', { ...anna, may: 'read' }, { ...ben, may: 'read' }),
    at(place.id, { ...anna, may: 'read' }, { ...ben, may: 'none' }),
  )
  expect(await team.open(next, call)).toMatchObject({
    members: [{ state: 'joined' }, { state: 'joined' }],
    kept: [{ place: '/Sales/Plans' }],
  })
  const reach = async (path: string) => (await cloud.sharing.reach(path)).map(({ who, permissions }) => [who, permissions])
  expect(await reach('team:Sales/Plans')).toEqual([
    ['mover', 31],
    ['anna', 15],
  ])
  expect(await reach('team:Sales')).toContainEqual(['ben', 1])
})

test('lists of an attempt that was broken off, and are no longer wanted, are taken away before anybody is in', async () => {
  const { cloud, connect } = await teamCloud()
  const { destination, team, call } = await connect()
  const place = await destination.prepare({ id: 'x', path: ['Plans'] }, call)
  const line = `<nc:acl><nc:acl-mapping-type>user</nc:acl-mapping-type><nc:acl-mapping-id>ben</nc:acl-mapping-id><nc:acl-mask>31</nc:acl-mask><nc:acl-permissions>15</nc:acl-permissions></nc:acl>`
  const body = `<d:propertyupdate xmlns:d="DAV:" xmlns:nc="http://nextcloud.org/ns"><d:set><d:prop><nc:acl-list>${line}</nc:acl-list></d:prop></d:set></d:propertyupdate>`
  const authorization = `Basic ${Buffer.from(`mover:${await secretOf(cloud, 'mover')}`).toString('base64')}`
  await fetch(new URL(`/remote.php/dav/files/mover${place.id}`, cloud.url), { method: 'PROPPATCH', headers: { authorization }, body })
  expect((await cloud.sharing.teams())[0]?.rules.some(({ id, permissions }) => id === 'ben' && permissions === 15)).toBe(true)
  await team.open(rights([{ ...ben, most: 'read' }], { place: '/Sales', access: [{ ...ben, may: 'read' }] }), call)
  expect((await cloud.sharing.reach('team:Sales/Plans')).map(({ who, permissions }) => [who, permissions])).toContainEqual(['ben', 1])
})

test('a folder that comes later is closed, whole and at every moment, until people are let in there as well', async () => {
  const { cloud, connect } = await teamCloud()
  const { destination, team, call } = await connect()
  await destination.prepare({ id: 'x', path: ['Plans'] }, call)
  const root = { place: '/Sales', access: [{ ...anna, may: 'write' as const }] }
  await team.open(rights([{ ...anna, most: 'write' }], root), call)
  const seen = async (): Promise<readonly string[]> =>
    // What is left empty under a name of Offramp's by who was stopped is nothing that anybody could learn from.
    (await cloud.user('anna').files.seen())
      .map(({ path }) => path)
      .filter((path) => /^Sales\/(?!.*\.offramp-[0-9a-f]{20}\.tmp$)/.test(path))
  expect(await seen()).toEqual(['Sales/Plans'])
  for (let endsAt = 3, stops = 0; ; endsAt++, stops++) {
    const done = await connect(endsAt)
      .then(async (at) => {
        const place = await at.destination.prepare({ id: 'y', path: ['Plans', 'Later', 'Inner'] }, at.call)
        await at.destination.put(place, fileItem(1, 'a.txt'), undefined, { ...soonPut(), ...at.call })
      })
      .then(
        () => true,
        () => false,
      )
    expect([endsAt, await seen()]).toEqual([endsAt, ['Sales/Plans']])
    if (!done) continue
    expect(stops).toBeGreaterThan(5)
    break
  }
  const places = ['/Sales', '/Sales/Plans', '/Sales/Plans/Later', '/Sales/Plans/Later/Inner']
  const closed = { place: '/Sales/Plans/Later/Inner', access: [{ ...anna, may: 'none' as const }] }
  const asked = { members: [{ ...anna, most: 'write' as const }], rules: [root, closed], places }
  expect((await team.open(asked, call)).kept).toEqual([])
  expect(await seen()).toEqual(['Sales/Plans', 'Sales/Plans/Later'])
  expect((await team.open({ ...asked, rules: [root] }, call)).kept).toEqual([])
  expect(await seen(), 'what was closed when people were let in stays closed').toEqual(['Sales/Plans', 'Sales/Plans/Later'])
  expect((await cloud.sharing.teamTree('Sales')).filter(({ path }) => path.includes('.offramp'))).toEqual([])
  expect(await cloud.violations()).toEqual([])
})
