import { expect, test } from 'vitest'
import { type TestCloud, testCloud } from '../../test-cloud.ts'
import { ocs } from '../test-ocs.ts'

const SHARES = '/apps/files_sharing/api/v1/shares'

async function cloudWith(options: Parameters<typeof testCloud>[0] = {}): Promise<TestCloud> {
  const cloud = testCloud({
    users: [
      { id: 'alice', email: 'alice@cloud.example' },
      { id: 'bob', email: 'bob@cloud.example', groups: ['staff'] },
      { id: 'carol', email: 'carol@cloud.example', groups: ['staff'] },
      { id: 'dave' },
    ],
    ...options,
  })
  await cloud.user('alice').files.put('Docs/a.txt', 'hello')
  return cloud
}

type Given = Parameters<typeof ocs>[3]
const share = (cloud: TestCloud, given: Given, as = 'alice') => ocs(cloud, as, ['POST', SHARES], { path: '/Docs', ...given })
const reach = async (cloud: TestCloud, path = 'alice/Docs/a.txt') =>
  (await cloud.sharing.reach(path)).map(({ kind, who, permissions }) => `${kind} ${kind === 'link' ? '' : who} ${permissions}`)

/** Facts 4.8. */
test.each([
  [{ shareType: 0, shareWith: 'bob', path: '/Docs/a.txt', permissions: 31 }, 19],
  [{ shareType: 0, shareWith: 'bob', permissions: 31 }, 31],
  [{ shareType: 0, shareWith: 'bob' }, 31],
  [{ shareType: 1, shareWith: 'staff', permissions: 1 }, 1],
  [{ shareType: 3, permissions: 1 }, 17],
  [{ shareType: 3, path: '/Docs/a.txt', permissions: 3 }, 19],
  [{ shareType: 3, permissions: 4 }, 4],
  [{ shareType: 4, shareWith: 'out@else.example', permissions: 1 }, 17],
])('%j is stored as %i', async (given, permissions) => {
  expect(share(await cloudWith(), given)).toMatchObject({ http: 200, data: { id: expect.any(String), permissions } })
})

test.each([
  [{ shareType: 0, shareWith: 'nobody' }, 404],
  [{ shareType: 0, shareWith: 'alice' }, 403],
  [{ shareType: 1, shareWith: 'none' }, 404],
  [{ shareType: 0, shareWith: 'bob', path: '/none' }, 404],
  [{ shareType: 0, shareWith: 'bob', permissions: 32 }, 404],
  [{ shareType: 0, shareWith: 'bob', permissions: 2 }, 403],
  [{ shareType: 0, shareWith: 'bob', expireDate: '2020-01-01' }, 404],
  [{ shareType: 3, expireDate: 'soon' }, 404],
  [{ shareType: 3, password: 'short' }, 403],
  [{ shareType: 3, path: '/Docs/a.txt', permissions: 4 }, 400],
  [{ shareType: 4, shareWith: 'nowhere' }, 404],
  [{ shareType: 9, shareWith: 'bob' }, 400],
])('%j is refused with %i', async (given, status) => {
  const cloud = await cloudWith()
  expect([share(cloud, given).http, await cloud.sharing.shares()]).toEqual([status, []])
})

test('a second time is answered with the first share; another link is another link; mail twice is refused', async () => {
  const cloud = await cloudWith()
  const bob = { shareType: 0, shareWith: 'bob' }
  expect(share(cloud, { ...bob, permissions: 1 }).data).toEqual(share(cloud, { ...bob, permissions: 31 }).data)
  expect(share(cloud, { shareType: 3 }).data.token).not.toBe(share(cloud, { shareType: 3 }).data.token)
  expect([1, 2].map(() => share(cloud, { shareType: 4, shareWith: 'out@else.example' }).http)).toEqual([200, 403])
  expect((await cloud.sharing.shares()).map(({ kind }) => kind)).toEqual(['user', 'link', 'link', 'mail'])
})

test('people are mailed about a share, and again the second time, unless it is said not to', async () => {
  const cloud = await cloudWith()
  const mails = () => cloud.state.mails.map(({ about, to }) => `${about} ${to}`)
  for (const [shareType, shareWith] of [
    [0, 'bob'],
    [0, 'bob'],
    [1, 'staff'],
    [4, 'out@else.example'],
  ] as const)
    share(cloud, { shareType, shareWith, sendMail: false })
  expect(mails()).toEqual([])
  share(cloud, { shareType: 0, shareWith: 'bob' })
  share(cloud, { shareType: 1, shareWith: 'staff' })
  share(cloud, { shareType: 0, shareWith: 'dave' })
  expect(mails()).toEqual(['SHARE bob@cloud.example', 'SHARE bob@cloud.example', 'SHARE carol@cloud.example'])
})

test('what an administrator demands of links', async () => {
  const cloud = await cloudWith({ settings: { linkPasswordEnforced: 'yes', linkDays: 7 } })
  expect(share(cloud, { shareType: 3 }).http).toBe(403)
  expect(share(cloud, { shareType: 3, password: 'korrekt-pferd-9' }).data.expiration).toBe('2026-11-29 00:00:00')
  expect(share(cloud, { shareType: 3, password: 'korrekt-pferd-9', expireDate: '2027-01-01' }).http).toBe(404)
  expect(share(await cloudWith({ settings: { links: 'no' } }), { shareType: 3 }).http).toBe(404)
  expect(share(await cloudWith({ settings: { mail: 'no' } }), { shareType: 4, shareWith: 'out@else.example' }).http).toBe(403)
})

test('the end that an administrator gives to shares by itself, and which of them may be without', async () => {
  const outside = { shareType: 3, path: '/Docs/a.txt', permissions: 1 }
  const inside = { shareType: 0, shareWith: 'bob', path: '/Docs/a.txt', permissions: 1 }
  const ends = (cloud: TestCloud, given: Given) => share(cloud, given).data.expiration?.slice(0, 10) ?? null
  for (const [version, empty] of [
    ['29.0.1', '2026-11-29'],
    ['34.0.1', null],
  ] as const) {
    const may = await cloudWith({ version, settings: { linkDays: 7, linkDaysEnforced: 'no', insideDays: 7, insideDaysEnforced: 'no' } })
    expect([ends(may, outside), ends(may, { ...outside, expireDate: '' }), ends(may, { ...outside, expireDate: '2027-01-01' })]).toEqual([
      '2026-11-29',
      empty,
      '2027-01-01',
    ])
    expect([ends(may, { ...inside, expireDate: '' })]).toEqual([empty])
    const must = await cloudWith({ version, settings: { insideDays: 7 } })
    expect(share(must, { ...inside, expireDate: '2027-01-01' }).http).toBe(404)
    const { id, expiration } = share(must, { ...inside, expireDate: '' }).data
    expect(expiration).toBe('2026-11-29 00:00:00')
    expect(ocs(must, 'alice', ['PUT', `${SHARES}/${id}`], { expireDate: '' }).http).toBe(400)
    expect(ends(must, { ...outside, expireDate: '' })).toBe(null)
  }
})

test('who has a share sees it, does what it permits, and everybody who reaches it is told', async () => {
  const cloud = await cloudWith()
  await cloud.user('bob').files.put('Docs', 'own')
  share(cloud, { shareType: 1, shareWith: 'staff', permissions: 1 })
  share(cloud, { shareType: 0, shareWith: 'carol', permissions: 15 })
  share(cloud, { shareType: 3, path: '/Docs/a.txt', permissions: 1 })
  expect(await cloud.user('bob').files.seen()).toEqual([
    { path: 'Docs', kind: 'file', permissions: 27 },
    { path: 'Docs (2)', kind: 'folder', permissions: 1 },
    { path: 'Docs (2)/a.txt', kind: 'file', permissions: 1 },
  ])
  const put = (as: string, path: string) => cloud.ask('PUT', `files/${as}/${path}`, { as, body: 'changed' }).status
  expect([put('bob', 'Docs%20(2)/a.txt'), put('bob', 'Docs%20(2)/b.txt'), put('carol', 'Docs/a.txt'), put('carol', 'Docs/b.txt')]).toEqual([
    403, 403, 204, 201,
  ])
  expect(
    cloud.ask('PROPFIND', 'files/carol/Docs', {
      as: 'carol',
      body: '<d:propfind xmlns:d="DAV:" xmlns:o="http://owncloud.org/ns"><d:prop><o:permissions/></d:prop></d:propfind>',
      headers: { depth: '0' },
    }).text,
  ).toContain('<oc:permissions>SGDNVCK</oc:permissions>')
  expect(await reach(cloud)).toEqual(['user alice 27', 'user bob 1', 'user carol 11', 'link  17'])
  expect(await cloud.user('dave').files.rights('Docs/a.txt')).toBe(0)
  expect(cloud.ask('DELETE', 'files/carol/Docs', { as: 'carol' }).status).toBe(204)
  expect(await reach(cloud)).toEqual(['user alice 27', 'user bob 1', 'user carol 1', 'link  17'])
})

test('what is shared to a group that its owner is in stands with the others alone', async () => {
  const cloud = await cloudWith()
  await cloud.user('bob').files.put('Own/b.txt', 'hello')
  share(cloud, { shareType: 1, shareWith: 'staff', path: '/Own', permissions: 1 }, 'bob')
  expect((await cloud.user('bob').files.seen()).map(({ path, permissions }) => [path, permissions])).toEqual([
    ['Own', 31],
    ['Own/b.txt', 27],
  ])
  expect(await reach(cloud, 'bob/Own/b.txt')).toEqual(['user bob 27', 'user carol 1'])
})

test('nobody shares on what they have not, and nobody else changes it', async () => {
  const cloud = await cloudWith()
  const { id } = share(cloud, { shareType: 0, shareWith: 'bob', permissions: 17 }).data
  expect(share(cloud, { shareType: 0, shareWith: 'dave', permissions: 31 }, 'bob').http).toBe(404)
  expect(share(cloud, { shareType: 0, shareWith: 'dave', permissions: 1 }, 'bob').http).toBe(200)
  expect(share(cloud, { shareType: 0, shareWith: 'carol', permissions: 1 }, 'dave').http).toBe(404)
  expect(ocs(cloud, 'dave', ['PUT', `${SHARES}/${id}`], { permissions: 31 }).http).toBe(404)
  expect(ocs(cloud, 'alice', ['PUT', `${SHARES}/${id}`], { permissions: 1, expireDate: '2027-01-01' }).data).toMatchObject({
    permissions: 1,
    expiration: '2027-01-01 00:00:00',
  })
  expect(ocs(cloud, 'alice', ['PUT', `${SHARES}/${id}`], {}).http).toBe(400)
  expect(ocs(cloud, 'alice', ['DELETE', `${SHARES}/${id}`]).http).toBe(200)
  expect(await cloud.user('bob').files.rights('Docs')).toBe(0)
})

test('shares are listed: mine, of a path, of what is in it, and with me; they end with their day', async () => {
  const cloud = await cloudWith()
  share(cloud, { shareType: 0, shareWith: 'bob', expireDate: '2026-11-23' })
  share(cloud, { shareType: 0, shareWith: 'bob', path: '/Docs/a.txt' })
  const list = (as: string, query = '') => ocs(cloud, as, ['GET', `${SHARES}?${query}`]).data.map(({ path }: { path: string }) => path)
  expect([list('alice'), list('alice', 'path=/Docs'), list('alice', 'path=/Docs&subfiles=true'), list('bob')]).toEqual([
    ['/Docs', '/Docs/a.txt'],
    ['/Docs'],
    ['/Docs/a.txt'],
    [],
  ])
  expect(list('bob', 'shared_with_me=true')).toHaveLength(2)
  cloud.state.pass(86_400_000)
  expect([list('alice'), await cloud.user('bob').files.rights('Docs')]).toEqual([['/Docs/a.txt'], 0])
})

test.each([
  [{ version: '31' }, 403],
  [{ settings: { viewWithoutDownload: 'no' } }, 403],
  // Nextcloud 32.0.1: who may look at it is given the bytes, unless an administrator says otherwise.
  [{}, 200],
] as const)('what may not be downloaded is seen, and by %j answered with %i', async (options, status) => {
  const cloud = await cloudWith(options)
  share(cloud, { shareType: 0, shareWith: 'bob', permissions: 1, attributes: '[{"scope":"permissions","key":"download","value":false}]' })
  expect(cloud.ask('GET', 'files/bob/Docs/a.txt', { as: 'bob' }).status).toBe(status)
  expect((await cloud.sharing.reach('alice/Docs/a.txt')).find(({ who }) => who === 'bob')).toMatchObject({
    permissions: 1,
    download: false,
  })
})

/** Nextcloud 32.0.1. */
test('twenty shares in ten minutes are the most, and refused ones count', async () => {
  const cloud = await cloudWith()
  for (let n = 0; n < 20; n++) share(cloud, { shareType: 0, shareWith: 'nobody' })
  const ask = () => cloud.ask('POST', `/ocs/v2.php${SHARES}`, { headers: { 'ocs-apirequest': 'true' } }).status
  expect(ask()).toBe(429)
  expect(ocs(cloud, 'alice', ['GET', SHARES]).http).toBe(200)
  cloud.state.pass(600_001)
  expect(ask()).toBe(404)
})

/** Nextcloud 32.0.1. */
test('hiding downloads is no right of a new share; mail shares tell no address; a name in another case is taken and nobody sees it', async () => {
  const cloud = await cloudWith({ settings: { mail: 'no' } })
  const link = share(cloud, { shareType: 3, hideDownload: true }).data
  expect([link.hide_download, ocs(cloud, 'alice', ['PUT', `${SHARES}/${link.id}`], { hideDownload: true }).data.hide_download]).toEqual([
    0, 1,
  ])
  const mail = share(cloud, { shareType: 4, shareWith: 'out@else.example', sendMail: false }).data
  expect([mail.url, typeof mail.token]).toEqual([undefined, 'string'])
  expect(share(cloud, { shareType: 0, shareWith: 'BOB' }).data).toMatchObject({ share_with: 'BOB' })
  expect([await cloud.user('bob').files.seen(), cloud.violations()]).toEqual([[], [expect.stringContaining('"BOB"')]])
})
