import { type Call, type Collection, Fault, type ItemRef, type Page } from '@offramp/core'
import type { DriveClient } from './files-client.ts'
import { encodeFiles, type FilePosition } from './files-cursor.ts'
import type { Folders } from './files-folders.ts'
import type { FileChoices } from './files-formats.ts'
import { isFolder, type RemoteFile } from './files-model.ts'
import { type Change, childrenOf, readChanges, readFiles, startToken } from './files-pages.ts'

/** One drive, as its pages are made. */
export interface WalkParts {
  readonly client: (call: Call) => Promise<DriveClient>
  readonly driveId: string | undefined
  readonly folders: Folders
  readonly choices: FileChoices
  readonly made: string
  /** A file that a page names, remembered for `open`. */
  readonly refOf: (file: RemoteFile) => ItemRef
}

interface Room {
  readonly limit: number
  readonly call: Call
}

/**
 * Google tells that a folder was thrown away or brought back, and not what is in it: so many folders are looked into for that. Where there are more,
 * all is listed anew.
 */
const MOST_LOOKED_INTO = 20

export const inBin = (choices: FileChoices): { readonly q?: string } => (choices.bin === 'keep' ? {} : { q: 'trashed = false' })

/** One page of the first listing: first all that is ours, then the names of what is others'. */
export async function firstPage(
  parts: WalkParts,
  at: Extract<FilePosition, { readonly start: string }> | undefined,
  { limit, call }: Room,
): Promise<Page> {
  const client = await parts.client(call)
  const { driveId, folders, choices, made } = parts
  // Before the first page: what changes while it is listed is told again.
  const start = at?.start ?? (await startToken(client, { driveId }, call))
  const mode = at?.mode ?? 'own'
  const others = mode === 'others'
  const question = others ? ({ anybodys: true, q: 'sharedWithMe = true and trashed = false' } as const) : inBin(choices)
  const page = await readFiles(client, { driveId, ...question, limit, token: at?.token }, call)
  const { refs, collections } = others ? { refs: page.files.map(parts.refOf), collections: [] } : await sorted(parts, page.files, call)
  const top = at === undefined ? [await folders.root(call)] : []
  const named = { refs, collections: [...top, ...collections] }
  if (page.token !== undefined) return { ...named, cursor: encodeFiles({ mode, made, start, token: page.token }), last: false }
  if (!others && driveId === undefined) return { ...named, cursor: encodeFiles({ mode: 'others', made, start }), last: false }
  return { ...named, cursor: encodeFiles({ mode: 'changes', made, token: start }), last: true }
}

async function sorted(parts: WalkParts, files: readonly RemoteFile[], call: Call) {
  const isFound = files.filter(isFolder)
  for (const folder of isFound) parts.folders.learn(folder)
  const collections: Collection[] = []
  for (const folder of isFound) collections.push(await parts.folders.collectionOf(folder, call))
  return { refs: files.filter((file) => !isFolder(file)).map(parts.refOf), collections }
}

export async function changesPage(parts: WalkParts, token: string, { limit, call }: Room): Promise<Page> {
  const client = await parts.client(call)
  const page = await readChanges(client, { driveId: parts.driveId, token, limit }, call)
  const refs = new Map<string, ItemRef>()
  const touched = new Map<string, RemoteFile>()
  for (const change of page.changes) {
    const file = ours(parts, change)
    if (file === undefined) {
      parts.folders.forget(change.id)
      refs.set(change.id, gone(change.id))
    } else if (isFolder(file)) {
      parts.folders.learn(file)
      touched.set(file.id, file)
    } else refs.set(file.id, isHidden(parts, file) ? gone(file.id) : parts.refOf(file))
  }
  const { within, live } = await lookInto(parts, [...touched.values()], call)
  for (const ref of within) if (!refs.has(ref.id)) refs.set(ref.id, ref)
  if (refs.size > limit) throw tooMuch(client)
  const collections = new Map<string, Collection>()
  for (const folder of live)
    for (const each of [folder, ...(await parts.folders.twinsOf(folder, call))])
      collections.set(each.id, await parts.folders.collectionOf(each, call))
  const cursor = encodeFiles({ mode: 'changes', made: parts.made, token: page.token })
  return { refs: [...refs.values()], collections: [...collections.values()], cursor, last: page.last }
}

const gone = (id: string): ItemRef => ({ id, version: '', removed: true })

const isHidden = ({ choices }: WalkParts, { trashed }: RemoteFile): boolean => trashed && choices.bin !== 'keep'

/** Undefined for what is no longer here: deleted, not to be seen any more, moved into or out of a shared drive, or given to somebody else. */
function ours({ driveId }: WalkParts, { file }: Change): RemoteFile | undefined {
  if (file === undefined || file.driveId !== driveId) return undefined
  if (driveId !== undefined || file.ownedByMe) return file
  // What others have given us is named, and their folders are not looked into.
  return file.given && !isFolder(file) ? file : undefined
}

/** What is in folders of which a change tells, as far as it may have come or gone with them. */
async function lookInto(parts: WalkParts, touched: readonly RemoteFile[], call: Call) {
  const client = await parts.client(call)
  const within: ItemRef[] = []
  const live: RemoteFile[] = []
  const waiting = [...touched]
  const seen = new Set<string>()
  for (let folder = waiting.shift(); folder !== undefined; folder = waiting.shift()) {
    if (seen.has(folder.id)) continue
    if (seen.size >= MOST_LOOKED_INTO) throw tooMuch(client)
    seen.add(folder.id)
    if (!isHidden(parts, folder)) live.push(folder)
    for await (const files of childrenOf(client, { driveId: parts.driveId, folder: folder.id }, call))
      for (const file of files) {
        if (parts.driveId === undefined && !file.ownedByMe) continue
        if (isFolder(file)) {
          parts.folders.learn(file)
          waiting.push(file)
        } else within.push(isHidden(parts, file) ? gone(file.id) : parts.refOf(file))
      }
  }
  return { within, live }
}

const tooMuch = (client: DriveClient): Fault =>
  new Fault({
    reach: 'listing',
    code: 'google-folders-changed',
    message: `Many folders of ${client.about} were changed at once; it is listed anew.`,
  })
