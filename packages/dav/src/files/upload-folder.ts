import type { Call, Item } from '@offramp/core'
import { isRefusal } from '../faults.ts'
import type { FilesDesk } from './desk.ts'
import { ASSEMBLY_MS, MOST_CHUNKS, UNHEARD_MS } from './limits.ts'
import { listFolder } from './stat.ts'
import { uploadOf } from './target.ts'
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

/** What stands on the server of this upload. */
export interface UploadState {
  readonly isOpen: boolean
  /** When a process has asked for it to be put together, and may not have heard the end. Milliseconds since the Unix epoch. */
  readonly asked: number | undefined
  /** When that was asked for an earlier state of the file, which the server may be putting together. */
  readonly earlier: number | undefined
}

/** Everything in the account's space for uploads that Offramp has made is called so: item, state of it, and when it was asked to be put together. */
const prefixOf = ({ upload }: { readonly upload: { readonly item: string } }): string => `offramp-${upload.item}-`
export const folderName = (target: Target): string => prefixOf(target) + target.upload.state
const askedName = (target: Target, at: number): string => `${folderName(target)}-asked-${Math.floor(at / 1000)}`

export const uploadHref = ({ server }: FilesDesk, name: string): string => `${server.uploads ?? ''}${name}`

/** Looks what an earlier try has left, and removes what is left of earlier states of this item that the server cannot be at any more. */
export async function lookAtUploads(desk: FilesDesk, target: Target, size: number, call: Call): Promise<UploadState> {
  const names = await namesOf(desk, target, call)
  const now = desk.services.clock.now()
  const own = folderName(target)
  const isAsked = (name: string): boolean => name.startsWith(`${own}-asked-`) && askedAt(name) > now - ASSEMBLY_MS
  const isEarlier = (name: string): boolean => !name.startsWith(own) && askedFor(name, names) && now < likelyEnd(askedAt(name), size)
  const state = { isOpen: names.includes(own), asked: lastAsked(names.filter(isAsked)), earlier: lastAsked(names.filter(isEarlier)) }
  if (state.earlier !== undefined) return state
  for (const name of names) if (name !== own && !isAsked(name)) await removeUpload(desk, name, call)
  return state
}

/** It is a mark, and its folder is still there: that goes when the server is through with it. */
const askedFor = (name: string, names: readonly string[]): boolean => askedAt(name) > 0 && names.includes(name.replace(/-asked-\d+$/, ''))

/** Zero of what is no such mark. */
const askedAt = (name: string): number => Number(/-asked-(\d+)$/.exec(name)?.[1] ?? 0) * 1000

/**
 * How long a server is taken to be at it that nobody has heard of since; then it is asked again. Perhaps it was never asked: a process may have died, or
 * a connection broken, just before. Where it is at it all the same, at less than 2 MB a second, it says 423, since it holds the file locked, and is
 * looked for as before. Whichever of two comes second finds the chunks gone or the condition of its MOVE unmet.
 */
export const likelyEnd = (since: number, size: number): number => since + Math.min(ASSEMBLY_MS, UNHEARD_MS + size / 2_000)

async function namesOf(desk: FilesDesk, of: Parameters<typeof prefixOf>[0], call: Call): Promise<readonly string[]> {
  const names: string[] = []
  await listFolder(desk, uploadHref(desk, ''), ({ name }) => void (name.startsWith(prefixOf(of)) && names.push(name)), call)
  return names
}

/** What is left of uploads of an item, whatever their state: their names. */
export const leftOfTarget = (desk: FilesDesk, target: Target, call: Call): Promise<readonly string[]> => namesOf(desk, target, call)

/** The same, also where no server of that kind is. */
export const leftOf = async (desk: FilesDesk, { id }: Pick<Item, 'id'>, call: Call): Promise<readonly string[]> =>
  desk.server.uploads === undefined ? [] : namesOf(desk, { upload: { item: uploadOf(id) } }, call)

/** Removes all of it, unless the server may be at it: then it goes with another try, or after a day. */
export async function clearUploads(desk: FilesDesk, item: Pick<Item, 'id'>, size: number, call: Call): Promise<void> {
  const names = await leftOf(desk, item, call)
  const isUnderWay = names.some((name) => askedFor(name, names) && desk.services.clock.now() < likelyEnd(askedAt(name), size))
  if (!isUnderWay) for (const name of names) await removeUpload(desk, name, call)
}

/** When it was last asked that one of these be put together. Milliseconds since the Unix epoch. */
export const lastAsked = (names: readonly string[]): number | undefined =>
  names
    .map(askedAt)
    .filter((at) => at > 0)
    .toSorted((a, b) => b - a)[0]

/** Sizes of the chunks that have arrived, by their numbers. Undefined: there is no such upload any more. */
export async function chunksOf(desk: FilesDesk, target: Target, call: Call): Promise<ReadonlyMap<number, number> | undefined> {
  const found = new Map<number, number>()
  const take = ({ name, size }: { readonly name: string; readonly size: number }): void => {
    if (/^\d+$/.test(name)) found.set(Number(name), size)
  }
  return (await listFolder(desk, `${uploadHref(desk, folderName(target))}/`, take, call)) ? found : undefined
}

export async function openUpload(desk: FilesDesk, name: string, headers: Readonly<Record<string, string>>, call: Call): Promise<void> {
  try {
    await desk.client.send({ method: 'MKCOL', href: uploadHref(desk, name), asks: 'folder', headers }, call)
  } catch (thrown) {
    if (!isRefusal(thrown, 405)) throw thrown
  }
}

/** Gone is gone; what cannot be removed now, the server removes itself after a day. */
export async function removeUpload({ client, server }: FilesDesk, name: string, call: Call): Promise<void> {
  const href = `${server.uploads ?? ''}${name}`
  await client.send({ method: 'DELETE', href, asks: 'remove' }, call).catch((thrown: unknown) => {
    if (!isRefusal(thrown) || thrown.reach === 'account') throw thrown
  })
}

/** Says for whoever comes after a crash that it may be under way: an empty folder, since the upload's own must hold chunks alone. Says when that was. */
export async function sayAsked(desk: FilesDesk, target: Target, call: Call): Promise<number> {
  const at = desk.services.clock.now()
  await openUpload(desk, askedName(target, at), {}, call)
  return at
}

export const removeAsked = (desk: FilesDesk, target: Target, at: number, call: Call): Promise<void> =>
  removeUpload(desk, askedName(target, at), call)

/** The file stands there: nobody has to be told any more that it may be under way. */
export async function forgetAsked(desk: FilesDesk, target: Target, call: Call): Promise<void> {
  const names: string[] = []
  const isMark = (name: string): boolean => name.startsWith(prefixOf(target)) && /-asked-\d+$/.test(name)
  await listFolder(desk, uploadHref(desk, ''), ({ name }) => void (isMark(name) && names.push(name)), call)
  for (const name of names) await removeUpload(desk, name, call)
}
