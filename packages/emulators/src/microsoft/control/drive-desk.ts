import { type Content, piecesOf, sha256Of, sizeOf } from '../drive/content.ts'
import { type Drive, type DriveItem, pathOf } from '../drive/drive.ts'
import { webUrlOf } from '../drive/item-json.ts'
import type { FileFacts } from '../drive/options.ts'
import type { PermissionState } from '../drive/permissions.ts'
import { findAccount, type TenantState } from '../serve/tenant-state.ts'

/** A file as it truly is. */
export interface DriveFileTruth {
  readonly id: string
  /** Its folder. */
  readonly parent: string
  /** Names from the root of the drive down, with its own. */
  readonly path: readonly string[]
  readonly size: number
  readonly modifiedAt: number
  readonly createdAt: number
  readonly webUrl: string
  /** Why nobody can copy it. */
  readonly refused?: 'malware' | 'archived' | 'package' | 'shortcut'
}

export interface DriveFolderTruth {
  readonly id: string
  readonly path: readonly string[]
  readonly modifiedAt: number
}

/** Bytes as base64, or so many made from a seed: `{ seed: 'film', size: 250e9 }`. */
export type NewBytes = { readonly base64: string } | { readonly seed: string; readonly size: number }

/**
 * The people who work in a drive, and the truth about it. All arguments and answers are plain data, so that it is the same in-process and from
 * another process. Every method throws where there is no such thing.
 */
export interface DriveControl {
  about(): Promise<{ readonly id: string; readonly root: string; readonly webUrl: string }>
  /** Files, notebooks and shortcuts. */
  files(range?: { readonly from: number; readonly count: number }): Promise<readonly DriveFileTruth[]>
  folders(): Promise<readonly DriveFolderTruth[]>
  /** SHA-256 as hex. */
  hash(id: string): Promise<string>
  /** Of files up to 64 MB, as base64. */
  bytes(id: string): Promise<string>
  /** SHA-256 of the bytes in [from, to), however large the file is. */
  hashOfPart(id: string, from: number, to: number): Promise<string>
  /** SHA-256 of earlier versions, the oldest first. */
  versionHashes(id: string): Promise<readonly string[]>
  /** `parent`: an id; null: the root. */
  addFolder(name: string, parent: string | null, facts?: FileFacts): Promise<string>
  addFile(name: string, parent: string | null, bytes: NewBytes, facts?: FileFacts): Promise<string>
  addShortcut(name: string, parent: string | null, webUrl: string, isFolder: boolean): Promise<string>
  addNotebook(name: string, parent: string | null): Promise<string>
  edit(id: string, bytes: NewBytes, modifiedAt?: number): Promise<void>
  setFacts(id: string, facts: FileFacts): Promise<void>
  rename(id: string, name: string): Promise<void>
  move(id: string, parent: string | null): Promise<void>
  remove(id: string): Promise<void>
  /** `id`: null is the root. */
  share(id: string | null, permission: PermissionState): Promise<void>
  unshare(id: string | null, permission: string): Promise<void>
  /** It takes over no grants from above any more (or does again). */
  breakInheritance(id: string, breaks: boolean): Promise<void>
  /** Every delta link that is out is forgotten. */
  expireDelta(): Promise<void>
}

export function driveDesk(state: TenantState, owner: string, library?: string): DriveControl {
  const drive = findDrive(state, owner, library)
  const of = (id: string | null): DriveItem => {
    const item = id === null ? drive.root : drive.items.get(id)
    if (item === undefined) throw new Error(`There is no ${id} in this drive.`)
    return item
  }
  const add = (
    sort: DriveItem['sort'],
    name: string,
    parent: string | null,
    more: { content?: Content; facts?: FileFacts; target?: DriveItem['target'] },
  ) => drive.add({ sort, name, parent: of(parent), ...more }).id
  return {
    about: async () => ({ id: drive.id, root: drive.root.id, webUrl: drive.webUrl }),
    files: async (range) => {
      const all = [...drive.items.values()].filter((item) => item.sort !== 'root' && item.sort !== 'folder')
      return (range ? all.slice(range.from, range.from + range.count) : all).map((item) => fileTruth(drive, item))
    },
    folders: async () =>
      [...drive.items.values()]
        .filter((item) => item.sort === 'folder')
        .map((item) => ({ id: item.id, path: pathOf(item), modifiedAt: item.modifiedAt })),
    hash: async (id) => sha256Of(contentOf(of(id))),
    bytes: async (id) => bytesOf(contentOf(of(id))).toString('base64'),
    hashOfPart: async (id, from, to) => sha256Of(contentOf(of(id)), from, to),
    versionHashes: async (id) => of(id).versions.map((version) => sha256Of(version.content)),
    addFolder: async (name, parent, facts = {}) => add('folder', name, parent, { facts }),
    addFile: async (name, parent, bytes, facts = {}) => add('file', name, parent, { content: made(bytes), facts }),
    addShortcut: async (name, parent, webUrl, isFolder) => add('remote', name, parent, { target: { webUrl, isFolder } }),
    addNotebook: async (name, parent) => add('package', name, parent, {}),
    edit: async (id, bytes, modifiedAt) => drive.edit(of(id), made(bytes), modifiedAt),
    setFacts: async (id, facts) => {
      const item = of(id)
      item.facts = { ...item.facts, ...facts }
      drive.touch(item)
    },
    rename: async (id, name) => drive.rename(of(id), name),
    move: async (id, parent) => drive.move(of(id), of(parent)),
    remove: async (id) => drive.remove(of(id)),
    share: async (id, permission) => {
      const item = of(id)
      item.permissions.push(permission)
      drive.touch(item)
    },
    unshare: async (id, permission) => {
      const item = of(id)
      item.permissions = item.permissions.filter((each) => each.id !== permission)
      drive.touch(item)
    },
    breakInheritance: async (id, breaks) => {
      const item = of(id)
      item.breaks = breaks
      drive.touch(item)
    },
    expireDelta: async () => {
      drive.generation += 1
    },
  }
}

export function findDrive(state: TenantState, owner: string, library?: string): Drive {
  const account = findAccount(state, owner)
  const site = state.files.sites.find(({ webUrl, id }) => webUrl.toLowerCase() === owner.toLowerCase() || id === owner)
  const drive = account ? state.files.personal.get(account.id) : site?.drives.find(({ name }) => library === undefined || name === library)
  if (drive === undefined) throw new Error(`There is no drive ${library ?? ''} of ${owner} in this tenant.`)
  return drive
}

const made = (bytes: NewBytes): Content =>
  'base64' in bytes ? { bytes: Buffer.from(bytes.base64, 'base64') } : { seed: bytes.seed, size: bytes.size }

function contentOf(item: DriveItem): Content {
  if (item.content === undefined) throw new Error(`${item.id} is no file.`)
  return item.content
}

const MOST_BYTES = 64 * 2 ** 20

function bytesOf(content: Content): Buffer {
  if (sizeOf(content) > MOST_BYTES) throw new Error('The file is too large to be held whole; ask for its hash.')
  return Buffer.concat([...piecesOf(content).map((piece) => Buffer.from(piece))])
}

const REFUSED: Readonly<Partial<Record<DriveItem['sort'], 'package' | 'shortcut'>>> = { package: 'package', remote: 'shortcut' }

function fileTruth(drive: Drive, item: DriveItem): DriveFileTruth {
  const refused = REFUSED[item.sort] ?? (item.facts.malware ? 'malware' : item.facts.archived ? 'archived' : undefined)
  return {
    id: item.id,
    parent: item.parent?.id ?? drive.root.id,
    path: pathOf(item),
    size: item.content ? sizeOf(item.content) : 0,
    modifiedAt: item.modifiedAt,
    createdAt: item.createdAt,
    webUrl: webUrlOf(drive, item),
    ...(refused === undefined ? {} : { refused }),
  }
}
