import { type Account, asFault, type Call, type Kind } from '@offramp/core'
import { patiently } from '../run/patiently.ts'
import type { Workplace } from '../workplace/workplace.ts'
import { LOOK_AT_ONCE } from './losses-before.ts'

/** One listing of an account: a folder with its size. Estimates of the source, never a proof. */
export interface FolderSize {
  /** Names from the root down. */
  readonly path: readonly string[]
  readonly items?: number
  readonly bytes?: number
  readonly hidden?: boolean
  /** Why it is not moved. */
  readonly skip?: string
}

export interface Discovered {
  readonly account: Account
  readonly kind: Kind
  readonly folders: readonly FolderSize[]
  readonly items: number
  readonly bytes: number
  /** Why its size is not known. */
  readonly why?: string
}

async function foldersOf(workplace: Workplace, account: Account, kind: Kind, call: Call): Promise<readonly FolderSize[]> {
  const folders: FolderSize[] = []
  const source = await workplace.source.connect(account, kind)
  try {
    if (source.measure) {
      for await (const { collection, items, bytes } of source.measure(call)) {
        folders.push({ path: collection.path, items, ...(bytes === undefined ? {} : { bytes }) })
      }
    }
    for await (const { collection, collections, id, items, bytes, skip } of source.listings(call)) {
      // Its collections were measured one by one.
      if (collections !== undefined && source.measure) continue
      folders.push({
        path: collection?.path ?? [id],
        ...(items === undefined ? {} : { items }),
        ...(bytes === undefined ? {} : { bytes }),
        ...(collection?.hidden === undefined ? {} : { hidden: collection.hidden }),
        ...(skip === undefined ? {} : { skip }),
      })
    }
  } finally {
    await source.close?.()
  }
  return folders
}

async function sizeOf(workplace: Workplace, account: Account, kind: Kind, call: Call): Promise<Discovered> {
  let folders: readonly FolderSize[]
  try {
    folders = await patiently(workplace, call, () => foldersOf(workplace, account, kind, call))
  } catch (thrown) {
    call.signal.throwIfAborted()
    return { account, kind, folders: [], items: 0, bytes: 0, why: asFault(thrown).message }
  }
  const walked = folders.filter(({ skip }) => skip === undefined)
  const sum = (of: (folder: FolderSize) => number | undefined): number => walked.reduce((total, folder) => total + (of(folder) ?? 0), 0)
  return { account, kind, folders, items: sum(({ items }) => items), bytes: sum(({ bytes }) => bytes) }
}

/** Every account of the source with its folders, in the order in which the source names them. Writes nothing anywhere. */
export async function* discover(workplace: Workplace, kinds: readonly Kind[], call: Call): AsyncIterable<Discovered> {
  const ahead: Promise<Discovered>[] = []
  for await (const account of workplace.source.accounts(call)) {
    for (const kind of kinds) {
      const why = account.unavailable
      ahead.push(
        why === undefined
          ? sizeOf(workplace, account, kind, call)
          : Promise.resolve({ account, kind, folders: [], items: 0, bytes: 0, why }),
      )
      // A later one may fail while an earlier one is still waited for.
      ahead.at(-1)?.catch(() => {})
    }
    while (ahead.length >= LOOK_AT_ONCE) {
      const first = ahead.shift()
      if (first !== undefined) yield await first
    }
  }
  for (const one of ahead) yield await one
}
