export type { Card, Labelled, PartialDate, Photo, PostalAddress } from './model.ts'
