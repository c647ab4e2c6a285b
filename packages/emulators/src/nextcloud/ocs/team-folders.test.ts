import { expect, test } from 'vitest'
import { type TestCloud, testCloud } from '../test-cloud.ts'
import { ocs } from './test-ocs.ts'

const FOLDERS = '/index.php/apps/groupfolders/folders'

const cloudWith = (): TestCloud =>
  testCloud({
    users: [
      { id: 'boss', admin: true, groups: ['staff'] },
      { id: 'alice', groups: ['staff'] },
      { id: 'bob', groups: ['guests'] },
      { id: 'carol' },
    ],
  })

const list = (rules: readonly (readonly [type: string, id: string, mask: number, permissions: number])[]): string =>
  `<d:propertyupdate xmlns:d="DAV:" xmlns:nc="http://nextcloud.org/ns"><d:set><d:prop><nc:acl-list>${rules
    .map(
      ([type, id, mask, permissions]) =>
        `<nc:acl><nc:acl-mapping-type>${type}</nc:acl-mapping-type><nc:acl-mapping-id>${id}</nc:acl-mapping-id><nc:acl-mask>${mask}</nc:acl-mask><nc:acl-permissions>${permissions}</nc:acl-permissions></nc:acl>`,
    )
    .join('')}</nc:acl-list></d:prop></d:set></d:propertyupdate>`

function teamWith(cloud: TestCloud, groups: Readonly<Record<string, number>>): number {
  const { id } = ocs(cloud, 'boss', ['POST', FOLDERS], { mountpoint: 'Sales' }).data
  for (const [group, permissions] of Object.entries(groups)) {
    ocs(cloud, 'boss', ['POST', `${FOLDERS}/${id}/groups`], { group })
    ocs(cloud, 'boss', ['POST', `${FOLDERS}/${id}/groups/${group}`], { permissions })
  }
  return id
}

/** Facts 4.8. */
test('a team folder stands in the files of its groups, with what each may do', async () => {
  const cloud = cloudWith()
  expect(ocs(cloud, 'alice', ['POST', FOLDERS], { mountpoint: 'x' })).toMatchObject({
    http: 500,
    message: expect.stringContaining('must be an admin'),
  })
  expect(ocs(cloud, 'carol', ['GET', FOLDERS]).data).toEqual([])
  expect(ocs(cloud, 'boss', ['GET', FOLDERS]).data).toEqual([])
  const id = teamWith(cloud, { staff: 31, guests: 1 })
  expect(ocs(cloud, 'boss', ['POST', FOLDERS], { mountpoint: 'Sales' })).toMatchObject({ http: 400, message: 'Mount point already exists' })
  expect(ocs(cloud, 'bob', ['GET', FOLDERS]).data[id]).toMatchObject({
    groups: { guests: 1 },
    group_details: { guests: { permissions: 1 } },
  })
  expect(ocs(cloud, 'carol', ['GET', `${FOLDERS}/${id}`])).toMatchObject({ http: 404, message: '' })
  expect(ocs(cloud, 'boss', ['GET', FOLDERS]).data[id]).toMatchObject({ mount_point: 'Sales', groups: { staff: 31, guests: 1 }, quota: -3 })
  const put = (as: string) => cloud.ask('PUT', `files/${as}/Sales/a.txt`, { as, body: 'hello' }).status
  expect([put('bob'), put('alice'), put('carol')]).toEqual([403, 201, 404])
  expect(cloud.ask('GET', 'groupfolders/bob/Sales/a.txt', { as: 'bob' }).text).toBe('hello')
  expect(cloud.ask('PROPFIND', 'groupfolders/carol/', { as: 'carol', headers: { depth: '1' } }).text).not.toContain('Sales')
  expect((await cloud.sharing.reach('team:Sales/a.txt')).map(({ who, permissions }) => [who, permissions])).toEqual([
    ['boss', 27],
    ['alice', 27],
    ['bob', 1],
  ])
  expect((await cloud.sharing.teamTree('Sales')).map(({ path }) => path)).toEqual(['a.txt'])
  expect(cloud.ask('DELETE', 'files/alice/Sales', { as: 'alice' }).status).toBe(403)
})

test('a quota of its own, and not that of who writes', async () => {
  const cloud = cloudWith()
  const id = teamWith(cloud, { staff: 31 })
  await cloud.user('alice').quota(1)
  ocs(cloud, 'boss', ['POST', `${FOLDERS}/${id}/quota`], { quota: 5 })
  const put = (body: string) => cloud.ask('PUT', 'files/alice/Sales/a.txt', { body }).status
  expect([put('hello!'), put('hello')]).toEqual([507, 201])
})

test('access lists hide, narrow and widen again from folder to folder, when who manages it says so', async () => {
  const cloud = cloudWith()
  const id = teamWith(cloud, { staff: 31, guests: 31 })
  for (const path of ['closed', 'closed/open', 'half', 'half/free']) cloud.ask('MKCOL', `files/alice/Sales/${path}`)
  const patch = (as: string, path: string, body: string) => cloud.ask('PROPPATCH', `files/${as}/Sales/${path}`, { as, body }).status
  const closed = list([['group', 'guests', 31, 0]])
  expect([patch('alice', 'closed', closed), cloud.violations()]).toEqual([500, []])
  expect((await cloud.sharing.teams())[0]?.rules).toEqual([])
  ocs(cloud, 'boss', ['POST', `${FOLDERS}/${id}/acl`], { acl: true })
  expect(patch('boss', 'closed', closed)).toBe(207)
  ocs(cloud, 'boss', ['POST', `${FOLDERS}/${id}/manageACL`], { mappingType: 'user', mappingId: 'alice', manageAcl: true })
  expect(patch('alice', 'half', list([['group', 'guests', 30, 0]]))).toBe(207)
  expect(patch('alice', 'closed/open', list([['user', 'bob', 1, 1]]))).toBe(207)
  expect(patch('alice', 'half/free', list([['group', 'guests', 2, 2]]))).toBe(207)
  expect((await cloud.user('bob').files.seen()).map(({ path, permissions }) => [path, permissions])).toEqual([
    ['Sales', 31],
    ['Sales/half', 1],
    ['Sales/half/free', 3],
  ])
  expect((await cloud.sharing.reach('team:Sales/closed')).map(({ who }) => who)).toEqual(['boss', 'alice'])
  expect((await cloud.sharing.reach('team:Sales/closed/open')).map(({ who, permissions }) => [who, permissions])).toContainEqual(['bob', 1])
  const depth = { headers: { depth: '0' }, as: 'bob' }
  expect(['closed', 'closed/open'].map((path) => cloud.ask('PROPFIND', `files/bob/Sales/${path}`, depth).status)).toEqual([404, 207])
  expect((await cloud.sharing.teams())[0]?.rules).toHaveLength(4)
  const told = cloud.ask('PROPFIND', 'files/alice/Sales/half', {
    headers: { depth: '0' },
    body: '<d:propfind xmlns:d="DAV:" xmlns:nc="http://nextcloud.org/ns"><d:prop><nc:acl-list/><nc:group-folder-id/></d:prop></d:propfind>',
  }).text
  expect(told).toContain('<nc:acl-mapping-id>guests</nc:acl-mapping-id>')
  expect(told).toContain(`<nc:group-folder-id>${id}</nc:group-folder-id>`)
})

/** As the source of the app has it: `ACLStorageWrapper`, `ACLPlugin`, `FolderController`, `MountProvider`. */
test('who deletes a folder must be let delete all in it, nobody shuts out themselves, and what has the name of a mount makes way', async () => {
  const cloud = cloudWith()
  cloud.ask('MKCOL', 'files/bob/Sales', { as: 'bob' })
  const id = teamWith(cloud, { staff: 31, guests: 31 })
  ocs(cloud, 'boss', ['POST', `${FOLDERS}/${id}/acl`], { acl: true })
  for (const path of ['open', 'open/kept', 'free']) cloud.ask('MKCOL', `files/alice/Sales/${path}`)
  const patch = (path: string, body: string) => cloud.ask('PROPPATCH', `files/boss/Sales/${path}`, { as: 'boss', body }).status
  expect(patch('open/kept', list([['group', 'guests', 8, 0]]))).toBe(207)
  expect(patch('free', list([['group', 'staff', 31, 0]]))).toBe(400)
  expect((await cloud.sharing.teams())[0]?.rules).toHaveLength(1)
  const remove = (path: string) => cloud.ask('DELETE', `files/bob/Sales/${path}`, { as: 'bob' }).status
  expect([remove('open'), remove('open/kept'), remove('free')]).toEqual([403, 403, 204])
  expect((await cloud.user('bob').files.tree()).map(({ path }) => path)).toEqual(['Sales (1)'])
  expect(ocs(cloud, 'boss', ['POST', `${FOLDERS}/${id}/groups`], { group: 'staff' })).toMatchObject({ http: 500 })
  // Who is not in it is not let in by being given rights, and nobody says so.
  expect(ocs(cloud, 'boss', ['POST', `${FOLDERS}/${id}/groups/none`], { permissions: 1 }).data).toMatchObject({
    success: true,
    folder: { id },
  })
  expect(ocs(cloud, 'boss', ['GET', '/cloud/user']).data.groups).toContain('admin')
})

test('before version 32, a list that somebody sets who may not is taken, and does nothing', async () => {
  const cloud = testCloud({
    version: '28',
    users: [
      { id: 'boss', admin: true, groups: ['staff'] },
      { id: 'alice', groups: ['staff'] },
    ],
  })
  teamWith(cloud, { staff: 31 })
  expect(cloud.ask('PROPPATCH', 'files/alice/Sales', { as: 'alice', body: list([['group', 'staff', 31, 31]]) }).status).toBe(207)
  expect(cloud.violations()).toEqual(['an access list for Sales, which alice does not manage: it has no effect'])
  expect((await cloud.sharing.teams())[0]?.rules).toEqual([])
})
