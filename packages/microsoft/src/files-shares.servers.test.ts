import type { Share } from '@offramp/core'
import type { PermissionState } from '@offramp/emulators'
import { afterEach, expect, test } from 'vitest'
import { base64, closeDrives, driveBench } from './testing/drive-bench.ts'
import { SITE } from './testing/files-lab.ts'

afterEach(closeDrives)

const person = (name: string, domain = 'contoso.example') => ({
  user: { id: name, displayName: name, email: `${name}@${domain}` },
  siteUser: { id: '9', displayName: name, email: `${name}@${domain}`, loginName: `i:0#.f|membership|${name}@${domain}` },
})

const said = ({ collection, item, to, access, ...more }: Share): unknown[] => [
  item?.name ?? `/${collection.path.join('/')}`,
  to.kind,
  to.address ?? to.name ?? '',
  access,
  ...(to.outside ? ['outside'] : []),
  ...Object.entries(more).map(([name, value]) => `${name}=${String(value)}`),
]

const GRANTS: readonly (readonly [Omit<PermissionState, 'id'>, readonly unknown[]])[] = [
  [{ roles: ['read'], grantedToV2: person('ben') }, ['user', 'ben@contoso.example', 'read']],
  [{ roles: ['write'], grantedToV2: person('cleo') }, ['user', 'cleo@contoso.example', 'write']],
  [{ roles: ['sp.full control'], grantedToV2: person('dan') }, ['user', 'dan@contoso.example', 'manage', 'as=sp.full control']],
  [{ roles: ['sp.view only'], grantedToV2: person('vic') }, ['user', 'vic@contoso.example', 'read', 'noDownload=true', 'as=sp.view only']],
  [{ roles: ['sp.auditor'], grantedToV2: person('aud') }, ['user', 'aud@contoso.example', 'free-busy', 'as=sp.auditor']],
  [{ roles: ['read'], grantedToV2: person('eve', 'partner.example') }, ['user', 'eve@partner.example', 'read', 'outside']],
  [
    { roles: ['read'], grantedToV2: { siteUser: { displayName: 'G', loginName: 'i:0#.f|membership|g_x.example#ext#@contoso.example' } } },
    ['user', 'g_x.example#ext#@contoso.example', 'read', 'outside'],
  ],
  [
    { roles: ['read'], invitation: { email: 'new@partner.example', signInRequired: true } },
    ['user', 'new@partner.example', 'read', 'outside'],
  ],
  [
    { roles: ['write'], grantedToV2: { group: { id: 'g', displayName: 'Sales', email: 'sales@contoso.example' } } },
    ['group', 'sales@contoso.example', 'write'],
  ],
  [
    { roles: ['read'], grantedToV2: { siteGroup: { id: '5', displayName: 'Marketing Visitors' } } },
    ['group', 'Marketing Visitors', 'read'],
  ],
  [
    { roles: ['read'], grantedToV2: { siteUser: { displayName: 'Everyone', loginName: 'c:0-.f|rolemanager|spo-grid-all-users/1' } } },
    ['organisation', 'Everyone', 'read', 'findable=true'],
  ],
  [{ roles: ['write'], link: { type: 'edit', scope: 'organization' } }, ['organisation', '', 'write']],
  [
    { roles: ['read'], link: { type: 'view', scope: 'anonymous' }, hasPassword: true, expirationDateTime: '2027-01-01T00:00:00Z' },
    ['public', '', 'read', 'outside', `expires=${Date.UTC(2027, 0, 1)}`, 'password=true'],
  ],
  [{ roles: ['read'], link: { type: 'review', scope: 'anonymous' } }, ['public', '', 'comment', 'outside']],
  [
    { roles: ['read'], link: { type: 'view', scope: 'users', preventsDownload: true }, grantedToIdentitiesV2: [person('fay')] },
    ['user', 'fay@contoso.example', 'read', 'noDownload=true'],
  ],
]

const NOTHING: readonly Omit<PermissionState, 'id'>[] = [
  { roles: ['owner'], grantedToV2: person('anna') },
  { roles: ['sp.limited access'], grantedToV2: person('ben') },
  { roles: ['read'], link: { type: 'view', scope: 'existingAccess' }, grantedToV2: person('ben') },
  { roles: ['write'], grantedToV2: { application: { id: 'app', displayName: 'Robot' } } },
]

test.each(GRANTS)('%j', async (permission, expected) => {
  const { drive, shares } = await driveBench()
  const file = await drive.addFile('a.txt', await drive.addFolder('Folder', null), base64('a'))
  await drive.share(file, { id: 'p', ...permission })
  expect((await shares()).map(said)).toEqual([['a.txt', ...expected]])
})

test('owners, rights that only lead through, links for those who may enter anyway, and programs are nobody', async () => {
  const { drive, shares } = await driveBench()
  const file = await drive.addFile('a.txt', null, base64('a'))
  for (const [n, permission] of NOTHING.entries()) await drive.share(file, { id: `p${n}`, ...permission })
  expect(await shares()).toEqual([])
})

test('permissions are asked of what is shared alone, and what comes from above is told once', async () => {
  const { tenant, drive, shares } = await driveBench({ tenant: { accounts: [{ address: 'anna@contoso.example', drive: { files: 300 } }] } })
  const [folder] = await drive.folders()
  if (!folder) throw new Error('no folder')
  await drive.share(folder.id, { id: 'p', roles: ['read'], grantedToV2: person('ben') })
  const below = await drive.addFile('below.txt', folder.id, base64('x'))
  await drive.share(below, { id: 'q', roles: ['write'], grantedToV2: person('cleo') })
  expect((await shares()).map(said)).toEqual([
    [`/${folder.path.join('/')}`, 'user', 'ben@contoso.example', 'read'],
    ['below.txt', 'user', 'cleo@contoso.example', 'write'],
  ])
  expect(tenant.stats().byKind['drive-permissions']).toBe(2)
  expect(tenant.violations()).toEqual([])
})

test('a folder that breaks with what is above says who may enter, all of them', async () => {
  const { drive, shares } = await driveBench()
  const open = await drive.addFolder('Open', null)
  const inner = await drive.addFolder('Closed', open)
  const lone = await drive.addFolder('Secret', open)
  await drive.share(open, { id: 'p', roles: ['read'], grantedToV2: person('ben') })
  await drive.breakInheritance(inner, true)
  await drive.share(inner, { id: 'q', roles: ['write'], grantedToV2: person('cleo') })
  await drive.breakInheritance(lone, true)
  expect((await shares()).map(said)).toEqual([
    ['/Open', 'user', 'ben@contoso.example', 'read'],
    ['/Open/Closed', 'user', 'cleo@contoso.example', 'write', 'alone=true'],
    ['/Open/Secret', 'user', 'anna@contoso.example', 'manage', 'alone=true'],
  ])
})

test('of a site it is told who reaches its libraries', async () => {
  const { drive, shares } = await driveBench({ tenant: { sites: [{ name: 'Marketing' }] }, owner: SITE })
  await drive.share(null, { id: 'm', roles: ['write'], grantedToV2: { siteGroup: { id: '5', displayName: 'Marketing Members' } } })
  expect((await shares()).map(said)).toEqual([['/Documents', 'group', 'Marketing Members', 'write']])
})
