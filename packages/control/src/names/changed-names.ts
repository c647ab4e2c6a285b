import { createHash } from 'node:crypto'
import type { Destination, Item } from '@offramp/core'

/**
 * `encoded`: the server refuses a sign, an ending or the whole of a name, or it is too long. `unicode`: it looks the same, and is written in the composed form.
 * `twin`: something else in the folder has this name there. `case`: only the case of letters tells it from a neighbour, which not every server does.
 */
export type NameReason = 'encoded' | 'unicode' | 'twin' | 'case'

/** Something that is called otherwise at the destination. */
export interface ChangedName {
  readonly sort: 'file' | 'folder'
  /** Names at the source, from the root down, its own last. */
  readonly path: readonly string[]
  /** What it is called at the destination; of a `twin`, what the first of them is called. */
  readonly to: string
  readonly reason: NameReason
  /** The item, of files. */
  readonly id?: string
}

const print = (text: string): string => createHash('sha256').update(text).digest().subarray(0, 8).toString('latin1')

const lastOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1)

const reasonOf = (from: string, to: string): NameReason | undefined =>
  from === to ? undefined : from.normalize('NFC') === to ? 'unicode' : 'encoded'

/**
 * Finds what will be called otherwise, item by item, before anything is written. Remembers eight bytes of every name. Undefined where the destination
 * keeps names as they are.
 */
export function nameFinder({ nameOf }: Pick<Destination, 'nameOf'>): ((item: Item) => readonly ChangedName[]) | undefined {
  if (nameOf === undefined) return undefined
  const folders = new Map<string, string>()
  const seenFolders = new Set<string>()
  const taken = new Map<string, string>()

  /** Whose the name is already, as far as this server, or a laxer one, tells names apart. */
  const meet = (folder: string, name: string, id: string): NameReason | undefined => {
    const [exact, lax] = [print(`${folder}/${name}`), print(`${folder}/${name.toLowerCase()}\u0000`)]
    const [same, like] = [taken.get(exact), taken.get(lax)]
    if (same === undefined) taken.set(exact, id)
    if (like === undefined) taken.set(lax, id)
    if (same !== undefined && same !== id) return 'twin'
    return like !== undefined && like !== id && same === undefined ? 'case' : undefined
  }

  const folderName = (item: Item, folder: string): readonly ChangedName[] => {
    const { id, path } = item.home
    if (seenFolders.has(id) || path.length === 0) return []
    seenFolders.add(id)
    const to = lastOf(folder)
    const other = folders.get(folder)
    folders.set(folder, other ?? id)
    const reason = other !== undefined && other !== id ? 'twin' : (reasonOf(path.at(-1) ?? '', to) ?? undefined)
    return reason === undefined ? [] : [{ sort: 'folder', path, to, reason }]
  }

  return (item) => {
    const { folder, name } = nameOf(item)
    const reason = meet(folder, name, item.id) ?? reasonOf(item.naturalKey, name)
    const own: ChangedName = {
      sort: 'file',
      path: [...item.home.path, item.naturalKey],
      to: name,
      reason: reason ?? 'encoded',
      id: item.id,
    }
    return [...folderName(item, folder), ...(reason === undefined ? [] : [own])]
  }
}
