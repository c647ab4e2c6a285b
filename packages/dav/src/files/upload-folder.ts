import type { Call } from '@offramp/core'
import { isRefusal } from '../faults.ts'
import type { FilesDesk } from './desk.ts'
import { ASSEMBLY_MS, MOST_CHUNKS } from './limits.ts'
import { listFolder } from './stat.ts'
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
}

/** Everything in the account's space for uploads that Offramp has made is called so: item, state of it, and when it was asked to be put together. */
const prefixOf = ({ upload }: Target): string => `offramp-${upload.item}-`
export const folderName = (target: Target): string => prefixOf(target) + target.upload.state
const askedName = (target: Target, at: number): string => `${folderName(target)}-asked-${Math.floor(at / 1000)}`

export const uploadHref = ({ server }: FilesDesk, name: string): string => `${server.uploads ?? ''}${name}`

/** Looks what an earlier try has left, and removes what is left of earlier states of this item. */
export async function lookAtUploads(desk: FilesDesk, target: Target, call: Call): Promise<UploadState> {
  const names: string[] = []
  await listFolder(desk, uploadHref(desk, ''), ({ name }) => void (name.startsWith(prefixOf(target)) && names.push(name)), call)
  const own = folderName(target)
  let asked: number | undefined
  for (const name of names) {
    if (name === own) continue
    const [, seconds] = name.startsWith(`${own}-asked-`) ? (/-asked-(\d+)$/.exec(name) ?? []) : []
    const at = Number(seconds ?? 0) * 1000
    if (at > desk.services.clock.now() - ASSEMBLY_MS) asked = Math.max(asked ?? 0, at)
    else await removeUpload(desk, name, call)
  }
  return { isOpen: names.includes(own), asked }
}

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
