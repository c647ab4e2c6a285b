import { guidFrom } from '../../generate/random.ts'
import { Seal } from '../../serve/seal.ts'
import type { Account } from '../directory/account.ts'
import type { TenantOptions } from '../options.ts'
import type { DriveDeltaState } from './delta.ts'
import { Drive } from './drive.ts'
import { UnitMeter } from './meter.ts'
import type { DriveLimits, DriveQuirks, LibrarySeed, SiteSeed } from './options.ts'
import { seedDrive } from './seed.ts'

export interface Site {
  readonly id: string
  readonly seed: SiteSeed
  readonly webUrl: string
  readonly drives: readonly Drive[]
  readonly locked: boolean
}

/** Whose drive it is: an account's, or a site's. */
export interface Owned {
  readonly drive: Drive
  /** Address of the account, or of the site: what rules and scripts call it. */
  readonly owner: string
  readonly locked: boolean
}

/** Everything about files that a running tenant consists of. */
export interface FilesState {
  readonly host: string
  readonly sites: readonly Site[]
  /** By account id. */
  readonly personal: ReadonlyMap<string, Drive>
  /** By drive id. */
  readonly drives: ReadonlyMap<string, Owned>
  readonly quirks: Required<DriveQuirks>
  readonly limits: Required<DriveLimits>
  readonly meter: UnitMeter
  readonly seal: Seal<DriveDeltaState>
  /** Range requests so far. */
  ranges: number
}

const QUIRKS: Required<DriveQuirks> = {
  staleEvery: 7,
  repeatEvery: 3,
  lateFolderEvery: 4,
  ignoreRangeEvery: 0,
  resync: 'resyncChangesApplyDifferences',
  noLocation: false,
  noHashes: false,
  tokenAtDownloads: 'refused',
  addressName: '@microsoft.graph.downloadUrl',
}

export function makeFiles(options: TenantOptions, accounts: readonly Account[], now: () => number): FilesState {
  const scale = options.timeScale ?? 1
  const host = `${accounts[0]?.address.split('@')[1]?.split('.')[0] ?? 'contoso'}.sharepoint.com`
  const quirks = { ...QUIRKS, ...options.driveQuirks }
  const given = options.driveLimits ?? {}
  const limits: Required<DriveLimits> = {
    unitsPerMinute: given.unitsPerMinute ?? 1_250,
    unitsPerDay: given.unitsPerDay ?? 1_200_000,
    addressMs: (given.addressMs ?? 3_600_000) / scale,
  }
  const make = (key: string, webUrl: string, seed: LibrarySeed, type: Drive['type']): Drive => {
    const drive = new Drive({ key: `${options.seed}/${key}`, name: seed.name, webUrl, type, system: seed.system ?? false, now })
    seedDrive(drive, seed, { key: `${options.seed}/${key}`, lateFolderEvery: quirks.lateFolderEvery })
    return drive
  }
  const personal = new Map<string, Drive>()
  const drives = new Map<string, Owned>()
  for (const account of accounts) {
    const seed = account.seed.drive ?? (hasLicence(account) ? {} : 'none')
    if (seed === 'none') continue
    const base = `https://${host.replace('.', '-my.')}/personal/${account.address.replaceAll(/[@.]/g, '_')}/Documents`
    const drive = make(account.address, base, { ...seed, name: 'OneDrive' }, 'business')
    personal.set(account.id, drive)
    drives.set(drive.id, { drive, owner: account.address, locked: false })
  }
  const sites = (options.sites ?? []).map((seed): Site => {
    const webUrl = `https://${host}/sites/${encodeURIComponent(seed.name)}`
    const libraries = (seed.libraries ?? [{ name: 'Documents' }]).map((library) =>
      make(`${webUrl}/${library.name}`, `${webUrl}/${encodeURIComponent(library.name)}`, library, 'documentLibrary'),
    )
    for (const drive of libraries) drives.set(drive.id, { drive, owner: webUrl.toLowerCase(), locked: seed.locked ?? false })
    const id = `${host},${guidFrom(options.seed, 'site', seed.name)},${guidFrom(options.seed, 'web', seed.name)}`
    return { id, seed, webUrl, drives: libraries, locked: seed.locked ?? false }
  })
  return {
    host,
    sites,
    personal,
    drives,
    quirks,
    limits,
    meter: new UnitMeter(limits, scale),
    seal: new Seal(`drives ${options.seed}`),
    ranges: 0,
  }
}

const hasLicence = ({ seed }: Account): boolean =>
  seed.userType !== 'Guest' && (seed.licensed ?? (seed.purpose ?? 'user') === 'user') && (seed.mailbox ?? 'cloud') !== 'none'
