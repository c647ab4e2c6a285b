import type { Json } from '@offramp/wire'
import { expect, test } from 'vitest'
import { BIRTHDAY_LOSS, cardOf, contactId, MORE_JOBS_LOSS } from './contacts-card.ts'
import { photoUrl } from './contacts-photo.ts'

const GROUPS = new Map([['contactGroups/a', 'Customers']])

function read(person: Json) {
  const losses: string[] = []
  return { card: cardOf(person, { uid: 'u', groups: GROUPS, note: (loss) => void losses.push(loss) }), losses }
}

test.each<[string, Json, Json]>([
  ['nothing at all', {}, { uid: 'u' }],
  [
    'a name',
    {
      names: [
        {
          displayName: 'Dr. Anna M. Ber',
          givenName: 'Anna',
          familyName: 'Ber',
          middleName: 'M.',
          honorificPrefix: 'Dr.',
          phoneticGivenName: 'anna',
        },
      ],
    },
    { fullName: 'Dr. Anna M. Ber', name: { given: 'Anna', family: 'Ber', additional: 'M.', prefix: 'Dr.' }, phonetic: { given: 'anna' } },
  ],
  ['an unstructured name', { names: [{ unstructuredName: 'Only' }] }, { fullName: 'Only' }],
  [
    'numbers as their owner wrote them',
    {
      phoneNumbers: [
        { value: '030 1', canonicalForm: '+49301', type: 'workFax' },
        { value: '2', type: 'Boot', formattedType: 'Boot' },
      ],
    },
    {
      phones: [
        { value: '030 1', types: ['work', 'fax'] },
        { value: '2', label: 'Boot' },
      ],
    },
  ],
  [
    'the preferred address',
    { emailAddresses: [{ value: 'a@x.example', type: 'home', metadata: { primary: true } }] },
    { emails: [{ value: 'a@x.example', types: ['home'], preferred: true }] },
  ],
  [
    'an address of parts',
    { addresses: [{ type: 'home', streetAddress: 'A 1\nB', city: 'C', formattedValue: 'all' }] },
    { addresses: [{ types: ['home'], value: { street: 'A 1\nB', city: 'C' } }] },
  ],
  ['an address without', { addresses: [{ formattedValue: 'all\nof it' }] }, { addresses: [{ value: { formatted: 'all\nof it' } }] }],
  ['a birthday', { birthdays: [{ date: { year: 1970, month: 4, day: 12 } }] }, { birthday: { year: 1970, month: 4, day: 12 } }],
  ['a birthday without a year', { birthdays: [{ date: { year: 0, month: 4, day: 12 } }] }, { birthday: { month: 4, day: 12 } }],
  [
    'other days',
    {
      events: [
        { type: 'anniversary', date: { year: 2000, month: 5, day: 6 } },
        { type: 'Moving', formattedType: 'Moving', date: { month: 1, day: 2 } },
      ],
    },
    { anniversary: { year: 2000, month: 5, day: 6 }, dates: [{ value: { month: 1, day: 2 }, label: 'Moving' }] },
  ],
  [
    'messengers',
    {
      imClients: [
        { username: 'a@x', protocol: 'jabber' },
        { username: 'b', protocol: 'line', formattedProtocol: 'LINE' },
      ],
      sipAddresses: [{ value: 'c@x' }],
    },
    { messengers: [{ value: 'xmpp:a@x' }, { value: 'b', label: 'LINE' }, { value: 'sip:c@x' }] },
  ],
  [
    'relations',
    {
      relations: [
        { person: 'Ben', type: 'spouse' },
        { person: 'Cat', type: 'Cat', formattedType: 'Cat' },
      ],
    },
    {
      related: [
        { value: 'Ben', types: ['spouse'] },
        { value: 'Cat', label: 'Cat' },
      ],
    },
  ],
  ['a note in HTML', { biographies: [{ value: '<b>bold</b>', contentType: 'TEXT_HTML' }] }, { note: 'bold' }],
  ['a note in text', { biographies: [{ value: '<b>', contentType: 'TEXT_PLAIN' }] }, { note: '<b>' }],
  [
    'groups that say something',
    {
      memberships: ['contactGroups/a', 'contactGroups/myContacts'].map((name) => ({
        contactGroupMembership: { contactGroupResourceName: name },
      })),
    },
    { categories: ['Customers'] },
  ],
  [
    'own fields, and what a card has none for',
    { userDefined: [{ key: 'Size', value: 'M' }], interests: [{ value: 'Chess' }] },
    {
      custom: [
        { value: 'M', label: 'Size' },
        { value: 'Chess', label: 'Interest' },
      ],
    },
  ],
  [
    'the current job',
    { organizations: [{ name: 'Firm', department: 'Sales', title: 'Boss', current: true }] },
    { organization: { name: 'Firm', units: ['Sales'] }, title: 'Boss' },
  ],
])('%s', (_, person, wanted) => {
  expect(read(person)).toEqual({ card: { uid: 'u', ...wanted }, losses: [] })
})

test('what a card cannot say is told, and kept among the custom fields', () => {
  const organizations = [
    { name: 'Old', title: 'Clerk' },
    { name: 'New', current: true },
  ]
  expect(read({ organizations, birthdays: [{ text: 'in May' }] })).toMatchObject({
    card: {
      organization: { name: 'New' },
      custom: [
        { value: 'in May', label: 'Birthday' },
        { value: 'Old, Clerk', label: 'Organisation' },
      ],
    },
    losses: [MORE_JOBS_LOSS, BIRTHDAY_LOSS],
  })
})

test.each([
  ['people/c255', 'ff', 'people/c255'],
  ['people/1180', 'ff', 'people/c255'],
  ['otherContacts/c16', '10', 'otherContacts/c16'],
  ['people/c9', undefined, 'people/c9'],
])('%s with the number %s is %s for good', (resourceName, id, wanted) => {
  const sources = [
    { type: 'PROFILE', id: '1' },
    ...(id === undefined ? [] : [{ type: resourceName.startsWith('o') ? 'OTHER_CONTACT' : 'CONTACT', id }]),
  ]
  expect(contactId({ resourceName, metadata: { sources } })).toBe(wanted)
})

test('letters that Google draws, and pictures of profiles, are nobody’s own', () => {
  expect(photoUrl({ photos: [{ url: 'https://a', default: true }] })).toBeUndefined()
  expect(photoUrl({ photos: [{ url: 'https://a', metadata: { source: { type: 'PROFILE' } } }] })).toBeUndefined()
  expect(photoUrl({ photos: [{ url: 'https://a', metadata: { source: { type: 'CONTACT' } } }] })).toBe('https://a')
})
