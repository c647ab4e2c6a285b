import type { people_v1 } from '@googleapis/people'
import { beforeEach, expect, test } from 'vitest'
import { ContactsDesk } from '../control/contacts-desk.ts'
import { accountNamed } from '../directory/account.ts'
import { photoReply } from '../serve/photo.ts'
import { ANNA, type TestDomain, testDomain } from '../test-domain.ts'
import { membership } from './book.ts'

const WEEK = 7 * 86_400_000
const QUESTION = 'pageSize=1000&sources=READ_SOURCE_TYPE_CONTACT&requestSyncToken=true&personFields=names,emailAddresses,metadata,photos'

let domain: TestDomain
let desk: ContactsDesk

function open(contacts: object, quirks: object = {}): void {
  domain = testDomain({ accounts: [{ address: ANNA, admin: true, contacts }], quirks: { emptyPageEvery: 0, ...quirks } })
  desk = new ContactsDesk(accountNamed(domain.state, ANNA).book)
  domain.as(ANNA, ['contacts.readonly'])
}

beforeEach(() => open({ people: 12 }))

interface AipError {
  readonly error: {
    readonly code: number
    readonly status: string
    readonly message: string
    readonly details?: readonly { readonly reason: string }[]
  }
}

const list = (query: string) => domain.get<people_v1.Schema$ListConnectionsResponse>(`/v1/people/me/connections?${query}`)
const error = (query: string) => {
  const { status, json } = domain.get<AipError>(`/v1/people/me/connections?${query}`)
  return [status, json.error.status, json.error.details?.[0]?.reason]
}

test('connections hold what was asked for and nothing else; without a mask there is no answer', () => {
  const { json } = list(QUESTION)
  expect(json.connections).toHaveLength(12)
  expect(new Set(json.connections?.flatMap((person) => Object.keys(person)))).toEqual(
    new Set(['resourceName', 'etag', 'names', 'emailAddresses', 'metadata', 'photos']),
  )
  expect(error('pageSize=1000&sources=READ_SOURCE_TYPE_CONTACT')).toEqual([400, 'INVALID_ARGUMENT', undefined])
  expect(error('pageSize=1000&sources=READ_SOURCE_TYPE_CONTACT&personFields=names,nonsense')[0]).toBe(400)
  expect(error(`${QUESTION.replace('1000', '1001')}`)[0]).toBe(400)
  expect(domain.state.violations.list()).toEqual([])
})

test('without sources, profiles are mixed in, and that is noted', () => {
  const { json } = list(QUESTION.replace('&sources=READ_SOURCE_TYPE_CONTACT', ''))
  expect(json.connections?.[0]?.names).toHaveLength(2)
  expect(domain.state.violations.list()).not.toEqual([])
})

test('parameters stay the same over pages and tokens', () => {
  open({ people: 12 }, { pageItems: 5 })
  const { json } = list(QUESTION)
  const token = encodeURIComponent(json.nextPageToken ?? '')
  expect(json.connections).toHaveLength(5)
  expect(list(`${QUESTION}&pageToken=${token}`).json.connections).toHaveLength(5)
  expect(domain.get(`/v1/people/me/connections?${QUESTION.replace('names,', '')}&pageToken=${token}`).status).toBe(400)
  expect(domain.state.violations.list()).toHaveLength(1)
})

test('a sync token tells what has changed and who is gone, for a week after the full listing and not a moment longer', async () => {
  const [first, second] = await desk.people()
  const full = list(QUESTION).json.nextSyncToken ?? ''
  await desk.put({ ...first, nicknames: [{ value: 'x' }] })
  await desk.remove(second?.resourceName ?? '')
  domain.clock.now += 6 * 86_400_000
  domain.as(ANNA, ['contacts.readonly'])
  const { json } = list(`${QUESTION}&syncToken=${full}`)
  expect(json.connections).toHaveLength(2)
  expect(json.connections?.find(({ metadata }) => metadata?.deleted)).toEqual({
    resourceName: second?.resourceName,
    metadata: { deleted: true, objectType: 'PERSON' },
  })
  // Used meanwhile, it lives no longer for that.
  domain.clock.now += WEEK - 6 * 86_400_000 + 1
  domain.as(ANNA, ['contacts.readonly'])
  const expired = ['', 'a', 'b'].map(() => error(`${QUESTION}&syncToken=${json.nextSyncToken}`))
  expect(expired).toEqual([
    [400, 'FAILED_PRECONDITION', 'EXPIRED_SYNC_TOKEN'],
    [400, 'FAILED_PRECONDITION', 'SYNC_TOKEN_EXPIRED'],
    [410, 'FAILED_PRECONDITION', undefined],
  ])
  expect(domain.state.violations.list()).toEqual(expect.arrayContaining([expect.stringContaining('had expired')]))
})

test('a listing cuts at a hundred addresses, the person itself does not', async () => {
  const { resourceName } = await desk.put({ emailAddresses: Array.from({ length: 150 }, (_, n) => ({ value: `${n}@x.example` })) })
  expect(list(QUESTION).json.connections?.find((person) => person.resourceName === resourceName)?.emailAddresses).toHaveLength(100)
  const { json } = domain.get<people_v1.Schema$Person>(`/v1/${resourceName}?personFields=emailAddresses&sources=READ_SOURCE_TYPE_CONTACT`)
  expect(json.emailAddresses).toHaveLength(150)
})

test('a group has members for whoever says how many', async () => {
  const group = await desk.addGroup('Choir')
  await desk.put({ memberships: [membership(group.resourceName ?? '')] })
  const get = (query: string) => domain.get<people_v1.Schema$ContactGroup>(`/v1/${group.resourceName}?groupFields=name${query}`).json
  expect([get('').memberResourceNames, get('&maxMembers=10').memberResourceNames?.length]).toEqual([undefined, 1])
})

test('what was collected needs a scope of its own', () => {
  open({ others: 3 })
  const path = '/v1/otherContacts?pageSize=1000&readMask=names,emailAddresses&sources=READ_SOURCE_TYPE_CONTACT'
  expect(domain.get(path).status).toBe(403)
  domain.as(ANNA, ['contacts.other.readonly'])
  expect(domain.get<people_v1.Schema$ListOtherContactsResponse>(path).json.otherContacts).toHaveLength(3)
})

test('pictures are served to anybody, and a token that comes along is noted', async () => {
  await desk.addPhoto('x', Buffer.from('picture').toString('base64'), 'image/png')
  const reply = photoReply(domain.state, '/photo/cm/x=s100', undefined)
  expect([reply.status, reply.type, Buffer.concat(reply.body).toString()]).toEqual([200, 'image/png', 'picture'])
  expect(photoReply(domain.state, '/photo/cm/nobody', 'Bearer x').status).toBe(404)
  expect(domain.state.violations.list()).toEqual([expect.stringContaining('token')])
})
