import { type Blob, hashInTurns, slices, zeros } from '../files/blob.ts'
import { below, type FileOrFolder, type FolderNode, newEtag, newFile, newFolder, pathOf, sizeOf } from '../files/node.ts'
import { attach, childOf, propagate, rewrite } from '../files/tree.ts'
import { type Chunk, inOrder, newUploadFolder, partsInOrder, settleUploads, type UploadFolder } from '../files/upload-folder.ts'
import { look, membersOf, type Seen } from '../files/view.ts'
import type { CloudState } from '../serve/state.ts'
import type { CloudUser } from '../users/user.ts'
import type { FilesControl, FileTruth, SeenTruth } from './file-control.ts'

const MOST_BYTES = 16 * 1024 * 1024

export const namesIn = (path: string): readonly string[] => path.split('/').filter((name) => name !== '')

/** One user's files in this process. */
export function fileDesk(state: CloudState, user: CloudUser): FilesControl {
  const eyes = { state, viewer: user }
  return {
    tree: async (path = '') => treeOf(user.files.root, path),
    seen: async () => everything(eyes, look(eyes, [])),
    trash: async () => [...user.files.trash].map(([name, { node, from, deleted }]) => ({ name, from, deleted, size: sizeOf(node) })),
    uploads: async () => {
      settleUploads(state, user)
      return [...user.uploads.values()].map(({ id, chunks, parts, assembling }) => ({
        id,
        chunks: (parts ? partsInOrder(parts) : inOrder(chunks.values())).map(({ name, blob }) => ({ name, size: blob.size })),
        assembling: assembling !== undefined,
      }))
    },
    bytes: async (path, from = 0, to = from + MOST_BYTES) => {
      const node = mustFind(user.files.root, path)
      if (node.kind === 'folder') throw new Error(`${path} is a folder.`)
      return Buffer.concat([...slices(node.blob, from, Math.min(to, from + MOST_BYTES))]).toString('base64')
    },
    put: async (path, text, modified) => put(state, user, { path, text, modified }),
    plant: async (folder, count) => plant(state, folderAt(state, user.files.root, namesIn(folder)), count),
    leave: async (id, chunkBytes, count) => {
      user.uploads.set(id, leftUpload(state, id, { chunkBytes, count }))
    },
    lock: async (path, locked) => {
      mustFind(user.files.root, path).locked = locked
    },
    rights: async (path) => look(eyes, namesIn(path))?.permissions ?? 0,
  }
}

export function find(root: FolderNode, names: readonly string[]): FileOrFolder | undefined {
  let at: FileOrFolder | undefined = root
  for (const name of names) at = at?.kind === 'folder' ? childOf(at, name) : undefined
  return at
}

function mustFind(root: FolderNode, path: string): FileOrFolder {
  const found = find(root, namesIn(path))
  if (!found) throw new Error(`There is no "${path}" in the emulated Nextcloud.`)
  return found
}

async function treeOf(root: FolderNode, path: string): Promise<readonly FileTruth[]> {
  const start = find(root, namesIn(path))
  if (!start) return []
  const nodes = start.kind === 'file' ? [start] : [...below(start)]
  const truths: FileTruth[] = []
  for (const node of nodes) truths.push(await fileTruth(node))
  return truths
}

export const everythingIn = (root: FolderNode): Promise<readonly FileTruth[]> => treeOf(root, '')

const MOST_HASHED = 4 * 1024 ** 3

const hashOf = async (blob: Blob): Promise<string> => (blob.size > MOST_HASHED ? '' : hashInTurns(blob, 'sha256'))

async function fileTruth(node: FileOrFolder): Promise<FileTruth> {
  const isFile = node.kind === 'file'
  const versions = isFile ? [...(node.versions?.values() ?? [])].sort((one, other) => one.seconds - other.seconds) : []
  return {
    path: pathOf(node).join('/'),
    kind: node.kind,
    size: sizeOf(node),
    sha256: isFile ? await hashOf(node.blob) : '',
    modified: node.modified,
    created: node.created,
    etag: node.etag,
    id: node.id,
    checksum: isFile ? node.checksum : undefined,
    versions: await Promise.all(versions.map(async ({ seconds, blob }) => ({ seconds, size: blob.size, sha256: await hashOf(blob) }))),
    locked: node.locked,
  }
}

function everything(eyes: { readonly state: CloudState; readonly viewer: CloudUser }, place: Seen | undefined): readonly SeenTruth[] {
  if (!place) return []
  return membersOf(eyes, place).flatMap((member) => [
    { path: member.segments.join('/'), kind: member.node.kind, permissions: member.permissions },
    ...everything(eyes, member),
  ])
}

function folderAt(state: CloudState, root: FolderNode, names: readonly string[]): FolderNode {
  let at = root
  for (const name of names) {
    const there = childOf(at, name)
    if (there?.kind === 'file') throw new Error(`${name} is a file.`)
    const next = there ?? newFolder(name.normalize('NFC'), Math.floor(state.now() / 1000))
    if (!there) attach(at, next)
    at = next
  }
  return at
}

interface PutFacts {
  readonly path: string
  readonly text: string
  readonly modified: number | undefined
}

function put(state: CloudState, user: CloudUser, { path, text, modified }: PutFacts): void {
  const names = namesIn(path)
  const parent = folderAt(state, user.files.root, names.slice(0, -1))
  const name = (names.at(-1) ?? '').normalize('NFC')
  const writer = state.spool.writer()
  writer.add(Buffer.from(text))
  const [now, blob] = [Math.floor(state.now() / 1000), writer.finish()]
  const before = parent.entries.get(name)
  if (before?.kind === 'folder') throw new Error(`${path} is a folder.`)
  if (before) {
    rewrite(before, blob)
    before.modified = modified ?? now
  } else attach(parent, newFile(name, { modified: modified ?? now, blob, type: 'application/octet-stream' }))
  propagate(parent, now)
  state.writes.push({
    at: state.now(),
    by: 'person',
    user: user.id,
    home: user.id,
    path: `files/${path}`,
    action: before ? 'update' : 'create',
  })
}

function leftUpload(
  state: CloudState,
  id: string,
  { chunkBytes, count }: { readonly chunkBytes: number; readonly count: number },
): UploadFolder {
  const folder = newUploadFolder(id, { now: state.now(), isMultipart: state.chunking === 'v2', isAimed: true })
  for (let number = 1; number <= count; number++) {
    const chunk: Chunk = { name: String(number).padStart(5, '0'), blob: zeros(chunkBytes), etag: newEtag(), at: state.now() }
    if (folder.parts) folder.parts.set(number, { ...chunk, name: String(number) })
    else folder.chunks.set(chunk.name, chunk)
  }
  return folder
}

function plant(state: CloudState, parent: FolderNode, count: number): void {
  const modified = Math.floor(state.now() / 1000)
  const writer = state.spool.writer()
  writer.add(Buffer.from('planted\n'))
  const blob = writer.finish()
  for (let number = 0; number < count; number++)
    attach(parent, newFile(`planted ${String(number).padStart(7, '0')}.txt`, { modified, blob, type: 'text/plain' }))
  propagate(parent, modified)
}
