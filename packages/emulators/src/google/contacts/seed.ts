import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fromVCard } from '@offramp/formats'
import { readLeniently } from '../calendar/seed.ts'
import type { ContactsSeed } from '../options.ts'
import { type ContactBook, membership, type PersonJson } from './book.ts'
import { cardToPerson } from './from-card.ts'

/** A PNG of one pixel. */
export const DOT = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64')
const HUGE = 12 * 2 ** 20

const photo = (book: ContactBook, id: string, bytes: Uint8Array): PersonJson => {
  book.addPhoto(`cm/${id}`, { bytes, mediaType: 'image/png' })
  return { photos: [{ url: `https://lh3.googleusercontent.com/cm/${id}=s100` }] }
}

/** Fills the address book as the seed says. */
export function seedBook(book: ContactBook, seed: ContactsSeed, address: string): void {
  const { people = 0, others = 0 } = seed
  const groups = people > 0 ? ['Customers', 'Chess club'].map((name) => book.addGroup(name)) : []
  for (let at = 0; at < people; at++) {
    const group = groups[at % 4]
    book.put({
      names: [{ givenName: `Given ${at}`, familyName: `Family ${at}`, displayName: `Given ${at} Family ${at}` }],
      emailAddresses: [{ value: `p${at}@example.org`, type: at % 2 === 0 ? 'work' : 'home' }],
      ...(at % 3 === 0 && { phoneNumbers: [{ value: `030 ${at}`, canonicalForm: `+4930${at}`, type: 'mobile' }] }),
      ...(at % 4 === 0 && { organizations: [{ name: 'Firm', department: 'Sales', title: 'Boss', current: true }] }),
      ...(at % 5 === 0 && { birthdays: [{ date: { year: at % 2 === 0 ? 1970 : 0, month: 4, day: 12 } }] }),
      ...(at % 6 === 0 && photo(book, `${address.split('@')[0]}${at}`, DOT)),
      memberships: [membership('contactGroups/myContacts'), ...(group?.resourceName ? [membership(group.resourceName)] : [])],
    })
  }
  for (let at = 0; at < others; at++)
    book.put({ names: [{ displayName: `Other ${at}` }], emailAddresses: [{ value: `other${at}@example.org` }] }, 'others')
  if (seed.hostile) for (const person of hostile(book)) book.put(person)
  if (seed.vcf !== undefined) fillFromFiles(book, seed.vcf)
}

const hostile = (book: ContactBook): readonly PersonJson[] => [
  { emailAddresses: [{ value: 'noname@example.org' }] },
  {},
  { names: [{ displayName: 'Huge photo' }], ...photo(book, 'huge', Buffer.alloc(HUGE, 7)) },
  { names: [{ displayName: 'Photo inside' }], photos: [{ url: 'http://localhost:6379/' }] },
  { names: [{ displayName: 'Photo of the cloud' }], photos: [{ url: 'https://169.254.169.254/latest/meta-data/' }] },
  { names: [{ displayName: 'Photo is gone' }], photos: [{ url: 'https://lh3.googleusercontent.com/cm/nobody=s100' }] },
  {
    names: [{ displayName: 'Many addresses' }],
    emailAddresses: Array.from({ length: 150 }, (_, n) => ({ value: `many${n}@example.org` })),
  },
  { names: [{ displayName: 'a;b,c\\d\ne' }], biographies: [{ value: '<b>bold</b>;,\\\n', contentType: 'TEXT_HTML' }] },
  { names: [{ displayName: 'שלום עולם', givenName: 'שלום' }], nicknames: [{ value: 'ש' }] },
  { names: [{ displayName: 'Text birthday' }], birthdays: [{ text: 'sometime in May' }] },
  { names: [{ unstructuredName: 'Only unstructured' }], addresses: [{ formattedValue: 'Somewhere 1\nNowhere' }] },
  { names: [{ displayName: 'Starred' }], memberships: [membership('contactGroups/starred'), membership('contactGroups/myContacts')] },
]

function fillFromFiles(book: ContactBook, folder: string): void {
  for (const name of readdirSync(folder)
    .filter((each) => each.endsWith('.vcf'))
    .sort())
    for (const card of readLeniently(() => fromVCard(readFileSync(join(folder, name))))) if ('uid' in card) book.put(cardToPerson(card))
}
