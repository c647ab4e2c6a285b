import { type Property, property } from '../ical/jcal.ts'
import { mendLine, mendParameter, mendText, mendUri } from '../ical/mend-text.ts'
import { type Groups, marks } from './labels.ts'
import type { Card, Labelled, PostalAddress } from './model.ts'

interface Manner {
  readonly version: '3.0' | '4.0'
  readonly groups: Groups
}

function emails(card: Card, { version, groups }: Manner): Property[] {
  return (card.emails ?? []).flatMap((email): Property[] => {
    const value = mendLine(email.value)
    if (value === '') return []
    const { parameters, beside } = marks(email, version, groups, version === '3.0' ? ['INTERNET'] : [])
    return [property('email', 'text', value, parameters), ...beside]
  })
}

function phones(card: Card, { version, groups }: Manner): Property[] {
  return (card.phones ?? []).flatMap((phone): Property[] => {
    const value = mendLine(phone.value)
    if (value === '') return []
    const { parameters, beside } = marks(phone, version, groups)
    return [property('tel', version === '3.0' ? 'phone-number' : 'text', value, parameters), ...beside]
  })
}

const parts = (address: PostalAddress): string[] =>
  [address.poBox, address.extended, address.street, address.city, address.region, address.postalCode, address.country].map((part) =>
    mendText(part ?? '').trim(),
  )

function addressProperties(address: Labelled<PostalAddress>, { version, groups }: Manner): Property[] {
  const values = parts(address.value)
  const formatted = mendText(address.value.formatted ?? '').trim()
  // An envelope's text alone: clients show ADR and hardly any shows LABEL.
  if (values.join('') === '') values[2] = formatted
  if (values.join('') === '') return []
  const { parameters, beside } = marks(address, version, groups)
  if (formatted === '') return [['adr', parameters, 'text', values], ...beside]
  if (version === '4.0') return [['adr', { ...parameters, label: formatted }, 'text', values], ...beside]
  return [['adr', parameters, 'text', values], property('label', 'text', formatted, parameters), ...beside]
}

function urls(card: Card, { version, groups }: Manner): Property[] {
  return (card.urls ?? []).flatMap((url): Property[] => {
    const value = mendUri(url.value)
    if (value === '') return []
    const { parameters, beside } = marks(url, version, groups)
    return [property('url', 'uri', value, parameters), ...beside]
  })
}

const SCHEMES: Readonly<Record<string, string>> = {
  aim: 'aim',
  icq: 'aim',
  jabber: 'xmpp',
  xmpp: 'xmpp',
  'google talk': 'xmpp',
  googletalk: 'xmpp',
  skype: 'skype',
  msn: 'msnim',
  yahoo: 'ymsgr',
  sip: 'sip',
}

/** IMPP. An account name without a scheme gets its service's; `x-apple`, where the service has none, is Apple's. */
function messengers(card: Card, { version, groups }: Manner): Property[] {
  return (card.messengers ?? []).flatMap(({ label, ...account }): Property[] => {
    const value = mendUri(account.value)
    if (value === '') return []
    const service = mendParameter(label ?? '')
    const uri = /^[a-z][a-z\d+.-]*:/i.test(value) ? value : `${SCHEMES[service.toLowerCase()] ?? 'x-apple'}:${value}`
    const { parameters, beside } = marks(account, version, groups)
    return [property('impp', 'uri', uri, { ...parameters, ...(service === '' ? {} : { 'x-service-type': service }) }), ...beside]
  })
}

/** How somebody can be reached: EMAIL, TEL, ADR, URL, IMPP. */
export const writeReach = (card: Card, manner: Manner): Property[] => [
  ...emails(card, manner),
  ...phones(card, manner),
  ...(card.addresses ?? []).flatMap((address) => addressProperties(address, manner)),
  ...urls(card, manner),
  ...messengers(card, manner),
]
