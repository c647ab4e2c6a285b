import { asFault, type Fault } from '@offramp/core'
import { present } from '../calendar/read-facts.ts'
import type { Property } from '../ical/jcal.ts'
import { all, asJcal, type Found, parameter, textOf } from '../ical/read-components.ts'
import { derivedUid } from '../meaning/derived-uid.ts'
import { notUnderstood } from '../not-understood.ts'
import type { Card, Labelled, PartialDate, Photo, PostalAddress } from './model.ts'
import { extensionText, labelled, labelOf, valueText } from './read-labels.ts'
import { readVCards } from './read-vcards.ts'

const some = <T>(list: readonly T[]): readonly T[] | undefined => (list.length === 0 ? undefined : list)
const text = (value: string | undefined): string | undefined => (value === undefined || value.trim() === '' ? undefined : value)

/** Parts of a structured value: N, ORG, ADR. */
const partsOf = (property: Property | undefined): readonly string[] => {
  const value = property?.[3]
  return Array.isArray(value)
    ? value.map((one) => (Array.isArray(one) ? one.join(' ') : String(one)))
    : value === undefined
      ? []
      : [String(value)]
}

function nameOf(card: Found): Card['name'] {
  const [family, given, additional, prefix, suffix] = partsOf(all(card, 'n')[0]).map(text)
  const name = present({ family, given, additional, prefix, suffix })
  return Object.keys(name).length === 0 ? undefined : name
}

function dateOf(property: Property | undefined): PartialDate | undefined {
  if (property === undefined) return undefined
  const digits = String(property[3]).replace(/T.*$/, '').replaceAll('-', '')
  const [, year, month, day] = /^(\d{4})?(\d{2})(\d{2})$/.exec(digits) ?? []
  if (month === undefined || day === undefined) return undefined
  const known = year !== undefined && year !== parameter(property, 'x-apple-omit-year') && year !== '1604'
  return { ...(known ? { year: Number(year) } : {}), month: Number(month), day: Number(day) }
}

function addressOf(property: Property): PostalAddress | undefined {
  const [poBox, extended, street, city, region, postalCode, country] = partsOf(property).map(text)
  const address = present({ poBox, extended, street, city, region, postalCode, country, formatted: text(parameter(property, 'label')) })
  return Object.keys(address).length === 0 ? undefined : address
}

const MEDIA: Readonly<Record<string, string>> = { JPG: 'jpeg', PJPEG: 'jpeg' }

/** A photo that is in the card. One that is only a link is left out: nothing is fetched from where a card points. */
function photoOf(card: Found): Photo | undefined {
  for (const property of all(card, 'photo')) {
    const value = String(property[3] ?? '')
    const [, dataType, data] = /^data:([^;,]*)[^,]*;base64,(.*)$/s.exec(value) ?? []
    if (property[2] === 'uri' && data === undefined) continue
    const type = (parameter(property, 'type') ?? 'JPEG').toUpperCase().replace(/^IMAGE\//, '')
    const bytes = Buffer.from(data ?? value.replaceAll(/\s/g, ''), 'base64')
    if (bytes.length > 0) return { mediaType: dataType || `image/${MEDIA[type] ?? type.toLowerCase()}`, bytes }
  }
  return undefined
}

const labelledTexts = (card: Found, name: string): readonly Labelled[] | undefined =>
  some(
    all(card, name)
      .map((property) => labelled(card, property, valueText(property)))
      .filter(({ value }) => value.trim() !== ''),
  )

const extensions = (card: Found, name: string): readonly Labelled[] =>
  all(card, name).map((property) => labelled(card, property, extensionText(property)))

const lists = (card: Found, name: string): readonly string[] | undefined =>
  some(
    all(card, name)
      .flatMap((one) => one.slice(3).map(String))
      .filter((one) => one.trim() !== ''),
  )

function kindOf(card: Found): Card['kind'] {
  const kind = (textOf(card, 'kind') ?? textOf(card, 'x-addressbookserver-kind') ?? '').toLowerCase()
  if (kind === 'group') return 'group'
  const company = kind === 'org' || (textOf(card, 'x-abshowas') ?? '').toUpperCase() === 'COMPANY'
  return company ? 'organization' : undefined
}

function messenger(card: Found, property: Property): Labelled {
  const service = parameter(property, 'x-service-type')
  return { ...labelled(card, property, valueText(property)), ...(service === undefined ? {} : { label: service }) }
}

function membersOf(card: Found): readonly string[] | undefined {
  const members = [...all(card, 'member'), ...all(card, 'x-addressbookserver-member')]
  return some(members.map((one) => valueText(one).replace(/^urn:uuid:/i, '')))
}

function organizationOf(card: Found): Card['organization'] {
  const [name, ...units] = partsOf(all(card, 'org')[0])
  if (text(name) === undefined && units.every((unit) => unit.trim() === '')) return undefined
  return { ...(text(name) === undefined ? {} : { name: name ?? '' }), ...(units.length === 0 ? {} : { units }) }
}

function reach(card: Found) {
  return {
    emails: labelledTexts(card, 'email'),
    phones: labelledTexts(card, 'tel')?.map((phone) => ({ ...phone, value: phone.value.replace(/^tel:/i, '') })),
    addresses: some(
      all(card, 'adr').flatMap((property) => {
        const address = addressOf(property)
        return address === undefined ? [] : [labelled(card, property, address)]
      }),
    ),
    urls: labelledTexts(card, 'url'),
    messengers: some(all(card, 'impp').map((property) => messenger(card, property))),
  }
}

function days(card: Found) {
  return {
    birthday: dateOf(all(card, 'bday')[0]),
    anniversary: dateOf(all(card, 'anniversary')[0] ?? all(card, 'x-anniversary')[0]),
    dates: some(
      all(card, 'x-abdate').flatMap((property) => {
        const value = dateOf(property)
        const label = labelOf(card, property)
        return value === undefined ? [] : [{ value, ...(label === undefined ? {} : { label }) }]
      }),
    ),
  }
}

const GENDER: Readonly<Record<string, string>> = { M: 'male', F: 'female', O: 'other', N: 'none', U: 'unknown' }

function cardOf(card: Found): Card {
  if (card.cut) throw notUnderstood('It ends in the middle.')
  const [sex = '', identity] = partsOf(all(card, 'gender')[0])
  const rev = Date.parse(textOf(card, 'rev') ?? '')
  const facts = present({
    kind: kindOf(card),
    fullName: text(textOf(card, 'fn')),
    name: nameOf(card),
    nicknames: lists(card, 'nickname'),
    fileAs: text(textOf(card, 'sort-string') ?? parameter(all(card, 'n')[0] ?? ['', {}, ''], 'sort-as')),
    organization: organizationOf(card),
    title: text(textOf(card, 'title')),
    role: text(textOf(card, 'role')),
    ...reach(card),
    ...days(card),
    related: some([...extensions(card, 'related'), ...extensions(card, 'x-abrelatednames')]),
    gender: text(identity ?? GENDER[sex.toUpperCase()] ?? textOf(card, 'x-gender')),
    note: text(all(card, 'note').map(valueText).join('\n')),
    categories: lists(card, 'categories'),
    photo: photoOf(card),
    custom: some(extensions(card, 'x-custom')),
    members: membersOf(card),
    modifiedAt: Number.isNaN(rev) ? undefined : rev,
  })
  return { ...facts, uid: text(textOf(card, 'uid'))?.trim() ?? derivedUid('without-uid', JSON.stringify(asJcal(card))) }
}

/**
 * All cards of a foreign file, of any version of vCard, as leniently as can be: quoted-printable, Latin-1, marks and lines that nobody can read cost
 * nothing but themselves. Each is a card or a fault (`item`/`not-understood`); text that holds no card is one fault. Never throws, never fetches.
 */
export function fromVCard(bytes: Uint8Array): readonly (Card | Fault)[] {
  const cards = readVCards(bytes)
  if (cards.length === 0) return [notUnderstood('It is no card.')]
  return cards.map((card) => {
    try {
      return cardOf(card)
    } catch (thrown) {
      const fault = asFault(thrown)
      return fault.reach === 'item' ? fault : notUnderstood('It cannot be read.', thrown)
    }
  })
}
