export { fromVCard } from './from-vcard.ts'
export type { Card, Labelled, PartialDate, Photo, PostalAddress } from './model.ts'
export { writeCard } from './write-card.ts'
