import { describe, expect, test } from 'vitest'
import { birthdayOf, cardOf } from './contact-card.ts'
import { typeOf } from './contact-photos.ts'
import { LOSSES } from './losses.ts'

const setting = {
  uid: 'u1',
  names: { addressOf: (address: string | undefined) => (address === '/o=Ex/cn=ben' ? 'ben@contoso.example' : undefined) },
}

const of = (contact: object) => cardOf({ ...contact }, setting)

test.each([
  [{ displayName: 'Anna Berg' }, { fullName: 'Anna Berg' }],
  [
    { surname: 'Berg', givenName: 'Anna', middleName: 'M.', title: 'Dr.', generation: 'Jr.' },
    { name: { family: 'Berg', given: 'Anna', additional: 'M.', prefix: 'Dr.', suffix: 'Jr.' } },
  ],
  [
    { yomiSurname: 'タナカ', yomiGivenName: 'ミサキ', yomiCompanyName: 'カイシャ' },
    { phonetic: { family: 'タナカ', given: 'ミサキ', organization: 'カイシャ' } },
  ],
  [
    { companyName: 'Müller; KG', department: 'Einkauf', officeLocation: 'B 12', jobTitle: 'Buyer', profession: 'Engineer' },
    { organization: { name: 'Müller; KG', units: ['Einkauf', 'B 12'] }, title: 'Buyer', role: 'Engineer' },
  ],
  [
    { nickName: 'Anni', fileAs: 'Berg, Anna' },
    { nicknames: ['Anni'], fileAs: 'Berg, Anna' },
  ],
  [
    { mobilePhone: '1', businessPhones: ['2', '3'], homePhones: ['4', ' '] },
    {
      phones: [
        { value: '1', types: ['cell'] },
        { value: '2', types: ['work'] },
        { value: '3', types: ['work'] },
        { value: '4', types: ['home'] },
      ],
    },
  ],
  [
    {
      homeAddress: { street: 'A 1\r\nB', city: 'C', state: 'D', postalCode: 'E', countryOrRegion: 'F' },
      otherAddress: {},
      businessAddress: { city: '' },
    },
    { addresses: [{ value: { street: 'A 1\r\nB', city: 'C', region: 'D', postalCode: 'E', country: 'F' }, types: ['home'] }] },
  ],
  [
    { manager: 'Boss', assistantName: 'Sam', spouseName: 'Kim', children: ['Ada', 'Bo'] },
    {
      related: [
        { value: 'Boss', types: ['manager'] },
        { value: 'Sam', types: ['assistant'] },
        { value: 'Kim', types: ['spouse'] },
        { value: 'Ada', types: ['child'] },
        { value: 'Bo', types: ['child'] },
      ],
    },
  ],
  [
    { businessHomePage: 'https://example.org', imAddresses: ['anna@chat'] },
    { urls: [{ value: 'https://example.org', types: ['work'] }], messengers: [{ value: 'anna@chat' }] },
  ],
  [
    { personalNotes: 'a\r\nb', categories: ['VIP', 'VIP'] },
    { note: 'a\r\nb', categories: ['VIP'] },
  ],
])('%j', (contact, card) => {
  expect(of(contact).card).toMatchObject(card)
})

describe('mail addresses', () => {
  test('keep their order, once each, and are as they were written', () => {
    const emailAddresses = [{ address: 'b@x.example' }, { address: 'A@x.example ' }, { address: 'b@x.example' }, { address: '' }]
    expect(of({ emailAddresses }).card.emails).toEqual([{ value: 'b@x.example', preferred: true }, { value: 'A@x.example' }])
    expect(of({ emailAddresses: [{ address: 'not an address' }] }).card.emails).toEqual([{ value: 'not an address', preferred: true }])
  })

  test('inside Exchange are those of the person behind them, or lost and told', () => {
    expect(of({ emailAddresses: [{ address: '/o=Ex/cn=ben' }] })).toMatchObject({
      card: { emails: [{ value: 'ben@contoso.example' }] },
      losses: [],
    })
    expect(of({ emailAddresses: [{ address: '/o=Ex/cn=gone' }] })).toEqual({ card: { uid: 'u1' }, losses: [LOSSES.innerAddress] })
  })
})

test.each([
  ['1970-02-28T11:59:00Z', { year: 1970, month: 2, day: 28 }],
  ['1604-02-29T11:59:00Z', { month: 2, day: 29 }],
  ['0001-05-06T11:59:00Z', { month: 5, day: 6 }],
  [null, undefined],
  ['soon', undefined],
])('the birthday %s', (written, expected) => {
  expect(birthdayOf(written)).toEqual(expected)
})

test('a contact without anything is a card with its UID and nothing more', () => {
  expect(
    of({ displayName: '', emailAddresses: [], businessPhones: [], children: [], homeAddress: {}, personalNotes: '', fileAs: null }),
  ).toEqual({ card: { uid: 'u1' }, losses: [] })
})

test.each([
  [Buffer.from([0xff, 0xd8, 0xff, 0xe0]), 'image/jpeg'],
  [Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), 'image/png'],
  [Buffer.from('GIF89a'), 'image/gif'],
  [Buffer.from('RIFF\0\0\0\0WEBP'), 'image/webp'],
  [Buffer.from('<html>'), undefined],
  [Buffer.alloc(0), undefined],
])('a photo is what its first bytes say: %s', (bytes, type) => {
  expect(typeOf(bytes)).toBe(type)
})
