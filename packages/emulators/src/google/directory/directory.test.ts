import type { admin_directory_v1, admin_reports_v1 } from '@googleapis/admin'
import { expect, test } from 'vitest'
import { ANNA, type ErrorShape, type TestDomain, testDomain } from '../test-domain.ts'

const SCOPES = [
  'admin.directory.user',
  'admin.directory.group',
  'admin.directory.orgunit',
  'admin.directory.resource.calendar',
  'admin.directory.domain',
  'admin.reports.usage',
]
const CUSTOMER = '/admin/directory/v1/customer/my_customer'

function domain(): TestDomain {
  const made = testDomain({
    accounts: [
      { address: ANNA, admin: true, displayName: 'Anna Becker', aliases: ['a.becker@fabrikam.example'], messages: 60 },
      { address: 'ben@fabrikam.example', suspended: true },
      { address: 'carl@second.example', archived: true, gmail: 'none' },
      ...Array.from({ length: 7 }, (_, at) => ({ address: `u${at}@fabrikam.example` })),
    ],
    groups: [
      { address: 'all@fabrikam.example', members: [ANNA, 'ben@fabrikam.example', 'team@fabrikam.example', 'x@elsewhere.example', '*'] },
      { address: 'team@fabrikam.example' },
    ],
    rooms: [{ address: 'room1@resource.calendar.google.com', name: 'Room 1' }],
  })
  made.as(
    ANNA,
    SCOPES.map((scope) => `${scope}.readonly`),
  )
  return made
}

test('users come in pages, and say who is suspended, archived and without mail', () => {
  const { get, state } = domain()
  const users: admin_directory_v1.Schema$User[] = []
  let token: string | null | undefined
  do {
    const page = get<admin_directory_v1.Schema$Users>(
      `/admin/directory/v1/users?customer=my_customer&maxResults=4&projection=full&orderBy=email${token ? `&pageToken=${token}` : ''}`,
    ).json
    users.push(...(page.users ?? []))
    token = page.nextPageToken
  } while (token)
  expect(users.map(({ primaryEmail }) => primaryEmail)).toEqual(state.accounts.map(({ address }) => address).toSorted())
  const facts = (address: string) => {
    const user = users.find(({ primaryEmail }) => primaryEmail === address)
    return [user?.suspended, user?.archived, user?.isMailboxSetup, user?.aliases]
  }
  expect(facts(ANNA)).toEqual([false, false, true, ['a.becker@fabrikam.example']])
  expect(facts('ben@fabrikam.example')).toEqual([true, false, true, undefined])
  expect(facts('carl@second.example')).toEqual([false, true, false, undefined])
  expect(users[0]?.name).toEqual({ givenName: 'Anna', familyName: 'Becker', fullName: 'Anna Becker' })
  expect(
    get<admin_directory_v1.Schema$Users>('/admin/directory/v1/users?customer=my_customer&maxResults=500&showDeleted=true').json.users,
  ).toBeUndefined()
  const single = get<admin_directory_v1.Schema$User>('/admin/directory/v1/users/a.becker@fabrikam.example').json
  expect(single.primaryEmail).toBe(ANNA)
  expect(get<admin_directory_v1.Schema$Aliases>(`/admin/directory/v1/users/${ANNA}/aliases`).json.aliases).toHaveLength(1)
  expect(get<ErrorShape>('/admin/directory/v1/users/nobody@fabrikam.example').json.error.message).toBe('Resource Not Found: userKey')
  expect(state.violations.list()).toEqual([])
})

test('groups have members of every sort', () => {
  const { get } = domain()
  const groups = get<admin_directory_v1.Schema$Groups>('/admin/directory/v1/groups?customer=my_customer&maxResults=200').json.groups ?? []
  expect(groups.map(({ email, directMembersCount }) => [email, directMembersCount])).toEqual([
    ['all@fabrikam.example', '5'],
    ['team@fabrikam.example', '0'],
  ])
  const members =
    get<admin_directory_v1.Schema$Members>(`/admin/directory/v1/groups/${groups[0]?.id}/members?maxResults=200`).json.members ?? []
  expect(members.map(({ email, type, role }) => [email, type, role])).toEqual([
    [ANNA, 'USER', 'OWNER'],
    ['ben@fabrikam.example', 'USER', 'MEMBER'],
    ['team@fabrikam.example', 'GROUP', 'MEMBER'],
    ['x@elsewhere.example', 'EXTERNAL', 'MEMBER'],
    [undefined, 'CUSTOMER', 'MEMBER'],
  ])
  expect(get('/admin/directory/v1/groups/team@fabrikam.example/members?maxResults=200').json).toEqual({ kind: 'admin#directory#members' })
})

test('the customer has domains, rooms and no units', () => {
  const { get } = domain()
  const domains = get<admin_directory_v1.Schema$Domains2>(`${CUSTOMER}/domains`).json.domains ?? []
  expect(domains.map(({ domainName, isPrimary }) => [domainName, isPrimary])).toEqual([
    ['fabrikam.example', true],
    ['second.example', false],
  ])
  const rooms = get<admin_directory_v1.Schema$CalendarResources>(`${CUSTOMER}/resources/calendars`).json.items ?? []
  expect(rooms.map(({ resourceEmail, resourceName }) => [resourceEmail, resourceName])).toEqual([
    ['room1@resource.calendar.google.com', 'Room 1'],
  ])
  expect(get(`${CUSTOMER}/orgunits?type=all`).json).toEqual({ kind: 'admin#directory#orgUnits' })
})

test('only an administrator is told', () => {
  const { as, get } = domain()
  as('u1@fabrikam.example', ['admin.directory.user.readonly'])
  const { error } = get<ErrorShape>('/admin/directory/v1/users?customer=my_customer&maxResults=500').json
  expect([error.code, error.message]).toEqual([403, 'Not Authorized to access this resource/API'])
})

test('reports are three days behind: refused, then in part with a warning, then whole; integers are texts', () => {
  const { get, clock, state, as } = domain()
  clock.now = Date.UTC(2026, 6, 10, 20)
  as(ANNA, ['admin.reports.usage.readonly'])
  const parameters = 'parameters=accounts:gmail_used_quota_in_mb,accounts:total_quota_in_mb'
  const report = (date: string) =>
    get<admin_reports_v1.Schema$UsageReports & ErrorShape>(`/admin/reports/v1/usage/users/all/dates/${date}?${parameters}`)
  expect([report('2026-07-10').status, report('2026-07-09').status]).toEqual([400, 400])
  expect(report('2026-07-09').json.error.message).toContain('2026-07-07 is not yet available')
  const partial = report('2026-07-08').json
  expect([partial.warnings?.[0]?.code, partial.usageReports?.length]).toEqual(['PARTIAL_DATA_AVAILABLE', 5])
  const whole = report('2026-07-07').json
  expect([whole.warnings, whole.usageReports?.length]).toEqual([undefined, state.accounts.length])
  const anna = whole.usageReports?.find(({ entity }) => entity?.userEmail === ANNA)
  expect(anna?.parameters).toEqual([
    { name: 'accounts:gmail_used_quota_in_mb', intValue: expect.stringMatching(/^[1-9]\d*$/) },
    { name: 'accounts:total_quota_in_mb', intValue: '30720' },
  ])
})
