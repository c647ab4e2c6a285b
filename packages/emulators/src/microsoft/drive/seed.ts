import { guidFrom, randomFrom } from '../../generate/random.ts'
import type { Drive, DriveItem } from './drive.ts'
import { generateTree } from './generate.ts'
import { seedHostile } from './hostile.ts'
import type { DriveSeed } from './options.ts'
import type { PermissionState } from './permissions.ts'

export function seedDrive(drive: Drive, seed: DriveSeed, at: { readonly key: string; readonly lateFolderEvery: number }): void {
  generateTree(drive, seed, at.key)
  if (seed.hostile) seedHostile(drive, at.key)
  if (seed.shares) seedShares(drive, at.key)
  lateFolders(drive, at.lateFolderEvery)
}

/** The feed may name a folder after what is in it. */
function lateFolders(drive: Drive, every: number): void {
  if (every === 0) return
  const folders = [...drive.items.values()].filter((item) => item.sort === 'folder')
  for (const [index, folder] of folders.entries()) if (index % every === every - 1) drive.note(folder)
}

/** One of each sort of grant, over what is there. */
function seedShares(drive: Drive, key: string): void {
  const random = randomFrom(key, 'shares')
  const all = [...drive.items.values()].filter((item) => item.sort === 'file' || item.sort === 'folder')
  for (const [number, permission] of SAMPLES(key).entries()) {
    const item: DriveItem | undefined = all[random.between(0, Math.max(0, all.length - 1))]
    if (item) item.permissions.push({ ...permission, id: `perm-${number}` })
  }
}

const SAMPLES = (key: string): readonly Omit<PermissionState, 'id'>[] => {
  const user = (name: string, domain = 'contoso.example') => ({
    user: { id: guidFrom(key, name), displayName: name, email: `${name}@${domain}` },
    siteUser: { id: '7', displayName: name, email: `${name}@${domain}`, loginName: `i:0#.f|membership|${name}@${domain}` },
  })
  return [
    { roles: ['read'], grantedToV2: user('ben') },
    { roles: ['write'], grantedToV2: user('cleo') },
    { roles: ['write'], grantedToV2: { group: { id: guidFrom(key, 'sales'), displayName: 'Sales', email: 'sales@contoso.example' } } },
    {
      roles: ['read'],
      link: { type: 'view', scope: 'anonymous', webUrl: 'https://contoso-my.sharepoint.com/:w:/g/abc' },
      shareId: 'u!abc',
    },
    { roles: ['write'], link: { type: 'edit', scope: 'organization', webUrl: 'https://contoso-my.sharepoint.com/:w:/g/def' } },
    {
      roles: ['read'],
      link: { type: 'view', scope: 'users', webUrl: 'https://contoso-my.sharepoint.com/:w:/g/ghi', preventsDownload: true },
      grantedToIdentitiesV2: [user('dora'), user('eve', 'partner.example')],
      hasPassword: false,
      expirationDateTime: '2027-01-01T00:00:00Z',
    },
  ]
}
