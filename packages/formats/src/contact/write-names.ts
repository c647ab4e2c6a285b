import { type Property, property } from '../ical/jcal.ts'
import { escapeText, mendLine, mendParameter } from '../ical/mend-text.ts'
import type { Card } from './model.ts'

/** What a card is called where nothing in it is a name. FN must not be empty (RFC 6350, 6.2.1). */
const NAMELESS = 'Unnamed'

const joined = (...parts: readonly (string | undefined)[]): string =>
  parts
    .map((part) => mendLine(part ?? ''))
    .filter((part) => part !== '')
    .join(' ')

/** FN, or what comes nearest to it. */
export function fullNameOf(card: Card): string {
  const { name } = card
  const candidates = [
    card.fullName,
    joined(name?.prefix, name?.given, name?.additional, name?.family, name?.suffix),
    card.organization?.name,
    card.emails?.[0]?.value,
    card.phones?.[0]?.value,
    card.nicknames?.[0],
    card.fileAs,
  ]
  return candidates.map((one) => mendLine(one ?? '')).find((one) => one !== '') ?? NAMELESS
}

/** A property that vCard does not know, as text. */
export const extension = (name: string, value: string, parameters: Record<string, string> = {}): Property =>
  property(name, 'unknown', escapeText(value), parameters)

const optional = (name: string, value: string | undefined, make = (line: string) => property(name, 'text', line)): Property[] => {
  const line = mendLine(value ?? '')
  return line === '' ? [] : [make(line)]
}

/** N is written always: Cyrus 3.6 refuses a card without it (`valid-address-data`). */
function nameProperty(card: Card, version: '3.0' | '4.0'): Property {
  const { family, given, additional, prefix, suffix } = card.name ?? {}
  const parts = [family, given, additional, prefix, suffix].map((part) => mendLine(part ?? ''))
  const fileAs = mendParameter(card.fileAs ?? '')
  if (card.kind === 'group' && parts.join('') === '') parts[0] = fullNameOf(card)
  return ['n', version === '4.0' && fileAs !== '' ? { 'sort-as': fileAs } : {}, 'text', parts]
}

function organizationProperties({ organization, title, role }: Card): Property[] {
  const parts = [organization?.name ?? '', ...(organization?.units ?? [])].map(mendLine)
  while (parts.at(-1) === '') parts.pop()
  return [
    ...(parts.length === 0 ? [] : [['org', {}, 'text', parts] satisfies Property]),
    ...optional('title', title),
    ...optional('role', role),
  ]
}

/** N, FN and all other names. */
export function writeNames(card: Card, version: '3.0' | '4.0'): Property[] {
  const { phonetic } = card
  const nicknames = new Set((card.nicknames ?? []).map(mendLine).filter((name) => name !== ''))
  return [
    property('fn', 'text', fullNameOf(card)),
    nameProperty(card, version),
    ...optional('x-phonetic-first-name', phonetic?.given, (line) => extension('x-phonetic-first-name', line)),
    ...optional('x-phonetic-last-name', phonetic?.family, (line) => extension('x-phonetic-last-name', line)),
    ...optional('x-phonetic-org', phonetic?.organization, (line) => extension('x-phonetic-org', line)),
    // One a line: of several in one, vobject (Radicale 3.1) keeps the first.
    ...[...nicknames].map((name) => property('nickname', 'text', name)),
    ...(version === '3.0' ? optional('sort-string', card.fileAs) : []),
    ...organizationProperties(card),
  ]
}
