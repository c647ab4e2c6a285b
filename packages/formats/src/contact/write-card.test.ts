import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { differences } from '../meaning/differences.ts'
import { cards } from '../testing/arbitrary-cards.ts'
import { fromVCard } from './from-vcard.ts'
import type { Card } from './model.ts'
import { writeCard } from './write-card.ts'

const lines = (card: Partial<Card>, version: '3.0' | '4.0' = '3.0'): readonly string[] =>
  Buffer.from(writeCard({ uid: 'c1', ...card }, { version }).bytes)
    .toString()
    .replaceAll('\r\n ', '')
    .split('\r\n')

describe('names', () => {
  test.each<[Partial<Card>, string]>([
    [{ fullName: 'Anna B' }, 'Anna B'],
    [{ name: { given: 'Anna', family: 'B', prefix: 'Dr.' } }, 'Dr. Anna B'],
    [{ organization: { name: 'Contoso' }, emails: [{ value: 'a@b' }] }, 'Contoso'],
    [{ emails: [{ value: 'a@b' }], phones: [{ value: '1' }] }, 'a@b'],
    [{ phones: [{ value: '+49 1' }] }, '+49 1'],
    [{ fullName: ' \n ' }, 'Unnamed'],
    [{}, 'Unnamed'],
    [{ fullName: 'שלום עולם' }, 'שלום עולם'],
  ])('%j is called %s', (card, name) => {
    expect(lines(card)).toContain(`FN:${name}`)
    expect(lines(card).some((line) => line.startsWith('N:'))).toBe(true)
  })
})

test('the same fields in both versions', () => {
  const card: Partial<Card> = {
    birthday: { month: 2, day: 29 },
    anniversary: { year: 2010, month: 1, day: 2 },
    emails: [
      { value: 'a@b', types: ['work'], preferred: true },
      { value: 'c@d', label: 'Büro' },
    ],
    photo: { mediaType: 'image/png', bytes: Buffer.from('png') },
    related: [{ value: 'Bob', types: ['spouse'] }],
    kind: 'organization',
    modifiedAt: Date.UTC(2024, 0, 1),
  }
  expect(lines(card)).toEqual(
    expect.arrayContaining([
      'VERSION:3.0',
      'BDAY;X-APPLE-OMIT-YEAR=1604;VALUE=DATE:16040229',
      'ANNIVERSARY;VALUE=DATE:20100102',
      'EMAIL;TYPE=INTERNET,WORK,PREF:a@b',
      'ITEM1.EMAIL;TYPE=INTERNET:c@d',
      'ITEM1.X-ABLABEL:Büro',
      'PHOTO;ENCODING=b;TYPE=PNG:cG5n',
      'ITEM2.X-ABRELATEDNAMES:Bob',
      'ITEM2.X-ABLABEL:_$!<Spouse>!$_',
      'X-ABSHOWAS:COMPANY',
      'REV:20240101T000000Z',
    ]),
  )
  expect(lines(card, '4.0')).toEqual(
    expect.arrayContaining([
      'VERSION:4.0',
      'BDAY:--0229',
      'ANNIVERSARY:20100102',
      'EMAIL;TYPE=WORK;PREF=1:a@b',
      'PHOTO:data:image/png;base64,cG5n',
      'RELATED;TYPE=spouse;VALUE=TEXT:Bob',
      'KIND:org',
    ]),
  )
})

test('a group names its members', () => {
  const group = { kind: 'group', fullName: 'Team', members: ['a', 'b'] } as const
  expect(lines(group)).toEqual(
    expect.arrayContaining([
      'X-ADDRESSBOOKSERVER-KIND:group',
      'X-ADDRESSBOOKSERVER-MEMBER:urn:uuid:a',
      'X-ADDRESSBOOKSERVER-MEMBER:urn:uuid:b',
    ]),
  )
  expect(lines(group, '4.0')).toEqual(expect.arrayContaining(['KIND:group', 'MEMBER:urn:uuid:a']))
})

test.each<Partial<Card>>([{ birthday: { year: 2023, month: 2, day: 29 } }, { anniversary: { month: 13, day: 1 } }, { uid: ' ' }])(
  '%j makes no sense',
  (card) => {
    expect(() => lines(card)).toThrow(expect.objectContaining({ reach: 'item', reason: 'not-understood' }))
  },
)

test.each(['3.0', '4.0'] as const)('whatever stands in the fields of %s comes back as it was', (version) => {
  const runs = Number(process.env['OFFRAMP_CARDS'] ?? 100)
  fc.assert(
    fc.property(cards, (card) => {
      const { bytes } = writeCard(card, { version })
      const [again] = fromVCard(bytes)
      expect(again).toEqual(card)
      expect(differences('contact', bytes, writeCard(card, { version: '3.0' }).bytes)).toEqual([])
    }),
    { numRuns: runs },
  )
})
