import type { Call, Item } from '@offramp/core'
import type { FilesDesk } from './desk.ts'
import { ASSEMBLY_MS, MOST_CHUNKS, UNHEARD_MS } from './limits.ts'
import { listFolder, statAt } from './stat.ts'
import { uploadOf } from './target.ts'
import { dropNote, dropNotes, makeFolder, makeNotes, type Note, notesOf, remove, uploadHref, writeNote } from './upload-notes.ts'
import type { Target } from './write.ts'

/** How a file is cut. Chunks are counted from 1. */
export interface Cut {
  readonly size: number
  readonly chunkBytes: number
  readonly count: number
}

export function cutOf(size: number, wished: number): Cut {
  const chunkBytes = Math.max(wished, Math.ceil(size / MOST_CHUNKS))
  return { size, chunkBytes, count: Math.ceil(size / chunkBytes) }
}

export const sizeOfChunk = ({ size, chunkBytes, count }: Cut, chunk: number): number =>
  chunk < count ? chunkBytes : size - chunkBytes * (count - 1)

/** What was asked for of an item's uploads, by this process or an earlier one. Milliseconds since the Unix epoch. */
export interface UploadState {
  /** When a process has asked for it to be put together, and may not have heard the end. */
  readonly asked: number | undefined
  /** When that was asked for an earlier state of the file, which the server may be putting together. */
  readonly earlier: number | undefined
}

const hrefOf = (desk: FilesDesk, item: string, state: string): string => uploadHref(desk, `offramp-${item}-${state}`)

/** The folder of the chunks, which are all that may stand in it. */
export const folderHref = (desk: FilesDesk, { upload }: Target): string => hrefOf(desk, upload.item, upload.state)

/** The folder of what one chunk is to replace, the same for every state of an item: nobody needs a note to find it again. */
export const folderOfNext = (desk: FilesDesk, { item }: { readonly item: string }): string => hrefOf(desk, item, 'next')

export const removeNext = (desk: FilesDesk, of: { readonly item: string }, call: Call): Promise<void> =>
  remove(desk, folderOfNext(desk, of), call)

/** Whether something of an upload of the item is left, which was not put together or not to its end. */
export async function isLeft(desk: FilesDesk, item: Pick<Item, 'id'>, call: Call): Promise<boolean> {
  if (desk.server.uploads === undefined) return false
  if ((await statAt(desk, folderOfNext(desk, { item: uploadOf(item.id) }), call)) !== undefined) return true
  return (await notedOf(desk, item, call)).length > 0
}

/** Looks what an earlier try has left, and removes what is left of earlier states of this item that the server cannot be at any more. */
export async function lookAtUploads(desk: FilesDesk, { upload }: Target, size: number, call: Call): Promise<UploadState> {
  const notes = await notesOf(desk, upload, call)
  const own = notes.filter(({ state }) => state === upload.state)
  const others = notes.filter(({ state }) => state !== upload.state)
  const late = desk.services.clock.now() - ASSEMBLY_MS
  const asked = lastAsked(own.filter(({ asked: at = 0 }) => at > late))
  const earlier = lastAsked(await underWay(desk, upload, { notes: others, size }, call))
  if (earlier !== undefined) return { asked, earlier }
  for (const note of others) await discard(desk, upload, note, call)
  for (const note of own) if (note.asked !== undefined && note.asked <= late) await dropNote(desk, upload, note, call)
  return { asked, earlier }
}

async function discard(desk: FilesDesk, of: Target['upload'], note: Note, call: Call): Promise<void> {
  if (note.asked === undefined) await remove(desk, hrefOf(desk, of.item, note.state), call)
  await dropNote(desk, of, note, call)
}

interface Begun {
  readonly notes: readonly Note[]
  /** Bytes of the file. */
  readonly size: number
}

/** What the server may be putting together: it was asked not long ago, and the folder is still there, which goes when it is through with it. */
async function underWay(
  desk: FilesDesk,
  { item }: { readonly item: string },
  { notes, size }: Begun,
  call: Call,
): Promise<readonly Note[]> {
  const now = desk.services.clock.now()
  const found: Note[] = []
  for (const note of notes) {
    if (note.asked === undefined || now >= likelyEnd(note.asked, size)) continue
    if ((await statAt(desk, hrefOf(desk, item, note.state), call)) !== undefined) found.push(note)
  }
  return found
}

/**
 * How long a server is taken to be at it that nobody has heard of since; then it is asked again. Perhaps it was never asked: a process may have died, or
 * a connection broken, just before. Where it is at it all the same, at less than 2 MB a second, it says 423, since it holds the file locked, and is
 * looked for as before. Whichever of two comes second finds the chunks gone or the condition of its MOVE unmet.
 */
export const likelyEnd = (since: number, size: number): number => since + Math.min(ASSEMBLY_MS, UNHEARD_MS + size / 2_000)

/** What is noted of uploads of an item, whatever their state. */
export const notedOf = async (desk: FilesDesk, { id }: Pick<Item, 'id'>, call: Call): Promise<readonly Note[]> =>
  desk.server.uploads === undefined ? [] : notesOf(desk, { item: uploadOf(id) }, call)

/** Removes all of it, unless the server may be at it: then it goes with another try, or after a day. */
export async function clearUploads(desk: FilesDesk, item: Pick<Item, 'id'>, size: number, call: Call): Promise<void> {
  const of = { item: uploadOf(item.id) }
  const notes = await notedOf(desk, item, call)
  if (notes.length > 0 && (await underWay(desk, of, { notes, size }, call)).length === 0) await removeAll(desk, of, notes, call)
}

/** The notes last: whoever comes after a crash between the two still finds what they speak of. */
async function removeAll(desk: FilesDesk, of: { readonly item: string }, notes: readonly Note[], call: Call): Promise<void> {
  for (const state of new Set(notes.map((note) => note.state))) await remove(desk, hrefOf(desk, of.item, state), call)
  await dropNotes(desk, of, call)
}

/** When it was last asked that one of these be put together. Milliseconds since the Unix epoch. */
export const lastAsked = (notes: readonly Note[]): number | undefined =>
  notes
    .map(({ asked = 0 }) => asked)
    .filter((at) => at > 0)
    .toSorted((a, b) => b - a)[0]

/** Sizes of the chunks that have arrived, by their numbers. Undefined: there is no such upload, or not any more. */
export async function chunksOf(desk: FilesDesk, target: Target, call: Call): Promise<ReadonlyMap<number, number> | undefined> {
  const found = new Map<number, number>()
  const take = ({ name, size }: { readonly name: string; readonly size: number }): void => {
    if (/^\d+$/.test(name)) found.set(Number(name), size)
  }
  return (await listFolder(desk, `${folderHref(desk, target)}/`, take, call)) ? found : undefined
}

/** The note comes first, so that no folder is left of which nobody knows. */
export async function openUpload(desk: FilesDesk, target: Target, headers: Readonly<Record<string, string>>, call: Call): Promise<void> {
  await makeNotes(desk, target.upload, call)
  await writeNote(desk, target.upload, { state: target.upload.state }, call)
  await makeFolder(desk, folderHref(desk, target), headers, call)
}

/** Of chunks that are not to be gone on with. */
export const emptyUpload = (desk: FilesDesk, target: Target, call: Call): Promise<void> => remove(desk, folderHref(desk, target), call)

/** Says for whoever comes after a crash that the server may be putting it together. Says when that was. */
export async function sayAsked(desk: FilesDesk, { upload }: Target, call: Call): Promise<number> {
  const asked = desk.services.clock.now()
  await writeNote(desk, upload, { state: upload.state, asked }, call)
  return asked
}

export const takeBackAsked = (desk: FilesDesk, { upload }: Target, asked: number, call: Call): Promise<void> =>
  dropNote(desk, upload, { state: upload.state, asked }, call)

/** The file stands there, and the server has removed its chunks: nobody has to be told of it any more. */
export const closeUpload = (desk: FilesDesk, { upload }: Target, call: Call): Promise<void> => dropNotes(desk, upload, call)

/** The file was found to stand there: what was noted by whoever was broken off goes, but for uploads that are not at their end. */
export async function forgetAsked(desk: FilesDesk, item: Pick<Item, 'id'>, call: Call): Promise<void> {
  const of = { item: uploadOf(item.id) }
  const notes = await notedOf(desk, item, call)
  if (notes.length === 0) return
  let open = 0
  for (const { state, asked } of notes) {
    if (asked === undefined && (await statAt(desk, hrefOf(desk, of.item, state), call)) !== undefined) open++
  }
  if (open === 0) return dropNotes(desk, of, call)
  for (const note of notes) if (note.asked !== undefined) await dropNote(desk, of, note, call)
}
