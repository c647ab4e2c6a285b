import { type Entry, type Item, type ItemRef, type Receipt, versionKey } from '@offramp/core'
import type { Doubt } from './doubt.ts'
import type { KnownPlace } from './places.ts'

/** An item of a page that is to be written and is not in doubt. */
export interface Fresh {
  readonly ref: ItemRef
  readonly entry: Entry | undefined
}

export interface Job {
  readonly ref: ItemRef
  readonly listing: string
  readonly item: Item
  readonly home: KnownPlace
  readonly tries: number
  /** The earlier copy. */
  readonly over: Receipt | undefined
}

/** The job's write may have happened. */
export const doubtOf = ({ ref, listing, item, home, tries, over }: Job): Doubt => {
  const entry = { state: 'intended' as const, tries, version: versionKey(item.version), place: home.place.id }
  return { ref, listing, entry: over ? { ...entry, receipt: over } : entry }
}
