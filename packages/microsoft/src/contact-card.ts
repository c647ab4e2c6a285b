import type { Card, Labelled, PartialDate, PostalAddress } from '@offramp/formats'
import { type Json, objectOf, objectsOf, textOf, textsOf } from '@offramp/wire'
import { categoriesOf, type InnerNames, isInner } from './calendar-people.ts'
import { timeOf } from './calendar-zones.ts'
import { given } from './given.ts'
import { LOSSES } from './losses.ts'

interface CardSetting {
  /** Graph v1.0 knows no UID of a contact. */
  readonly uid: string
  readonly names: Pick<InnerNames, 'addressOf'>
}

/** Addresses that may be names inside Exchange. */
export const innerNamesIn = (contact: Json): readonly string[] =>
  objectsOf(contact['emailAddresses']).flatMap((each) => textOf(each['address'])?.trim() ?? [])

/** A contact as a card, without its photo. */
export function cardOf(contact: Json, setting: CardSetting): { readonly card: Card; readonly losses: readonly string[] } {
  const losses: string[] = []
  const card: Card = {
    uid: setting.uid,
    ...nameOf(contact),
    ...workOf(contact),
    ...given('emails', emailsOf(contact, setting, losses)),
    ...given('phones', phonesOf(contact)),
    ...given('addresses', addressesOf(contact)),
    ...given(
      'urls',
      words(contact['businessHomePage']).map((value): Labelled => ({ value, types: ['work'] })),
    ),
    ...given(
      'messengers',
      textsOf(contact['imAddresses'])
        .flatMap(words)
        .map((value): Labelled => ({ value })),
    ),
    ...given('related', relatedOf(contact)),
    ...given('categories', categoriesOf(contact)),
    ...given('birthday', birthdayOf(contact['birthday'])),
    ...given('note', text(contact['personalNotes'])),
    ...given('modifiedAt', timeOf(contact['lastModifiedDateTime'])),
  }
  return { card, losses: [...new Set(losses)] }
}

const text = (value: unknown): string | undefined => (typeof value === 'string' && value.trim() !== '' ? value : undefined)

const words = (value: unknown): readonly string[] => {
  const found = text(value)
  return found === undefined ? [] : [found.trim()]
}

function nameOf(contact: Json): Partial<Card> {
  const name = {
    ...given('family', text(contact['surname'])),
    ...given('given', text(contact['givenName'])),
    ...given('additional', text(contact['middleName'])),
    ...given('prefix', text(contact['title'])),
    ...given('suffix', text(contact['generation'])),
  }
  const phonetic = {
    ...given('family', text(contact['yomiSurname'])),
    ...given('given', text(contact['yomiGivenName'])),
    ...given('organization', text(contact['yomiCompanyName'])),
  }
  return {
    ...given('fullName', text(contact['displayName'])?.trim()),
    ...(Object.keys(name).length === 0 ? {} : { name }),
    ...(Object.keys(phonetic).length === 0 ? {} : { phonetic }),
    ...given('nicknames', words(contact['nickName'])),
    ...given('fileAs', text(contact['fileAs'])),
  }
}

function workOf(contact: Json): Partial<Card> {
  const units = [...words(contact['department']), ...words(contact['officeLocation'])]
  const organization = { ...given('name', text(contact['companyName'])), ...given('units', units) }
  return {
    ...(Object.keys(organization).length === 0 ? {} : { organization }),
    ...given('title', text(contact['jobTitle'])),
    ...given('role', text(contact['profession'])),
  }
}

/** Graph gives the three addresses of a contact in their order, and no more of what they are for. */
function emailsOf(contact: Json, { names }: CardSetting, losses: string[]): readonly Labelled[] {
  const found = objectsOf(contact['emailAddresses']).flatMap((each) => {
    const written = text(each['address'])
    if (written === undefined) return []
    const value = isInner(written.trim()) ? names.addressOf(written) : written.trim()
    if (value === undefined) losses.push(LOSSES.innerAddress)
    return value === undefined ? [] : [value]
  })
  return [...new Set(found)].map((value, at) => ({ value, ...(at === 0 ? { preferred: true } : {}) }))
}

function phonesOf(contact: Json): readonly Labelled[] {
  const all = (value: unknown, type: string): Labelled[] =>
    textsOf(value)
      .flatMap(words)
      .map((number) => ({ value: number, types: [type] }))
  return [
    ...words(contact['mobilePhone']).map((value) => ({ value, types: ['cell'] })),
    ...all(contact['businessPhones'], 'work'),
    ...all(contact['homePhones'], 'home'),
  ]
}

function addressesOf(contact: Json): readonly Labelled<PostalAddress>[] {
  const of = (name: string, type: string): Labelled<PostalAddress>[] => {
    const { street, city, state, postalCode, countryOrRegion } = objectOf(contact[name])
    const value: PostalAddress = {
      ...given('street', text(street)),
      ...given('city', text(city)),
      ...given('region', text(state)),
      ...given('postalCode', text(postalCode)),
      ...given('country', text(countryOrRegion)),
    }
    return Object.keys(value).length === 0 ? [] : [{ value, types: [type] }]
  }
  return [...of('businessAddress', 'work'), ...of('homeAddress', 'home'), ...of('otherAddress', 'other')]
}

function relatedOf(contact: Json): readonly Labelled[] {
  const as = (type: string, names: readonly string[]): Labelled[] => names.map((value) => ({ value, types: [type] }))
  return [
    ...as('manager', words(contact['manager'])),
    ...as('assistant', words(contact['assistantName'])),
    ...as('spouse', words(contact['spouseName'])),
    ...as('child', textsOf(contact['children']).flatMap(words)),
  ]
}

/** A day, at 11:59 of UTC so that it stays the same day everywhere. Outlook writes 1604 where nobody said the year; Exchange has written 1. */
export function birthdayOf(value: unknown): PartialDate | undefined {
  const [, year, month, day] = /^(\d{4})-(\d\d)-(\d\d)/.exec(textOf(value) ?? '') ?? []
  if (year === undefined || month === undefined || day === undefined) return undefined
  const known = Number(year) !== 1604 && Number(year) > 1
  return { ...(known ? { year: Number(year) } : {}), month: Number(month), day: Number(day) }
}
