import type { Account, Share } from '@offramp/core'

/** Why something is open to more people than its owner may think. */
export type ExposureSort = 'anonymous' | 'outsider' | 'organisation' | 'orphan'

/** Something that can be reached from outside, or by everybody, or whose owner is gone. */
export interface Exposure {
  readonly sort: ExposureSort
  /** Whose it is, as the source names the account. */
  readonly account: string
  /** Names from the root of the drive down. Empty: all of it. */
  readonly path: readonly string[]
  /** Who may enter. Absent: anybody who has the address, or the whole organisation. */
  readonly who?: string
  readonly access?: Share['access']
  readonly password?: boolean
  /** Milliseconds since the Unix epoch. */
  readonly expires?: number
  /** It can be found without having been given its address. */
  readonly findable?: boolean
  readonly says: string
}

const pathOf = ({ collection, item }: Share): readonly string[] => [...collection.path, ...(item === undefined ? [] : [item.name])]

const LINKS = {
  closed: 'Anybody who has the address and its password may enter.',
  open: 'Anybody who has the address may enter, without a password.',
  everybody: 'Anybody finds it and may enter.',
} as const

const anonymousSays = ({ password, findable }: Share): string => (findable ? LINKS.everybody : password ? LINKS.closed : LINKS.open)

function sortOf({ to }: Share): readonly [ExposureSort, string] | undefined {
  if (to.kind === 'public') return ['anonymous', '']
  if (to.kind === 'organisation')
    return to.outside
      ? ['outsider', 'Everybody in another organisation may enter.']
      : ['organisation', 'Everybody in the organisation who has the address may enter.']
  return to.outside ? ['outsider', to.kind === 'group' ? 'A group from outside may enter.' : 'Somebody from outside may enter.'] : undefined
}

/** What one grant opens beyond the people whom it names. Undefined: nothing. */
export function exposureOf(account: string, share: Share): Exposure | undefined {
  const { to, access, password, expires, findable, inherited } = share
  const sort = inherited ? undefined : sortOf(share)
  if (sort === undefined) return undefined
  const who = to.address ?? to.name
  return {
    sort: sort[0],
    account,
    path: pathOf(share),
    access,
    says:
      to.kind === 'public'
        ? anonymousSays(share)
        : to.kind === 'organisation' && findable && !to.outside
          ? 'Everybody in the organisation finds it and may enter.'
          : sort[1],
    ...(who === undefined || to.kind === 'public' ? {} : { who }),
    ...(to.kind === 'public' ? { password: password ?? false } : {}),
    ...(expires === undefined ? {} : { expires }),
    ...(findable ? { findable } : {}),
  }
}

const orphan = (account: string, says: string): Exposure => ({ sort: 'orphan', account, path: [], says })

/** Whether a grant is of the whole drive or library, to somebody who looks after it. */
export const isManaging = ({ access, collection, item }: Share): boolean =>
  access === 'manage' && item === undefined && collection.path.length <= 1

/** What is wrong with who owns an account's files. `active`: addresses of the accounts that can still log in. */
export function orphanOf(account: Account, shares: readonly Share[], active: ReadonlySet<string>): Exposure | undefined {
  // Nobody logs in to a shared mailbox or a room: that says nothing of who looks after it.
  if (account.kind !== 'site' && account.kind !== 'drive')
    return account.enabled === false && account.kind === 'user'
      ? orphan(account.name, 'Its owner cannot log in any more, and its files are still there.')
      : undefined
  const managers = shares.filter(isManaging)
  // A group may have members who can log in: nobody is told of it by guess.
  const anybody = managers.some(({ to }) => to.kind !== 'user' || (to.address !== undefined && active.has(to.address.toLowerCase())))
  return anybody || managers.length === 0 ? undefined : orphan(account.name, 'None of those who manage it can log in any more.')
}
