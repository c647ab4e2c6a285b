import { noteDead, syncOf, syncTokenOf } from '../kept/sync-token.ts'
import { walkPage } from '../kept/walk.ts'
import type { Asked, Shown } from '../serve/asked.ts'
import type { KeptPerson, PersonJson } from './book.ts'
import { expiredToken, invalid, noSuchPerson } from './errors.ts'

const WEEK = 7 * 86_400_000
/** A listing cuts longer lists of addresses and numbers; the person itself has them all (facts 6). */
const MOST_VALUES = 100

/** What `connections.list` may be asked for. */
const PERSON_FIELDS = new Set(
  'addresses,ageRanges,biographies,birthdays,calendarUrls,clientData,coverPhotos,emailAddresses,events,externalIds,genders,imClients,interests,locales,locations,memberships,metadata,miscKeywords,names,nicknames,occupations,organizations,phoneNumbers,photos,relations,sipAddresses,skills,urls,userDefined'.split(
    ',',
  ),
)
const OTHER_FIELDS = new Set(['emailAddresses', 'metadata', 'names', 'phoneNumbers', 'photos'])

function maskOf(asked: Asked, name: 'personFields' | 'readMask', known: ReadonlySet<string>): readonly string[] {
  const text = asked.query.get(name)
  if (text === null || text === '')
    throw invalid(`${name} mask is required. Please specify one or more valid paths. Valid paths are documented.`)
  const fields = text.split(',')
  const stranger = fields.find((field) => !known.has(field))
  if (stranger !== undefined) throw invalid(`Invalid ${name} mask path: "${stranger}".`)
  return fields
}

function sizeOfPage(asked: Asked): number {
  const text = asked.query.get('pageSize')
  if (text === null) {
    asked.state.violations.note(`${asked.method} without pageSize: pages of 100 where 1000 cost the same`)
    return 100
  }
  const size = Number(text)
  if (!/^\d+$/.test(text) || size < 1 || size > 1_000) throw invalid(`Page size must be between 1 and 1000 but was ${text}.`)
  return size
}

/** A stranger's own profile is mixed in where contacts alone were not asked for. */
function withProfile(person: PersonJson, asked: Asked): PersonJson {
  const sources = asked.query.getAll('sources')
  if (sources.length === 1 && sources[0] === 'READ_SOURCE_TYPE_CONTACT') return person
  asked.state.violations.note(`${asked.method} without sources=READ_SOURCE_TYPE_CONTACT: people's own profiles are mixed in`)
  return { ...person, names: [...(person.names ?? []), { displayName: 'From a profile', metadata: { source: { type: 'PROFILE' } } }] }
}

function shownPerson({ json, deleted }: KeptPerson, fields: readonly string[], asked: Asked): PersonJson {
  if (deleted) return json
  const photos = json.photos?.map((photo) => ({ ...photo, ...(photo.url ? { url: asked.state.photoUrl(photo.url) } : {}) }))
  const all: PersonJson = { ...withProfile(json, asked), ...(photos && { photos }) }
  const wanted = Object.entries(all).filter(([name]) => name === 'resourceName' || name === 'etag' || fields.includes(name))
  return Object.fromEntries(wanted.filter(([, value]) => !Array.isArray(value) || value.length > 0))
}

const cut = (person: PersonJson): PersonJson => ({
  ...person,
  ...(person.emailAddresses && { emailAddresses: person.emailAddresses.slice(0, MOST_VALUES) }),
  ...(person.phoneNumbers && { phoneNumbers: person.phoneNumbers.slice(0, MOST_VALUES) }),
})

function sinceOf(asked: Asked, horizon: number): { readonly since: number; readonly fullAt: number } {
  const sync = syncOf(asked)
  const now = asked.state.now()
  if (sync === undefined) return { since: 0, fullAt: now }
  if (sync === 'other') {
    asked.state.violations.note(`${asked.method} with a sync token and other parameters than those it was got with`)
    throw invalid('Sync token was created with a different set of parameters.')
  }
  if (sync === 'strange' || sync.since < horizon || now - sync.fullAt > WEEK / asked.state.timeScale) {
    noteDead(asked)
    const turn = asked.state.habits.get('expired people') ?? 0
    asked.state.habits.set('expired people', turn + 1)
    throw expiredToken(turn)
  }
  return sync
}

interface PeopleWish {
  readonly fields: readonly string[]
  readonly shelf: 'people' | 'others'
  readonly key: 'connections' | 'otherContacts'
  readonly total: 'totalItems' | 'totalSize'
}

function listPeople(asked: Asked, { fields, shelf, key, total }: PeopleWish): Shown {
  const kept = asked.account.book[shelf]
  const size = sizeOfPage(asked)
  const { since, fullAt } = sinceOf(asked, kept.horizon)
  const shows = ({ deleted }: KeptPerson): boolean => !deleted || since > 0
  const { entries, nextPageToken, began } = walkPage(asked, { kept, since, size, shows })
  const people = entries.map(({ value }) => cut(shownPerson(value, fields, asked)))
  return {
    json: {
      ...(people.length > 0 && { [key]: people }),
      ...(nextPageToken !== undefined && { nextPageToken }),
      ...(began !== undefined && asked.query.get('requestSyncToken') === 'true' && { nextSyncToken: syncTokenOf(asked, began, fullAt) }),
      [total]: [...kept.values()].filter(({ deleted }) => !deleted).length,
    },
  }
}

export const listConnections = (asked: Asked): Shown =>
  listPeople(asked, { fields: maskOf(asked, 'personFields', PERSON_FIELDS), shelf: 'people', key: 'connections', total: 'totalItems' })

export function listOtherContacts(asked: Asked): Shown {
  const fields = maskOf(asked, 'readMask', OTHER_FIELDS)
  return listPeople(asked, { fields, shelf: 'others', key: 'otherContacts', total: 'totalSize' })
}

export function getPerson(asked: Asked): Shown {
  const fields = maskOf(asked, 'personFields', PERSON_FIELDS)
  const found = asked.account.book.people.get(`people/${asked.names['person'] ?? ''}`)
  if (found === undefined || found.deleted) throw noSuchPerson()
  return { json: { ...shownPerson(found, fields, asked) } }
}

const GROUP_FIELDS = new Set(['clientData', 'groupType', 'memberCount', 'metadata', 'name'])

export function listGroupsOfContacts(asked: Asked): Shown {
  const fields = asked.query.get('groupFields')?.split(',') ?? ['groupType', 'memberCount', 'metadata', 'name']
  const stranger = fields.find((field) => !GROUP_FIELDS.has(field))
  if (stranger !== undefined) throw invalid(`Invalid groupFields mask path: "${stranger}".`)
  sizeOfPage(asked)
  const { book } = asked.account
  const contactGroups = [...book.groups.values()].map((group) => book.shownGroup(group))
  return { json: { contactGroups, totalItems: contactGroups.length } }
}

/** Without `maxMembers` a group has none. */
export function getContactGroup(asked: Asked): Shown {
  const { book } = asked.account
  const name = `contactGroups/${asked.names['group'] ?? ''}`
  const group = book.groups.get(name)
  if (group === undefined) throw noSuchPerson()
  const members = book.membersOf(name).slice(0, Number(asked.query.get('maxMembers') ?? 0))
  return { json: { ...book.shownGroup(group), ...(members.length > 0 && { memberResourceNames: members }) } }
}
