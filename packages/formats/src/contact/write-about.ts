import { type Property, property } from '../ical/jcal.ts'
import { mendLine, mendText } from '../ical/mend-text.ts'
import { type Groups, labelText } from './labels.ts'
import type { Card } from './model.ts'
import { extension } from './write-names.ts'

type Version = '3.0' | '4.0'

/** RELATED of RFC 6350, 6.6.6, with its words; in 3.0 as Apple and Google write it. */
const RELATIONS = new Set(
  'contact acquaintance friend met co-worker colleague co-resident neighbor child parent sibling spouse kin'.split(' '),
)

function related(card: Card, version: Version, groups: Groups): Property[] {
  return (card.related ?? []).flatMap((person): Property[] => {
    const value = mendLine(person.value)
    const word = mendLine(person.label ?? person.types?.[0] ?? '')
    if (value === '') return []
    if (version === '4.0' && RELATIONS.has(word.toLowerCase())) return [property('related', 'text', value, { type: word.toLowerCase() })]
    const group = groups.next()
    const beside = word === '' ? [] : [extension('x-ablabel', labelText(word), { group })]
    return [version === '4.0' ? property('related', 'text', value, { group }) : extension('x-abrelatednames', value, { group }), ...beside]
  })
}

const SEX: Readonly<Record<string, string>> = { male: 'M', female: 'F', other: 'O', none: 'N', unspecified: 'U', unknown: 'U' }

function gender(card: Card, version: Version): Property[] {
  const word = mendLine(card.gender ?? '')
  if (word === '') return []
  if (version === '3.0') return [extension('x-gender', word)]
  const letter = SEX[word.toLowerCase()]
  return [['gender', {}, 'text', letter === undefined ? ['', word] : letter]]
}

function photo({ photo: picture }: Card, version: Version): Property[] {
  if (picture === undefined || picture.bytes.length === 0) return []
  const base64 = Buffer.from(picture.bytes).toString('base64')
  if (version === '4.0') return [property('photo', 'uri', `data:${picture.mediaType};base64,${base64}`)]
  const type = picture.mediaType.replace(/^image\//, '').toUpperCase()
  return [property('photo', 'binary', base64, { encoding: 'b', type })]
}

/** Fields of the owner's making. No client shows them, every server keeps them. */
function custom(card: Card, groups: Groups): Property[] {
  return (card.custom ?? []).flatMap(({ value, label, types }): Property[] => {
    const text = mendText(value)
    const name = mendLine(label ?? types?.[0] ?? '')
    if (text.trim() === '') return []
    if (name === '') return [extension('x-custom', text)]
    const group = groups.next()
    return [extension('x-custom', text, { group }), extension('x-ablabel', name, { group })]
  })
}

function categories(card: Card): Property[] {
  const names = new Set((card.categories ?? []).map(mendLine).filter((name) => name !== ''))
  return names.size === 0 ? [] : [['categories', {}, 'text', ...names]]
}

/** What somebody is like, belongs to and looks like. */
export function writeAbout(card: Card, version: Version, groups: Groups): Property[] {
  const note = mendText(card.note ?? '')
  return [
    ...related(card, version, groups),
    ...gender(card, version),
    ...(note.trim() === '' ? [] : [property('note', 'text', note)]),
    ...categories(card),
    ...custom(card, groups),
    ...photo(card, version),
  ]
}

/** KIND and MEMBER; in 3.0 as Apple writes groups and companies. */
export function writeKind(card: Card, version: Version): Property[] {
  const members = card.kind === 'group' ? (card.members ?? []).map((uid) => `urn:uuid:${mendLine(uid)}`) : []
  if (version === '4.0') {
    const kind = card.kind === 'organization' ? 'org' : card.kind
    return [...(kind === undefined ? [] : [property('kind', 'text', kind)]), ...members.map((uid) => property('member', 'uri', uid))]
  }
  if (card.kind === 'organization') return [property('x-abshowas', 'unknown', 'COMPANY')]
  if (card.kind !== 'group') return []
  return [
    property('x-addressbookserver-kind', 'unknown', 'group'),
    ...members.map((uid) => property('x-addressbookserver-member', 'unknown', uid)),
  ]
}
