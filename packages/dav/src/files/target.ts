import { createHash } from 'node:crypto'
import type { Item } from '@offramp/core'
import { temporaryName } from './desk.ts'
import type { Target } from './write.ts'

const print = (...parts: readonly unknown[]): string => createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 16)

/** What uploads of an item are called after. */
export const uploadOf = (id: string): string => print(id)

/** The same for the same state of the same item in the same place, in every process. */
export const targetOf = (
  { place, name }: { readonly place: string; readonly name: string },
  item: Pick<Item, 'id' | 'version'>,
  over: Target['over'] | undefined,
): Target => ({
  place,
  name,
  temporary: temporaryName(item, place),
  upload: { item: uploadOf(item.id), state: print(item.version, place) },
  ...(over === undefined ? {} : { over }),
})
