import { guidFrom, hash32 } from '../../generate/random.ts'
import { type Content, hashOf } from './content.ts'
import type { FileFacts } from './options.ts'
import type { PermissionState } from './permissions.ts'

export type ItemSort = 'root' | 'folder' | 'file' | 'package' | 'remote'

interface OldVersion {
  readonly id: string
  readonly content: Content
  readonly modifiedAt: number
}

/** A file, a folder, or something that is neither. */
export interface DriveItem {
  readonly id: string
  readonly guid: string
  readonly sort: ItemSort
  name: string
  parent: DriveItem | undefined
  readonly children: Set<DriveItem>
  content: Content | undefined
  facts: FileFacts
  modifiedAt: number
  readonly createdAt: number
  /** By the server's clock. */
  changedAt: number
  /** Counts every change, and those of the bytes. */
  revision: number
  bytesRevision: number
  /** Newest last; without the present one. */
  versions: OldVersion[]
  permissions: PermissionState[]
  /** It does not take over what is granted above it. */
  breaks: boolean
  /** Where the thing itself is, for a shortcut. */
  readonly target: { readonly webUrl: string; readonly isFolder: boolean } | undefined
  deleted: boolean
  /** Where it stands in the log. */
  at: number
  hash: string | undefined | null
}

export interface NewItem {
  readonly sort: ItemSort
  readonly name: string
  readonly parent: DriveItem | undefined
  readonly content?: Content
  readonly facts?: FileFacts
  readonly target?: DriveItem['target']
}

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

/** One drive: a tree, and the log of its changes. What has changed stands at the end of the log, once. */
export class Drive {
  readonly id: string
  readonly name: string
  readonly webUrl: string
  readonly type: 'business' | 'documentLibrary'
  readonly system: boolean
  readonly items = new Map<string, DriveItem>()
  readonly root: DriveItem
  log: (DriveItem | undefined)[] = []
  /** Delta states of earlier generations are forgotten. */
  generation = 1
  readonly #now: () => number
  readonly #key: string
  #made = 0

  constructor(about: {
    readonly key: string
    readonly name: string
    readonly webUrl: string
    readonly type: Drive['type']
    readonly system: boolean
    readonly now: () => number
  }) {
    this.#key = about.key
    this.#now = about.now
    this.id = `b!${Buffer.from(guidFrom(about.key, 'drive') + guidFrom(about.key, 'web'))
      .toString('base64url')
      .slice(0, 60)}`
    this.name = about.name
    this.webUrl = about.webUrl
    this.type = about.type
    this.system = about.system
    this.root = this.add({ sort: 'root', name: 'root', parent: undefined })
  }

  add({ sort, name, parent, content, facts = {}, target }: NewItem): DriveItem {
    const at = this.#now()
    const number = ++this.#made
    const item: DriveItem = {
      id: idFrom(this.#key, number),
      guid: guidFrom(this.#key, 'item', number).toUpperCase(),
      sort,
      name,
      parent,
      children: new Set(),
      content,
      facts,
      modifiedAt: whole(facts.modifiedAt ?? at),
      createdAt: whole(facts.createdAt ?? facts.modifiedAt ?? at),
      changedAt: at,
      revision: 1,
      bytesRevision: 1,
      versions: [],
      permissions: [],
      breaks: false,
      target,
      deleted: false,
      at: -1,
      hash: undefined,
    }
    this.items.set(item.id, item)
    parent?.children.add(item)
    this.note(item)
    return item
  }

  edit(item: DriveItem, content: Content, modifiedAt = this.#now()): void {
    if (item.content) {
      item.versions.push({ id: `${item.bytesRevision}.0`, content: item.content, modifiedAt: item.modifiedAt })
    }
    item.content = content
    item.hash = undefined
    item.modifiedAt = whole(modifiedAt)
    item.bytesRevision += 1
    this.#changed(item)
  }

  rename(item: DriveItem, name: string): void {
    item.name = name
    this.#changed(item)
  }

  move(item: DriveItem, parent: DriveItem): void {
    for (let above: DriveItem | undefined = parent; above; above = above.parent) {
      if (above === item) throw new Error('A folder cannot be moved into itself.')
    }
    item.parent?.children.delete(item)
    item.parent = parent
    parent.children.add(item)
    this.#changed(item)
  }

  /** With everything in it; the feed names all of them. */
  remove(item: DriveItem): void {
    for (const child of [...item.children]) this.remove(child)
    item.parent?.children.delete(item)
    item.deleted = true
    this.items.delete(item.id)
    this.#changed(item)
  }

  /** Puts it at the end of the log, unchanged. */
  note(item: DriveItem): void {
    if (item.at >= 0) this.log[item.at] = undefined
    item.at = this.log.push(item) - 1
  }

  /** Changes how it is shared, and nothing in it. */
  touch(item: DriveItem): void {
    item.revision += 1
    this.note(item)
  }

  #changed(item: DriveItem): void {
    item.changedAt = this.#now()
    item.revision += 1
    this.note(item)
  }
}

/** Names from the root down, without the root's own. */
export function pathOf(item: DriveItem): readonly string[] {
  const path: string[] = []
  for (let at: DriveItem | undefined = item; at?.parent; at = at.parent) path.unshift(at.name)
  return path
}

export function quickXorOfItem(item: DriveItem): string | undefined {
  if (!item.content) return undefined
  if (item.hash === undefined) item.hash = hashOf(item.content) ?? null
  return item.hash ?? undefined
}

export const etagOf = (item: DriveItem): string => `"{${item.guid}},${item.revision}"`
export const ctagOf = (item: DriveItem): string => `"c:{${item.guid}},${item.bytesRevision}"`

/** OneDrive keeps whole seconds. */
const whole = (ms: number): number => Math.floor(ms / 1000) * 1000

function idFrom(key: string, number: number): string {
  let text = '01'
  for (let part = 0; text.length < 34; part++) {
    for (let hash = hash32(key, number, part), taken = 0; taken < 6 && text.length < 34; taken++, hash >>>= 5) text += BASE32[hash & 31]
  }
  return text
}
