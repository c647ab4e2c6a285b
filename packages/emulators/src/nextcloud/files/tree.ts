import type { Blob } from './blob.ts'
import { below, type FileNode, type FileOrFolder, type FolderNode, newEtag, newFile, newFolder, sizeOf, storeOf } from './node.ts'

/** Two spellings of one name are one name (facts 4.4). */
export const nfc = (name: string): string => name.normalize('NFC')

export const childOf = (folder: FolderNode, name: string): FileOrFolder | undefined => folder.entries.get(nfc(name))

/** Grows every folder above by so many bytes. */
function grow(from: FolderNode | undefined, bytes: number): void {
  for (let at = from; at; at = at.parent) at.size += bytes
}

/** What has changed is told upwards: new ETags, and times that only ever go forward. */
export function propagate(from: FolderNode | undefined, seconds: number): void {
  for (let at = from; at; at = at.parent) {
    at.etag = newEtag()
    at.modified = Math.max(at.modified, seconds)
  }
}

export function attach(parent: FolderNode, node: FileOrFolder): void {
  node.parent = parent
  parent.entries.set(node.name, node)
  grow(parent, sizeOf(node))
}

export function detach(node: FileOrFolder): void {
  node.parent?.entries.delete(node.name)
  grow(node.parent, -sizeOf(node))
  node.parent = undefined
}

/** Other bytes for a file; the old ones become a version, unless there were none (facts 4.8). */
export function rewrite(file: FileNode, blob: Blob): void {
  const store = storeOf(file)
  if (file.blob.size > 0) {
    file.versions ??= new Map()
    const before = file.versions.get(file.modified)
    file.versions.set(file.modified, { blob: file.blob, seconds: file.modified, etag: file.etag })
    if (store) store.versionBytes += file.blob.size - (before?.blob.size ?? 0)
  }
  grow(file.parent, blob.size - file.blob.size)
  file.blob = blob
  file.etag = newEtag()
}

/** Sets a time, as `touch` does: those above follow where it is later than theirs. */
export function touch(node: FileOrFolder, seconds: number): void {
  node.modified = seconds
  node.etag = newEtag()
  propagate(node.parent, seconds)
}

export function copyOf(node: FileOrFolder, name: string, now: number): FileOrFolder {
  if (node.kind === 'file') {
    const made = newFile(name, { modified: node.modified, blob: node.blob, type: node.type })
    made.uploaded = now
    return made
  }
  const made = newFolder(name, now)
  for (const entry of node.entries.values()) attach(made, copyOf(entry, entry.name, now))
  made.modified = node.modified
  return made
}

/** Bytes of all versions of what is in there. */
export function versionBytesIn(node: FileOrFolder): number {
  const files = node.kind === 'file' ? [node] : [...below(node)]
  let sum = 0
  for (const each of files) if (each.kind === 'file') for (const { blob } of each.versions?.values() ?? []) sum += blob.size
  return sum
}
