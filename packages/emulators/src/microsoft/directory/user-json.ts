import type { User } from '@microsoft/microsoft-graph-types'
import { guidFrom, hash32 } from '../../generate/random.ts'
import { unknownProperty } from '../serve/errors.ts'
import type { Account } from './account.ts'

type Shown = Pick<
  Required<User>,
  | 'id'
  | 'businessPhones'
  | 'displayName'
  | 'givenName'
  | 'jobTitle'
  | 'mail'
  | 'mobilePhone'
  | 'officeLocation'
  | 'preferredLanguage'
  | 'surname'
  | 'userPrincipalName'
  | 'accountEnabled'
  | 'userType'
  | 'mailNickname'
  | 'proxyAddresses'
  | 'assignedLicenses'
  | 'assignedPlans'
  | 'usageLocation'
  | 'onPremisesSyncEnabled'
  | 'createdDateTime'
  | 'otherMails'
  | 'companyName'
  | 'department'
>

const isLicensed = ({ seed }: Account): boolean => seed.licensed ?? (seed.purpose ?? 'user') === 'user'
const isEnabled = ({ seed }: Account): boolean => seed.enabled ?? (seed.purpose ?? 'user') === 'user'
const since = '2014-03-01T08:00:00Z'

const PROPERTIES: { readonly [Name in keyof Shown]: (account: Account) => Shown[Name] } = {
  id: ({ id }) => id,
  businessPhones: () => [],
  displayName: ({ seed }) => seed.displayName ?? seed.address,
  givenName: ({ seed }) => seed.displayName?.split(' ')[0] ?? null,
  jobTitle: () => null,
  mail: ({ seed, mailbox }) => (mailbox || seed.mailbox === 'on-premises' ? seed.address : null),
  mobilePhone: () => null,
  officeLocation: () => null,
  preferredLanguage: ({ seed }) => seed.language ?? null,
  surname: ({ seed }) => seed.displayName?.split(' ').at(-1) ?? null,
  userPrincipalName: ({ seed }) => seed.address,
  accountEnabled: isEnabled,
  // Null on old accounts (facts 2.1).
  userType: ({ seed }) => (seed.userType === undefined ? 'Member' : seed.userType),
  mailNickname: ({ seed }) => seed.address.split('@')[0] ?? seed.address,
  proxyAddresses: ({ seed, mailbox }) =>
    mailbox
      ? [
          `SMTP:${seed.address}`,
          ...(seed.aliases ?? []).map((alias) => `smtp:${alias}`),
          ...(seed.x500 ?? []).map((name) => `X500:${name}`),
        ]
      : [],
  assignedLicenses: (account) => (isLicensed(account) ? [{ disabledPlans: [], skuId: guidFrom('sku', 'E3') }] : []),
  assignedPlans: (account) =>
    isLicensed(account)
      ? [
          {
            assignedDateTime: since,
            capabilityStatus: account.mailbox ? 'Enabled' : 'Deleted',
            service: 'exchange',
            servicePlanId: guidFrom('plan', 'exchange'),
          },
          { assignedDateTime: since, capabilityStatus: 'Enabled', service: 'SharePoint', servicePlanId: guidFrom('plan', 'sharepoint') },
        ]
      : [],
  usageLocation: () => 'DE',
  onPremisesSyncEnabled: () => null,
  createdDateTime: () => since,
  otherMails: () => [],
  companyName: () => null,
  department: () => null,
}

const DEFAULT: readonly string[] = [
  'businessPhones',
  'displayName',
  'givenName',
  'jobTitle',
  'mail',
  'mobilePhone',
  'officeLocation',
  'preferredLanguage',
  'surname',
  'userPrincipalName',
  'id',
]
/** All that User.ReadBasic.All shows. */
export const BASIC: ReadonlySet<string> = new Set([
  'id',
  'displayName',
  'givenName',
  'surname',
  'mail',
  'userPrincipalName',
  'businessPhones',
  'jobTitle',
  'mobilePhone',
  'officeLocation',
  'preferredLanguage',
])

const isProperty = (name: string): name is keyof Shown => Object.hasOwn(PROPERTIES, name)

/** The properties that `$select` asks for; a 400 for one that users do not have. */
export function selectedUserProperties(select: readonly string[] | undefined): readonly string[] {
  for (const name of select ?? []) if (!isProperty(name)) throw unknownProperty(name, 'user')
  return select ?? DEFAULT
}

export const userProperty = (account: Account, name: string): unknown => (isProperty(name) ? PROPERTIES[name](account) : undefined)

export const userJson = (account: Account, properties: readonly string[]): Record<string, unknown> =>
  Object.fromEntries(properties.map((name) => [name, userProperty(account, name)]))

/** A name as reports show it where they conceal names. */
export const concealed = (account: Account): string =>
  [0, 1, 2, 3].map((part) => hash32(account.id, part).toString(16).toUpperCase().padStart(8, '0')).join('')
