import type { Call, Item, PutCall, Receipt } from '@offramp/core'
import { memoOf } from '../memo.ts'
import { contentOf } from './content.ts'
import { type FilesDesk, fileHref } from './desk.ts'
import { sameBytes } from './same-bytes.ts'
import type { Standing } from './stat.ts'
import type { Stored } from './write.ts'

interface At {
  readonly place: string
  readonly name: string
}

export function receiptOf(
  { place, name }: At,
  { size, hash, etag }: Omit<Stored, 'hash'> & { readonly hash?: string | undefined },
): Receipt {
  const memo = memoOf(etag)
  return { place, locator: name, size, ...(hash ? { hash } : {}), ...(memo === undefined ? {} : { memo }) }
}

/** What stands there as this very item's copy: of equal bytes. */
export async function equalAt(
  desk: FilesDesk,
  at: At & { readonly standing: Standing },
  item: Item,
  call: Call,
): Promise<Receipt | undefined> {
  const { standing } = at
  if (standing.isFolder || standing.size !== item.size) return undefined
  const hash = await sameBytes(desk, { href: fileHref(desk, at.place, at.name), size: standing.size }, { content: contentOf(item) }, call)
  return hash === undefined ? undefined : receiptOf(at, { size: standing.size, hash, etag: standing.etag })
}

export const isOwned = async (receipt: Receipt, call: PutCall): Promise<boolean> => (await call.owned?.([receipt]))?.[0] === true
