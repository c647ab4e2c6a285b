import { type Account, type Call, Fault, type Log, type Share } from '@offramp/core'
import type { Google } from './client.ts'
import { readAccount } from './directory.ts'
import { readDomains } from './directory-circles.ts'
import type { FileSpace } from './files.ts'
import { clientOfDrive, driveAccounts, readPermissions } from './files-drives.ts'
import { readFileShares } from './files-shares.ts'

/** The domain whose drives are read. */
export interface DriveDomain {
  readonly google: Google
  /** Address of the administrator. */
  readonly admin: string
  readonly log: Log
}

export const adminDrives = ({ google, admin }: DriveDomain) => google.drive(admin, 'the shared drives of the domain')

/** Why no shared drive is named, in projects that have nothing to do with any. */
const WITHOUT: readonly string[] = [
  'google-not-delegated',
  'google-scope-missing',
  'google-not-admin',
  'google-api-disabled',
  'google-domain-policy',
  'google-drives-not-admin',
]

/** The shared drives, where the scope is granted; whether somebody can read each is found out as well. */
export async function* namedDrives(domain: DriveDomain, call: Call, reading = true): AsyncGenerator<Account> {
  try {
    yield* driveAccounts(adminDrives(domain), { ...domain, call, reading })
  } catch (thrown) {
    if (!(thrown instanceof Fault) || !WITHOUT.includes(thrown.code)) throw thrown
    domain.log.warn({ code: thrown.code }, 'Shared drives cannot be read, and are not named.')
  }
}

const lists = new WeakMap<DriveDomain, readonly Account[]>()

async function listed(domain: DriveDomain, call: Call): Promise<readonly Account[]> {
  const drives: Account[] = []
  for await (const drive of namedDrives(domain, call, false)) drives.push(drive)
  lists.set(domain, drives)
  return drives
}

/** A person, group, room or shared drive by its id or by whatever it is called. */
export async function findAccount(domain: DriveDomain, name: string, call: Call): Promise<Account | undefined> {
  const wanted = name.trim()
  // No address, and no number of a user's: a name.
  const named = wanted !== '' && !wanted.includes('@') && !/^\d+$/.test(wanted)
  if (named) {
    const isWanted = (drive: Account): boolean => [drive.id, drive.name].some((each) => each.toLowerCase() === wanted.toLowerCase())
    // A table of mappings asks for one after the other.
    const drive = lists.get(domain)?.find(isWanted) ?? (await listed(domain, call)).find(isWanted)
    if (drive !== undefined) return drive
  }
  return readAccount(domain.google, domain.log, { name: wanted, call })
}

/** Somebody's own drive in his own name; a shared one in that of a member. */
export function spaceOf(domain: DriveDomain, account: Account): FileSpace {
  const { google, log } = domain
  if (account.kind !== 'drive')
    return { account, driveId: undefined, client: async () => google.drive(account.name, `the drive of ${account.name}`) }
  return { account, driveId: account.id, client: (call) => clientOfDrive(google, account, { admin: adminDrives(domain), log, call }) }
}

/** Who may reach what in a drive. */
export async function* fileShares(domain: DriveDomain, account: Account, call: Call): AsyncGenerator<Share> {
  const { driveId, client } = spaceOf(domain, account)
  const domains = await readDomains(domain.google, call)
  yield* readFileShares(
    {
      client: await client(call),
      account,
      driveId,
      isInside: (name) => domains.has(name),
      ...(driveId === undefined ? {} : { ofDrive: (at) => readPermissions(adminDrives(domain), { id: driveId, asAdmin: true }, at) }),
    },
    call,
  )
}
