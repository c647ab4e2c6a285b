import { beforeAll, expect, test } from 'vitest'
import { ANNA, type TestDomain, testDomain } from './test-domain.ts'
import { publishedShapes } from './test-shapes.ts'

const gmail = publishedShapes('@googleapis/gmail', 'v1')
const calendar = publishedShapes('@googleapis/calendar', 'v3')
const people = publishedShapes('@googleapis/people', 'v1')
const tasks = publishedShapes('@googleapis/tasks', 'v1')
const directory = publishedShapes('@googleapis/admin', 'directory_v1')
const reports = publishedShapes('@googleapis/admin', 'reports_v1')

const settings = {
  filters: [{ id: 'f1', criteria: { from: 'a@b.example', hasAttachment: true, size: 5 }, action: { addLabelIds: ['TRASH'] } }],
  forwardingAddresses: [{ forwardingEmail: 'a@b.example', verificationStatus: 'accepted' }],
  delegates: [{ delegateEmail: 'ben@fabrikam.example', verificationStatus: 'accepted' }],
}

const WORK = {
  calendars: { events: 120, hostile: true, others: true },
  contacts: { people: 20, others: 5 },
  tasks: { tasks: 20, hostile: true },
}

let domain: TestDomain
let id: string
let start: string

beforeAll(async () => {
  domain = testDomain({
    accounts: [
      { address: ANNA, admin: true, ...WORK, messages: 60, chats: 1, awkward: 1, settings, aliases: ['a@fabrikam.example'] },
      { address: 'ben@fabrikam.example', suspended: true },
    ],
    groups: [{ address: 'all@fabrikam.example', members: [ANNA, '*'] }],
    rooms: [{ address: 'room@resource.calendar.google.com', name: 'Room' }],
    limits: { userPerMinute: 1e9 },
  })
  start = domain.get<{ readonly historyId: string }>('profile').json.historyId
  const added = await domain.desk.add(Buffer.from('Subject: x\r\n\r\nhello'), { labels: ['INBOX', 'New'] })
  const draft = await domain.desk.add(Buffer.from('Subject: x\r\n\r\nhello'), { labels: ['DRAFT'] })
  await domain.desk.editDraft(draft.id, Buffer.from('Subject: y\r\n\r\nhello'))
  await domain.desk.trash(added.id)
  id = added.id
})

test.each([
  ['profile', 'Profile'],
  ['labels', 'ListLabelsResponse'],
  ['labels/INBOX', 'Label'],
  ['messages?maxResults=10', 'ListMessagesResponse'],
  ['drafts?maxResults=1', 'ListDraftsResponse'],
  ['settings/filters', 'ListFiltersResponse'],
  ['settings/filters/f1', 'Filter'],
  ['settings/forwardingAddresses', 'ListForwardingAddressesResponse'],
  ['settings/sendAs', 'ListSendAsResponse'],
  ['settings/delegates', 'ListDelegatesResponse'],
  ['settings/vacation', 'VacationSettings'],
  ['settings/autoForwarding', 'AutoForwarding'],
  ['settings/imap', 'ImapSettings'],
  ['settings/pop', 'PopSettings'],
  ['settings/language', 'LanguageSettings'],
])('Gmail: %s is a %s', (path, shape) => {
  const { status, json } = domain.get<object>(path)
  expect([status, gmail.strangers(json, shape)]).toEqual([200, []])
  expect(Object.keys(json).length).toBeGreaterThan(0)
})

test.each(['minimal', 'metadata', 'full', 'raw'])('Gmail: messages of every kind are Messages in format %s', (format) => {
  const ids = [...(domain.state.accounts[0]?.mailbox.messages.keys() ?? [])]
  for (const each of [id, ...ids]) expect(gmail.strangers(domain.get(`messages/${each}?format=${format}`).json, 'Message')).toEqual([])
})

test('Gmail: history holds nothing that is not published', () => {
  const { json } = domain.get<{ readonly history: readonly object[] }>(`history?maxResults=500&startHistoryId=${start}`)
  expect(json.history).toHaveLength(4)
  expect(gmail.strangers(json, 'ListHistoryResponse')).toEqual([])
  expect(gmail.strangers({ history: [{ id: 5, what: 'x' }] }, 'ListHistoryResponse')).toEqual([
    'ListHistoryResponse.history[0].id is number, not string',
    'ListHistoryResponse.history[0].what is not published',
  ])
})

test.each([
  ['users?customer=my_customer&maxResults=500', 'Users'],
  [`users/${ANNA}`, 'User'],
  [`users/${ANNA}/aliases`, 'Aliases'],
  ['groups?customer=my_customer&maxResults=200', 'Groups'],
  ['groups/all@fabrikam.example', 'Group'],
  ['groups/all@fabrikam.example/members?maxResults=200', 'Members'],
  ['customer/my_customer/orgunits?type=all', 'OrgUnits'],
  ['customer/my_customer/domains', 'Domains2'],
  ['customer/my_customer/domainaliases', 'DomainAliases'],
  ['customer/my_customer/resources/calendars', 'CalendarResources'],
])('Directory: %s is a %s', (path, shape) => {
  const scopes = ['user', 'group', 'orgunit', 'domain', 'resource.calendar'].map((name) => `admin.directory.${name}.readonly`)
  domain.as(ANNA, scopes)
  const { status, json } = domain.get(`/admin/directory/v1/${path}`)
  expect([status, directory.strangers(json, shape)]).toEqual([200, []])
})

test.each(['2026-06-20', '2026-06-28'])('Reports: usage of %s is UsageReports', (date) => {
  domain.as(ANNA, ['admin.reports.usage.readonly'])
  const { status, json } = domain.get(`/admin/reports/v1/usage/users/all/dates/${date}`)
  expect([status, reports.strangers(json, 'UsageReports')]).toEqual([200, []])
})

const EVENTS = `calendars/${ANNA}/events?maxResults=2500&showDeleted=true`

test.each([
  ['users/me/calendarList?maxResults=250&showHidden=true', 'CalendarList'],
  [`calendars/${ANNA}`, 'Calendar'],
  [EVENTS, 'Events'],
  [`calendars/${ANNA}/acl?maxResults=250`, 'Acl'],
  ['colors', 'Colors'],
  ['users/me/settings?maxResults=250', 'Settings'],
])('Calendar: %s is %s', (path, shape) => {
  domain.as(ANNA, ['calendar.readonly', 'calendar.acls.readonly'])
  const { status, json } = domain.get(`/calendar/v3/${path}`)
  expect([status, calendar.strangers(json, shape)]).toEqual([200, []])
})

test('Calendar: each event and each instance of a series is an Event', () => {
  domain.as(ANNA, ['calendar.readonly'])
  const { json } = domain.get<{ readonly items: readonly { readonly id: string; readonly recurrence?: readonly string[] }[] }>(
    `/calendar/v3/${EVENTS}`,
  )
  const series = json.items.filter(({ recurrence }) => recurrence?.every((line) => !line.includes('SOMETIMES')))
  expect(series.length).toBeGreaterThan(20)
  for (const { id } of series.slice(0, 10)) {
    expect(calendar.strangers(domain.get(`/calendar/v3/calendars/${ANNA}/events/${id}`).json, 'Event')).toEqual([])
    const instances = domain.get(`/calendar/v3/calendars/${ANNA}/events/${id}/instances?maxResults=2500&timeMax=2027-01-01T00:00:00Z`).json
    expect(calendar.strangers(instances, 'Events')).toEqual([])
  }
})

test.each([
  [
    'people/me/connections?pageSize=1000&personFields=names,emailAddresses,memberships,photos,metadata&requestSyncToken=true',
    'ListConnectionsResponse',
  ],
  ['contactGroups?pageSize=1000', 'ListContactGroupsResponse'],
  ['otherContacts?pageSize=1000&readMask=names,emailAddresses,metadata', 'ListOtherContactsResponse'],
])('People: %s is %s', (path, shape) => {
  domain.as(ANNA, ['contacts.readonly', 'contacts.other.readonly'])
  const { status, json } = domain.get(`/v1/${path}&sources=READ_SOURCE_TYPE_CONTACT`.replace(/(contactGroups.*)&sources.*/, '$1'))
  expect([status, people.strangers(json, shape)]).toEqual([200, []])
})

test('Tasks: lists are TaskLists and Tasks', () => {
  domain.as(ANNA, ['tasks.readonly'])
  const lists = domain.get<{ readonly items: readonly { readonly id: string }[] }>('/tasks/v1/users/@me/lists').json
  expect(tasks.strangers(lists, 'TaskLists')).toEqual([])
  for (const { id } of lists.items) {
    const { status, json } = domain.get(`/tasks/v1/lists/${id}/tasks?maxResults=100&showHidden=true&showAssigned=true`)
    expect([status, tasks.strangers(json, 'Tasks')]).toEqual([200, []])
  }
})
