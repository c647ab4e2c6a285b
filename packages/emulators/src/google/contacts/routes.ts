import type { Asked, Shown } from '../serve/asked.ts'
import type { Route } from '../serve/routes.ts'
import { getContactGroup, getPerson, listConnections, listGroupsOfContacts, listOtherContacts } from './people-routes.ts'

const PREFIX = 'https://www.googleapis.com/auth/'
const READ = [`${PREFIX}contacts.readonly`, `${PREFIX}contacts`]
const OTHERS = [`${PREFIX}contacts.other.readonly`]

/** Of each field, all that it holds. */
const PERSON =
  'addresses,ageRange,ageRanges,biographies,birthdays,calendarUrls,clientData,coverPhotos,emailAddresses,etag,events,externalIds,fileAses,genders,imClients,interests,locales,locations,memberships,metadata,miscKeywords,names,nicknames,occupations,organizations,phoneNumbers,photos,relations,resourceName,sipAddresses,skills,urls,userDefined'
const GROUP = 'clientData,etag,formattedName,groupType,memberCount,memberResourceNames,metadata,name,resourceName'

interface Facts {
  readonly scopes?: readonly string[]
  readonly parameters: readonly string[]
  readonly fields: string
  readonly answer: (asked: Asked) => Shown
}

const route = (method: string, path: string, { scopes = READ, parameters, fields, answer }: Facts): Route => ({
  method,
  api: 'people',
  path: `/v1/${path}`,
  scopes,
  parameters,
  fields,
  answer,
})

const PAGES = ['pageSize', 'pageToken', 'requestSyncToken', 'syncToken']

export const PEOPLE_ROUTES: readonly Route[] = [
  route('connections.list', 'people/me/connections', {
    parameters: [...PAGES, 'personFields', 'requestMask.includeField', 'sortOrder', 'sources'],
    fields: `connections(${PERSON}),nextPageToken,nextSyncToken,totalItems,totalPeople`,
    answer: listConnections,
  }),
  route('people.get', 'people/{person}', { parameters: ['personFields', 'sources'], fields: PERSON, answer: getPerson }),
  route('otherContacts.list', 'otherContacts', {
    scopes: OTHERS,
    parameters: [...PAGES, 'readMask', 'sources'],
    fields: `otherContacts(${PERSON}),nextPageToken,nextSyncToken,totalSize`,
    answer: listOtherContacts,
  }),
  route('contactGroups.list', 'contactGroups', {
    parameters: ['groupFields', 'pageSize', 'pageToken', 'syncToken'],
    fields: `contactGroups(${GROUP}),nextPageToken,nextSyncToken,totalItems`,
    answer: listGroupsOfContacts,
  }),
  route('contactGroups.get', 'contactGroups/{group}', {
    parameters: ['groupFields', 'maxMembers'],
    fields: GROUP,
    answer: getContactGroup,
  }),
]
