import { type Card, derivedUid, htmlToText, type Labelled, type PartialDate, type PostalAddress } from '@offramp/formats'
import { type Json, numberOf, objectOf, objectsOf, textOf } from '@offramp/wire'

export const BIRTHDAY_LOSS = 'Its birthday is a text that no date can be made of; it stands among the custom fields.'
export const MORE_JOBS_LOSS = 'Of several organisations, a card keeps the first; the others stand among the custom fields.'

/** Google's words for what a number or address is for, as vCard has them. */
const TYPES: Readonly<Record<string, readonly string[]>> = {
  home: ['home'],
  work: ['work'],
  other: ['other'],
  mobile: ['cell'],
  main: ['main'],
  pager: ['pager'],
  homeFax: ['home', 'fax'],
  workFax: ['work', 'fax'],
  otherFax: ['fax'],
  workMobile: ['work', 'cell'],
  workPager: ['work', 'pager'],
}

/** With the owner's own word where there is no type for it. */
function labelled<Value>(value: Value, field: Json): Labelled<Value> {
  const type = textOf(field['type'])
  const known = type === undefined ? undefined : TYPES[type]
  const own = known === undefined ? (textOf(field['formattedType']) ?? type) : undefined
  return {
    value,
    ...(known === undefined ? {} : { types: known }),
    ...(own === undefined ? {} : { label: own }),
    ...(objectOf(field['metadata'])['primary'] === true ? { preferred: true } : {}),
  }
}

const labelledTexts = (fields: unknown, key = 'value'): readonly Labelled[] =>
  objectsOf(fields).flatMap((field) => {
    const value = textOf(field[key])
    return value === undefined ? [] : [labelled(value, field)]
  })

/** A year of 0 is none. */
export function dateOf(value: unknown): PartialDate | undefined {
  const date = objectOf(value)
  const [year, month, day] = [numberOf(date['year']), numberOf(date['month']), numberOf(date['day'])]
  if (month === undefined || day === undefined || month < 1 || month > 12 || day < 1 || day > 31) return undefined
  return { month, day, ...(year === undefined || year === 0 ? {} : { year }) }
}

export interface CardFrame {
  readonly uid: string
  /** Names of groups by resource name, as far as they say something. */
  readonly groups: ReadonlyMap<string, string>
  note(loss: string): void
}

/** A person as a card, without the picture. */
export function cardOf(person: Json, frame: CardFrame): Card {
  const categories = groupsOf(person).flatMap((group) => frame.groups.get(group) ?? [])
  const dates = objectsOf(person['events'])
  const anniversary = dateOf(dates.find((event) => event['type'] === 'anniversary')?.['date'])
  const others = dates.filter((event) => event['type'] !== 'anniversary' || dateOf(event['date']) === undefined)
  return {
    uid: frame.uid,
    ...nameOf(objectOf(objectsOf(person['names'])[0])),
    ...jobOf(person, frame),
    ...listOf(
      'nicknames',
      objectsOf(person['nicknames']).flatMap((each) => textOf(each['value']) ?? []),
    ),
    ...textIn('fileAs', objectOf(objectsOf(person['fileAses'])[0])['value']),
    ...listOf('emails', labelledTexts(person['emailAddresses'])),
    // As its owner wrote it, not as Google reads it.
    ...listOf('phones', labelledTexts(person['phoneNumbers'])),
    ...listOf(
      'addresses',
      objectsOf(person['addresses']).map((address) => labelled(addressOf(address), address)),
    ),
    ...listOf('urls', [...labelledTexts(person['urls']), ...labelledTexts(person['calendarUrls'], 'url')]),
    ...listOf('messengers', messengersOf(person)),
    ...birthdayOf(person),
    ...(anniversary === undefined ? {} : { anniversary }),
    ...listOf(
      'dates',
      others.flatMap((event) => {
        const date = dateOf(event['date'])
        return date === undefined ? [] : [labelled(date, event)]
      }),
    ),
    ...listOf('related', relatedOf(person)),
    ...textIn('gender', objectOf(objectsOf(person['genders'])[0])['value']),
    ...noteOf(person),
    ...listOf('categories', categories),
    ...listOf('custom', customOf(person, frame)),
    ...modifiedAt(person),
  }
}

function listOf<Key extends string, Value>(key: Key, list: readonly Value[]): { readonly [K in Key]?: readonly Value[] } {
  const empty: { readonly [K in Key]?: readonly Value[] } = {}
  return list.length === 0 ? empty : { ...empty, [key]: list }
}

function textIn<Key extends string>(key: Key, value: unknown): { readonly [K in Key]?: string } {
  const empty: { readonly [K in Key]?: string } = {}
  const text = textOf(value)
  return text === undefined ? empty : { ...empty, [key]: text }
}

export const groupsOf = (person: Json): readonly string[] =>
  objectsOf(person['memberships']).flatMap((each) => textOf(objectOf(each['contactGroupMembership'])['contactGroupResourceName']) ?? [])

function nameOf(name: Json): Pick<Card, 'fullName' | 'name' | 'phonetic'> {
  const parts = {
    ...textIn('family', name['familyName']),
    ...textIn('given', name['givenName']),
    ...textIn('additional', name['middleName']),
    ...textIn('prefix', name['honorificPrefix']),
    ...textIn('suffix', name['honorificSuffix']),
  }
  const phonetic = {
    ...textIn('family', name['phoneticFamilyName']),
    ...textIn('given', name['phoneticGivenName'] ?? name['phoneticFullName']),
  }
  return {
    ...textIn('fullName', name['displayName'] ?? name['unstructuredName']),
    ...(Object.keys(parts).length === 0 ? {} : { name: parts }),
    ...(Object.keys(phonetic).length === 0 ? {} : { phonetic }),
  }
}

/** The current one, or the first. */
function jobOf(person: Json, { note }: CardFrame): Pick<Card, 'organization' | 'title' | 'role'> {
  const all = objectsOf(person['organizations'])
  const job = all.find((each) => each['current'] === true) ?? all[0]
  if (all.length > 1) note(MORE_JOBS_LOSS)
  if (job === undefined) return textIn('title', objectOf(objectsOf(person['occupations'])[0])['value'])
  const department = textOf(job['department'])
  const organization = { ...textIn('name', job['name']), ...(department === undefined ? {} : { units: [department] }) }
  return {
    ...(Object.keys(organization).length === 0 ? {} : { organization }),
    ...textIn('title', job['title']),
    ...textIn('role', job['jobDescription']),
  }
}

function addressOf(address: Json): PostalAddress {
  const parts = {
    ...textIn('poBox', address['poBox']),
    ...textIn('extended', address['extendedAddress']),
    ...textIn('street', address['streetAddress']),
    ...textIn('city', address['city']),
    ...textIn('region', address['region']),
    ...textIn('postalCode', address['postalCode']),
    ...textIn('country', address['country'] ?? address['countryCode']),
  }
  // Google makes it of the parts, where there are any.
  return Object.keys(parts).length > 0 ? parts : textIn('formatted', address['formattedValue'])
}

const SCHEMES: Readonly<Record<string, string>> = { jabber: 'xmpp', googleTalk: 'xmpp', skype: 'skype', icq: 'icq', aim: 'aim' }

function messengersOf(person: Json): readonly Labelled[] {
  const clients = objectsOf(person['imClients']).flatMap((client): readonly Labelled[] => {
    const [name, protocol] = [textOf(client['username']), textOf(client['protocol'])]
    if (name === undefined) return []
    const scheme = SCHEMES[protocol ?? '']
    if (scheme !== undefined) return [{ ...labelled(`${scheme}:${name}`, client) }]
    const label = textOf(client['formattedProtocol']) ?? protocol
    return [{ value: name, ...(label === undefined ? {} : { label }) }]
  })
  const sip = labelledTexts(person['sipAddresses']).map((each) => ({ ...each, value: each.value.replace(/^(?!sips?:)/i, 'sip:') }))
  return [...clients, ...sip]
}

function relatedOf(person: Json): readonly Labelled[] {
  return objectsOf(person['relations']).flatMap((relation) => {
    const value = textOf(relation['person'])
    const [type, own] = [textOf(relation['type']), textOf(relation['formattedType'])]
    if (value === undefined) return []
    const isWord =
      type !== undefined &&
      /^(spouse|child|mother|father|parent|brother|sister|friend|relative|domesticPartner|manager|assistant|partner)$/.test(type)
    return [{ value, ...(isWord ? { types: [type] } : {}), ...(isWord || (own ?? type) === undefined ? {} : { label: own ?? type ?? '' }) }]
  })
}

function birthdayOf(person: Json): Pick<Card, 'birthday'> {
  const date = objectsOf(person['birthdays'])
    .map((each) => dateOf(each['date']))
    .find((each) => each !== undefined)
  return date === undefined ? {} : { birthday: date }
}

function noteOf(person: Json): Pick<Card, 'note'> {
  const biography = objectOf(objectsOf(person['biographies'])[0])
  const text = textOf(biography['value'])
  if (text === undefined) return {}
  return { note: biography['contentType'] === 'TEXT_HTML' ? htmlToText(text) : text }
}

/** What a card has no field for, under the names that Google gives it. */
const NAMED: readonly (readonly [field: string, label: string])[] = [
  ['externalIds', 'ID'],
  ['interests', 'Interest'],
  ['skills', 'Skill'],
  ['locations', 'Location'],
  ['miscKeywords', 'Keyword'],
]

function customOf(person: Json, { note }: CardFrame): readonly Labelled[] {
  const own = objectsOf(person['userDefined']).flatMap((each): readonly Labelled[] => {
    const [key, value] = [textOf(each['key']), textOf(each['value'])]
    return value === undefined ? [] : [{ value, ...(key === undefined ? {} : { label: key }) }]
  })
  const named = NAMED.flatMap(([field, label]) =>
    objectsOf(person[field]).flatMap((each): readonly Labelled[] => {
      const value = textOf(each['value'])
      return value === undefined ? [] : [{ value, label: textOf(each['formattedType']) ?? label }]
    }),
  )
  const birthday = birthdayOf(person).birthday === undefined ? textOf(objectOf(objectsOf(person['birthdays'])[0])['text']) : undefined
  if (birthday !== undefined) note(BIRTHDAY_LOSS)
  const all = objectsOf(person['organizations'])
  const current = all.find((each) => each['current'] === true) ?? all[0]
  const jobs = all
    .filter((each) => each !== current)
    .flatMap((each) => [each['name'], each['title']].flatMap((part) => textOf(part) ?? []).join(', '))
  return [
    ...own,
    ...named,
    ...(birthday === undefined ? [] : [{ value: birthday, label: 'Birthday' }]),
    ...jobs.flatMap((value) => (value === '' ? [] : [{ value, label: 'Organisation' }])),
  ]
}

/** Of the contact itself, not of the profile that Google shows with it. */
export const contactSource = (person: Json): Json =>
  objectOf(
    objectsOf(objectOf(person['metadata'])['sources']).find((source) => source['type'] === 'CONTACT' || source['type'] === 'OTHER_CONTACT'),
  )

function modifiedAt(person: Json): Pick<Card, 'modifiedAt'> {
  const ms = Date.parse(textOf(contactSource(person)['updateTime']) ?? '')
  return Number.isNaN(ms) ? {} : { modifiedAt: ms }
}

/**
 * Who a contact is, for good. `people/c<decimal>` is the number of the contact that CardDAV and the older Contacts API have in hexadecimal
 * (https://developers.google.com/people/contacts-api-migration); where Google joins a contact with somebody's profile, its resource name changes,
 * and the number does not.
 */
export function contactId(person: Json): string {
  const name = textOf(person['resourceName']) ?? ''
  const id = textOf(contactSource(person)['id'])
  const prefix = name.startsWith('otherContacts/') ? 'otherContacts' : 'people'
  return id !== undefined && /^[0-9a-f]{1,20}$/i.test(id) ? `${prefix}/c${BigInt(`0x${id}`)}` : name
}

export const uidOfContact = (id: string): string => derivedUid('google-contact', id)
