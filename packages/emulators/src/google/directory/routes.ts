import type { Asked, Shown } from '../serve/asked.ts'
import type { Route } from '../serve/routes.ts'
import { listDomainAliases, listDomains, listOrgUnits, listRooms } from './customer.ts'
import { getGroup, listGroups, listMembers } from './groups.ts'
import { getUsage } from './reports.ts'
import { getUser, listAliases, listUsers } from './users.ts'

const PREFIX = 'https://www.googleapis.com/auth/admin.'

interface Facts {
  readonly scope: string
  readonly parameters?: readonly string[]
  readonly fields: string
  readonly answer: (asked: Asked) => Shown
}

const route = (method: string, path: string, { scope, parameters = [], fields, answer }: Facts): Route => ({
  method,
  api: 'admin',
  path: `/admin/${path}`,
  scopes: [`${PREFIX}${scope}.readonly`, `${PREFIX}${scope}`],
  parameters,
  fields,
  answer,
})

const USER =
  'addresses,agreedToTerms,aliases,archivalTime,archived,changePasswordAtNextLogin,creationTime,customerId,customSchemas,deletionTime,emails,etag,externalIds,gender,guestAccountInfo,id,ims,includeInGlobalAddressList,ipWhitelisted,isAdmin,isDelegatedAdmin,isEnforcedIn2Sv,isEnrolledIn2Sv,isGuestUser,isMailboxSetup,keywords,kind,languages,lastLoginTime,locations,name,nonEditableAliases,notes,organizations,orgUnitPath,phones,posixAccounts,primaryEmail,recoveryEmail,recoveryPhone,relations,sshPublicKeys,suspended,suspensionReason,suspensionTime,thumbnailPhotoEtag,thumbnailPhotoUrl,websites'
const GROUP = 'adminCreated,aliases,description,directMembersCount,email,etag,externalIds,id,kind,name,nonEditableAliases'
const MEMBER = 'delivery_settings,email,etag,id,kind,role,status,type'

export const ADMIN_ROUTES: readonly Route[] = [
  route('users.list', 'directory/v1/users', {
    scope: 'directory.user',
    parameters: ['customer', 'domain', 'maxResults', 'pageToken', 'orderBy', 'sortOrder', 'projection', 'query', 'showDeleted', 'viewType'],
    fields: `kind,etag,users(${USER}),nextPageToken`,
    answer: listUsers,
  }),
  route('users.get', 'directory/v1/users/{user}', {
    scope: 'directory.user',
    parameters: ['projection', 'viewType', 'customFieldMask'],
    fields: USER,
    answer: getUser,
  }),
  route('users.aliases.list', 'directory/v1/users/{user}/aliases', {
    scope: 'directory.user',
    fields: 'kind,etag,aliases',
    answer: listAliases,
  }),
  route('groups.list', 'directory/v1/groups', {
    scope: 'directory.group',
    parameters: ['customer', 'domain', 'maxResults', 'pageToken', 'orderBy', 'sortOrder', 'query', 'userKey'],
    fields: `kind,etag,groups(${GROUP}),nextPageToken`,
    answer: listGroups,
  }),
  route('groups.get', 'directory/v1/groups/{group}', {
    scope: 'directory.group',
    fields: GROUP,
    answer: getGroup,
  }),
  route('members.list', 'directory/v1/groups/{group}/members', {
    scope: 'directory.group',
    parameters: ['maxResults', 'pageToken', 'roles', 'includeDerivedMembership'],
    fields: `kind,etag,members(${MEMBER}),nextPageToken`,
    answer: listMembers,
  }),
  route('orgunits.list', 'directory/v1/customer/{customer}/orgunits', {
    scope: 'directory.orgunit',
    parameters: ['type', 'orgUnitPath'],
    fields: 'kind,etag,organizationUnits',
    answer: listOrgUnits,
  }),
  route('resources.calendars.list', 'directory/v1/customer/{customer}/resources/calendars', {
    scope: 'directory.resource.calendar',
    parameters: ['maxResults', 'pageToken', 'orderBy', 'query'],
    fields: 'kind,etag,items,nextPageToken',
    answer: listRooms,
  }),
  route('domains.list', 'directory/v1/customer/{customer}/domains', {
    scope: 'directory.domain',
    fields: 'kind,etag,domains',
    answer: listDomains,
  }),
  route('domainAliases.list', 'directory/v1/customer/{customer}/domainaliases', {
    scope: 'directory.domain',
    parameters: ['parentDomainName'],
    fields: 'kind,etag,domainAliases',
    answer: listDomainAliases,
  }),
  route('userUsageReport.get', 'reports/v1/usage/users/{user}/dates/{date}', {
    scope: 'reports.usage',
    parameters: ['parameters', 'maxResults', 'pageToken', 'filters', 'customerId', 'orgUnitID'],
    fields: 'kind,etag,usageReports,warnings,nextPageToken',
    answer: getUsage,
  }),
]
