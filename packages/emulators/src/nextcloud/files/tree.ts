import type { Blob } from './blob.ts'
import { LONGEST_KEPT_BYTES } from './names.ts'
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
  // Those of a Team folder are called after the file's number.
  const isKept = store?.team !== undefined || Buffer.byteLength(file.name) <= LONGEST_KEPT_BYTES
  if (file.blob.size > 0 && isKept) {
    file.versions ??= new Map()
    const before = file.versions.get(file.modified)
    file.versions.set(file.modified, { blob: file.blob, seconds: file.modified, etag: file.etag })
    if (store) store.versionBytes += file.blob.size - (before?.blob.size ?? 0)
  }
  grow(file.parent, blob.size - file.blob.size)
  file.blob = blob
  file.told = blob.size
  if (file.tag !== undefined) file.tag = newEtag()
}

/**
 * What is left where a body breaks off that was to replace a file's: as much as has come, in its place. Listings go on to tell its old size, date and
 * ETag, until somebody reads it (seen on Nextcloud 32.0.1: only new files are written beside their names).
 */
export function breakOff(file: FileNode, came: Blob): void {
  const { told } = file
  rewrite(file, came)
  file.told = told
}

/** A read notices how large a file is. */
export function noticeSize(file: FileNode, seconds: number): void {
  if (file.told === file.blob.size) return
  file.told = file.blob.size
  file.modified = seconds
}

/** Sets a time, as `touch` does: those above have changed now, whatever time it is (seen on Nextcloud 32.0.1). */
export function touch(node: FileOrFolder, seconds: number, now: number): void {
  node.modified = seconds
  if (node.kind === 'folder') node.etag = newEtag()
  propagate(node.parent, now)
}

export function copyOf(node: FileOrFolder, name: string, now: number): FileOrFolder {
  if (node.kind === 'file') {
    const made = newFile(name, { modified: node.modified, blob: node.blob, type: node.type })
    made.uploaded = now
    if (node.tag !== undefined) made.tag = newEtag()
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
