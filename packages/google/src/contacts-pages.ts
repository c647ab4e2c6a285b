import type { Call } from '@offramp/core'
import { type Json, objectsOf, textOf } from '@offramp/wire'
import type { PeopleClient } from './client.ts'
import { orMissing } from './fault-codes.ts'
import { PAGE } from './limits.ts'

/** An address book, as Google keeps two. */
export type Shelf = 'contacts' | 'collected'

/** All that `connections.list` may be asked for and that a card can hold. `fileAses` is not among it. */
const PERSON_FIELDS =
  'addresses,biographies,birthdays,calendarUrls,emailAddresses,events,externalIds,genders,imClients,interests,locations,memberships,metadata,miscKeywords,names,nicknames,occupations,organizations,phoneNumbers,photos,relations,sipAddresses,skills,urls,userDefined'
const OTHER_FIELDS = 'emailAddresses,metadata,names,phoneNumbers,photos'

/** Otherwise Google mixes what people say of themselves in their profiles into the card. */
const SOURCES = ['READ_SOURCE_TYPE_CONTACT']

export interface PersonPage {
  readonly people: readonly Json[]
  readonly token?: string
  /** Of the last page alone: what has changed since. It lasts for seven days after the full listing, however often it is used. */
  readonly sync?: string
}

export interface PersonQuestion {
  readonly shelf: Shelf
  readonly sync?: string
  readonly token?: string
}

/** A page of a listing. Every parameter is the same on each page and in each later listing, or Google refuses. */
export async function readPeople(client: PeopleClient, { shelf, sync, token }: PersonQuestion, call: Call): Promise<PersonPage> {
  const asks = sync === undefined ? 'people' : 'people-sync'
  const place = { ...(sync === undefined ? {} : { syncToken: sync }), ...(token === undefined ? {} : { pageToken: token }) }
  const page = { pageSize: PAGE.people, requestSyncToken: true, ...place }
  const { json } = await client.ask(
    {
      asks,
      send: (api, common, options) =>
        shelf === 'contacts'
          ? api.people.connections.list(
              { ...common, resourceName: 'people/me', personFields: PERSON_FIELDS, sources: SOURCES, ...page },
              options,
            )
          : api.otherContacts.list({ ...common, readMask: OTHER_FIELDS, sources: SOURCES, ...page }, options),
    },
    call,
  )
  const [next, nextSync] = [textOf(json['nextPageToken']), textOf(json['nextSyncToken'])]
  return {
    people: objectsOf(json[shelf === 'contacts' ? 'connections' : 'otherContacts']),
    ...(next === undefined ? {} : { token: next }),
    ...(nextSync === undefined ? {} : { sync: nextSync }),
  }
}

/** One contact with all that it has: a listing cuts addresses and numbers at 100. Undefined where it is gone. */
export async function readPerson(client: PeopleClient, resourceName: string, call: Call): Promise<Json | undefined> {
  const answer = await orMissing(
    client.ask(
      {
        asks: 'person',
        send: (api, common, options) => api.people.get({ ...common, resourceName, personFields: PERSON_FIELDS, sources: SOURCES }, options),
      },
      call,
    ),
    ['google-gone'],
  )
  return answer?.json
}

/** How many there are, for a check. */
export async function countPeople(client: PeopleClient, call: Call): Promise<number> {
  const { json } = await client.ask(
    {
      asks: 'people',
      send: (api, common, options) =>
        api.people.connections.list(
          { ...common, resourceName: 'people/me', personFields: 'metadata', sources: SOURCES, pageSize: PAGE.people, fields: 'totalItems' },
          options,
        ),
    },
    call,
  )
  return typeof json['totalItems'] === 'number' ? json['totalItems'] : 0
}
