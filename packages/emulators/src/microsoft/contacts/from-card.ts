import type { Contact } from '@microsoft/microsoft-graph-types'
import type { Card, Labelled, PartialDate } from '@offramp/formats'
import type { PhotoSeed } from './contacts.ts'

const valuesOf = (all: readonly Labelled[] | undefined, type: string): string[] =>
  (all ?? []).filter(({ types = [] }) => types.includes(type)).map(({ value }) => value)

const dayOf = ({ year = 1604, month, day }: PartialDate): string =>
  `${String(year).padStart(4, '0')}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}T11:59:00Z`

/** A card in Graph's words, as far as it has any: what Outlook has no field for is left out, as Outlook's own import does. */
export function contactOfCard(card: Card): { readonly contact: Contact; readonly photo: PhotoSeed | undefined } {
  const address = (type: string): NonNullable<Contact['homeAddress']> => {
    const found = card.addresses?.find(({ types = [] }) => types.includes(type))?.value
    return {
      ...(found?.street !== undefined && { street: found.street }),
      ...(found?.city !== undefined && { city: found.city }),
      ...(found?.region !== undefined && { state: found.region }),
      ...(found?.postalCode !== undefined && { postalCode: found.postalCode }),
      ...(found?.country !== undefined && { countryOrRegion: found.country }),
    }
  }
  const contact: Contact = {
    displayName: card.fullName ?? '',
    givenName: card.name?.given ?? null,
    surname: card.name?.family ?? null,
    middleName: card.name?.additional ?? null,
    title: card.name?.prefix ?? null,
    generation: card.name?.suffix ?? null,
    nickName: card.nicknames?.[0] ?? null,
    companyName: card.organization?.name ?? null,
    department: card.organization?.units?.[0] ?? null,
    jobTitle: card.title ?? null,
    emailAddresses: (card.emails ?? []).slice(0, 3).map(({ value }) => ({ name: value, address: value })),
    mobilePhone: valuesOf(card.phones, 'cell')[0] ?? null,
    businessPhones: valuesOf(card.phones, 'work').slice(0, 2),
    homePhones: valuesOf(card.phones, 'home').slice(0, 2),
    businessAddress: address('work'),
    homeAddress: address('home'),
    businessHomePage: card.urls?.[0]?.value ?? null,
    personalNotes: card.note ?? '',
    categories: [...(card.categories ?? [])],
    ...(card.birthday && { birthday: dayOf(card.birthday) }),
  }
  return { contact, photo: card.photo ? { base64: Buffer.from(card.photo.bytes).toString('base64') } : undefined }
}
