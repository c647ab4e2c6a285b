import type { Asked, Shown } from '../serve/asked.ts'
import { GoogleError, invalidArgument } from '../serve/errors.ts'
import { pageOf, sizeOf, tokenOf } from '../serve/pages.ts'
import type { WorkspaceState } from '../serve/state.ts'
import { type Account, findAccount, findAlias } from './account.ts'

const CREATED = '2019-03-04T08:30:00.000Z'

/** A user as the directory shows them. `nonEditableAliases` are Google's own, and no login names. */
export function userJson(state: WorkspaceState, account: Account): Record<string, unknown> {
  const { domain, customerId } = state
  const [local = ''] = account.address.split('@')
  const [givenName = account.name, ...family] = account.name.split(' ')
  const addresses = [account.address, ...account.aliases]
  return {
    kind: 'admin#directory#user',
    id: account.id,
    etag: `"${account.id}/${account.suspended ? 's' : 'a'}"`,
    primaryEmail: account.address,
    name: { givenName, familyName: family.join(' ') || givenName, fullName: account.name },
    isAdmin: account.admin,
    isDelegatedAdmin: false,
    lastLoginTime: account.suspended ? '1970-01-01T00:00:00.000Z' : '2026-05-30T07:12:45.000Z',
    creationTime: CREATED,
    agreedToTerms: true,
    suspended: account.suspended,
    ...(account.suspended && { suspensionReason: 'ADMIN' }),
    archived: account.archived,
    changePasswordAtNextLogin: false,
    ipWhitelisted: false,
    emails: [
      ...addresses.map((address, at) => ({ address, ...(at === 0 && { primary: true }) })),
      { address: `${local}@${domain}.test-google-a.com` },
    ],
    ...(account.aliases.length > 0 && { aliases: account.aliases }),
    nonEditableAliases: [`${local}@${domain}.test-google-a.com`],
    customerId,
    orgUnitPath: '/',
    isMailboxSetup: account.gmail,
    isEnrolledIn2Sv: false,
    isEnforcedIn2Sv: false,
    includeInGlobalAddressList: true,
  }
}

/** `users.list`, by address. Deleted users are another listing, and there are none here. */
export function listUsers(asked: Asked): Shown {
  const { state, query } = asked
  const [customer, domain] = [query.get('customer'), query.get('domain')]
  if ((customer === null) === (domain === null)) throw invalidArgument('Bad Request: either customer or domain must be given')
  if (customer !== null && customer !== 'my_customer' && customer !== state.customerId) throw invalidArgument('Invalid Input: customer')
  const most = sizeOf(asked, 100, 500)
  const page = pageOf(asked)
  const from = Number(page?.at[0] ?? 0)
  const all = query.get('showDeleted') === 'true' ? [] : matching(asked).toSorted((left, right) => (left.address < right.address ? -1 : 1))
  const shown = all.slice(from, from + most)
  return {
    json: {
      kind: 'admin#directory#users',
      ...(shown.length > 0 && { users: shown.map((account) => userJson(state, account)) }),
      ...(from + most < all.length && { nextPageToken: tokenOf(asked, (page?.page ?? 0) + 1, [from + most]) }),
    },
  }
}

function matching({ state, query }: Asked): readonly Account[] {
  const domain = query.get('domain')
  const wish = query.get('query') ?? ''
  const [, field, value] = /^(\w+)[:=]'?([^']*)'?$/.exec(wish) ?? []
  if (wish !== '' && field !== 'email' && field !== 'isSuspended') throw invalidArgument(`Invalid Input: query`)
  return state.accounts.filter((account) => {
    if (domain !== null && !account.address.endsWith(`@${domain.toLowerCase()}`)) return false
    if (field === 'isSuspended') return String(account.suspended) === value
    return field !== 'email' || account.address.startsWith((value ?? '').replace(/\*$/, '').toLowerCase())
  })
}

/** The directory names what it did not find. */
export const resourceNotFound = (what: string): GoogleError =>
  new GoogleError(404, { message: `Resource Not Found: ${what}`, reason: 'notFound' })

/** By address, alias or id. */
function userOf({ state, names }: Asked): Account {
  const key = names['user'] ?? ''
  const account = findAccount(state, key) ?? findAlias(state, key)
  if (!account) throw resourceNotFound('userKey')
  return account
}

export const getUser = (asked: Asked): Shown => ({ json: userJson(asked.state, userOf(asked)) })

export function listAliases(asked: Asked): Shown {
  const { id, address: primaryEmail, aliases } = userOf(asked)
  const shown = aliases.map((alias) => ({ kind: 'admin#directory#alias', id, etag: `"${alias}"`, alias, primaryEmail }))
  return { json: { kind: 'admin#directory#aliases', ...(shown.length > 0 && { aliases: shown }) } }
}
