import type { Card, Labelled, PartialDate } from '@offramp/formats'
import type { PersonJson } from './book.ts'

const dateOf = ({ year = 0, month, day }: PartialDate) => ({ year, month, day })

const typed = <T>({ types = [], label }: Labelled<T>) => ({ type: label ?? types[0] ?? null })

/** A card as Google would keep it after it was imported. */
export function cardToPerson(card: Card): PersonJson {
  const { name, organization, title } = card
  const organizations =
    organization || title ? [{ name: organization?.name ?? null, department: organization?.units?.[0] ?? null, title: title ?? null }] : []
  return {
    names: [
      {
        displayName: card.fullName ?? null,
        givenName: name?.given ?? null,
        familyName: name?.family ?? null,
        middleName: name?.additional ?? null,
        honorificPrefix: name?.prefix ?? null,
        honorificSuffix: name?.suffix ?? null,
      },
    ],
    organizations,
    nicknames: (card.nicknames ?? []).map((value) => ({ value })),
    emailAddresses: (card.emails ?? []).map((each) => ({ value: each.value, ...typed(each) })),
    phoneNumbers: (card.phones ?? []).map((each) => ({ value: each.value, ...typed(each) })),
    urls: (card.urls ?? []).map((each) => ({ value: each.value, ...typed(each) })),
    addresses: (card.addresses ?? []).map((each) => ({
      ...typed(each),
      streetAddress: each.value.street ?? null,
      city: each.value.city ?? null,
      region: each.value.region ?? null,
      postalCode: each.value.postalCode ?? null,
      country: each.value.country ?? null,
      formattedValue: each.value.formatted ?? null,
    })),
    birthdays: card.birthday ? [{ date: dateOf(card.birthday) }] : [],
    biographies: card.note === undefined ? [] : [{ value: card.note, contentType: 'TEXT_PLAIN' }],
    userDefined: (card.custom ?? []).map(({ value, label }) => ({ key: label ?? '', value })),
  }
}
