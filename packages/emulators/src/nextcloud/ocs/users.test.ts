import { expect, test } from 'vitest'
import { type TestCloud, testCloud } from '../test-cloud.ts'
import { ocs } from './test-ocs.ts'

const USERS = '/cloud/users'
const STRONG = 'korrekt-pferd-9'

const cloudWith = (options: Parameters<typeof testCloud>[0] = {}): TestCloud =>
  testCloud({
    users: [
      { id: 'boss', admin: true },
      { id: 'alice', groups: ['staff'] },
    ],
    ...options,
  })

const basic = (user: string, password: string) => ({ authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` })

/** Facts 4.7. */
test('an administrator makes a user, whose first login finds example files; an app password is minted and given back', async () => {
  const cloud = cloudWith()
  const made = ocs(cloud, 'boss', ['POST', USERS], {
    userid: 'new@site.example',
    password: STRONG,
    displayName: 'New One',
    email: 'new@site.example',
    groups: ['staff'],
    quota: '20 GB',
    language: 'de',
  })
  expect(made).toEqual({ http: 200, code: 200, message: 'OK', data: { id: 'new@site.example' } })
  expect(ocs(cloud, 'boss', ['GET', `${USERS}/new@site.example`]).data).toMatchObject({
    displayname: 'New One',
    groups: ['staff'],
    language: 'de',
    quota: { quota: 20 * 1024 ** 3, used: 0 },
  })
  const as = basic('new@site.example', STRONG)
  const own = { 'ocs-apirequest': 'true', accept: 'application/json', ...as }
  const minted = JSON.parse(cloud.ask('GET', '/ocs/v2.php/core/getapppassword', { headers: own }).text).ocs.data.apppassword
  const tree = await cloud.user('new@site.example').files.tree()
  expect(tree.map(({ path }) => path)).toContain('Photos/Frog.jpg')
  expect(tree.reduce((sum, { kind, size }) => sum + (kind === 'file' ? size : 0), 0)).toBeGreaterThan(11_000_000)
  const byApp = { ...own, ...basic('new@site.example', minted) }
  expect(cloud.ask('GET', '/ocs/v2.php/core/getapppassword', { headers: byApp }).status).toBe(403)
  expect(cloud.ask('DELETE', '/ocs/v2.php/core/apppassword', { headers: byApp }).status).toBe(200)
  expect(cloud.ask('PROPFIND', 'files/new@site.example/', { headers: byApp }).status).toBe(401)
  expect(cloud.ask('PROPFIND', 'files/new@site.example/', { headers: as }).status).toBe(207)
  // With the password itself: when it was minted, and just now.
  expect(cloud.state.byPassword.count).toBe(2)
})

test('there are no example files where the server has none', async () => {
  const cloud = cloudWith({ settings: { skeleton: 'no' } })
  ocs(cloud, 'boss', ['POST', USERS], { userid: 'new', password: STRONG })
  cloud.ask('PROPFIND', 'files/new/', { headers: basic('new', STRONG) })
  expect(await cloud.user('new').files.tree()).toEqual([])
})

test.each([
  [{ userid: 'alice', password: STRONG }, 102],
  [{ userid: 'a+b', password: STRONG }, 101],
  [{ userid: 'new', password: 'short' }, 107],
  [{ userid: 'new', password: 'password123' }, 107],
  [{ userid: 'new', password: STRONG, groups: ['none'] }, 104],
  [{ userid: 'new' }, 108],
])('%j is refused with %i: as 400 in version 2, within 200 in version 1', (given, code) => {
  const cloud = cloudWith()
  expect(ocs(cloud, 'boss', ['POST', USERS], given)).toMatchObject({ http: 400, code, data: [] })
  expect(ocs(cloud, 'boss', ['POST', `/ocs/v1.php${USERS}`], given)).toMatchObject({ http: 200, code })
})

/** Nextcloud 32.0.1. */
test.each([{ quota: 'much' }, { language: 'xx' }])('%j is refused with 101, when the account is there already, and stays', (given) => {
  const cloud = cloudWith()
  expect(ocs(cloud, 'boss', ['POST', USERS], { userid: 'new', password: STRONG, ...given })).toMatchObject({ http: 400, code: 101 })
  expect(ocs(cloud, 'boss', ['GET', `${USERS}/NEW`]).data).toMatchObject({ id: 'new', language: 'en' })
  expect(ocs(cloud, 'alice', ['GET', `${USERS}/new`])).toMatchObject({ http: 404, code: 998, message: '' })
})

test('groups are made, joined, listed and taken away; others may not', () => {
  const cloud = cloudWith()
  expect(ocs(cloud, 'alice', ['POST', '/cloud/groups'], { groupid: 'x' }).http).toBe(403)
  expect(ocs(cloud, 'boss', ['POST', '/cloud/groups'], { groupid: 'sales' }).http).toBe(200)
  expect(ocs(cloud, 'boss', ['POST', '/cloud/groups'], { groupid: 'sales' }).code).toBe(102)
  expect(ocs(cloud, 'boss', ['POST', `${USERS}/alice/groups`], { groupid: 'sales' }).http).toBe(200)
  expect(ocs(cloud, 'boss', ['POST', `${USERS}/alice/groups`], { groupid: 'none' }).code).toBe(102)
  expect(ocs(cloud, 'boss', ['GET', '/cloud/groups/sales']).data).toEqual({ users: ['alice'] })
  expect(ocs(cloud, 'boss', ['DELETE', '/cloud/groups/sales']).http).toBe(200)
  expect(ocs(cloud, 'alice', ['GET', `${USERS}/alice`]).data.groups).toEqual(['staff'])
})

test('version 1 says 100, and XML is what comes where nobody asks for JSON', () => {
  const cloud = cloudWith()
  expect(ocs(cloud, 'alice', ['GET', '/ocs/v1.php/cloud/user']).code).toBe(100)
  const plain = cloud.ask('GET', '/ocs/v2.php/cloud/user', { headers: { 'ocs-apirequest': 'true' } })
  expect(plain.text).toContain('<statuscode>200</statuscode>')
  expect(plain.xml().children).toHaveLength(2)
  expect(
    JSON.parse(cloud.ask('GET', '/ocs/v2.php/cloud/user?format=json', { headers: { 'ocs-apirequest': 'true' } }).text).ocs.data.id,
  ).toBe('alice')
})

test('capabilities tell names, bulk upload, passwords and what sharing demands, by version', () => {
  const told = (options: Parameters<typeof testCloud>[0]) =>
    ocs(cloudWith(options), 'alice', ['GET', '/cloud/capabilities']).data.capabilities
  const [old, middle, windows] = [
    told({ version: '24' }),
    told({ version: '28' }),
    told({
      version: '31',
      settings: { windowsCompatibleNames: 'yes', linkPasswordEnforced: 'yes', linkDays: 30, insideDays: 9, insideDaysEnforced: 'no' },
    }),
  ]
  expect([old.dav.bulkupload, middle.dav.bulkupload, middle.files.forbidden_filename_characters]).toEqual([undefined, '1.0', undefined])
  expect(windows.files.forbidden_filename_characters).toContain(':')
  expect(windows.files.forbidden_filename_extensions).toEqual([' ', '.', '.filepart', '.part'])
  expect(windows.files_sharing.public).toMatchObject({ password: { enforced: true }, expire_date: { days: 30, enforced: true } })
  expect(windows.files_sharing.public.expire_date_internal).toEqual({ enabled: true, days: 9, enforced: false })
  expect(windows.password_policy.minLength).toBe(10)
})
