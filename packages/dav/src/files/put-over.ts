import type { Call, Item, Kept, PutCall, Receipt } from '@offramp/core'
import { isRefusal } from '../faults.ts'
import { memoOf } from '../memo.ts'
import { writeXml } from '../write-xml.ts'
import { isOwned, receiptOf } from './adopt.ts'
import { contentOf } from './content.ts'
import { type FilesDesk, fileHref, namesOf } from './desk.ts'
import { OLDEST_SECONDS } from './limits.ts'
import { setDate } from './probe.ts'
import { BESIDE, withLosses } from './put-new.ts'
import { hashAt, sameBytes } from './same-bytes.ts'
import { type Standing, statFile } from './stat.ts'
import { isOurBeginning, isStillOurs } from './still-ours.ts'
import { targetOf, uploadOf } from './target.ts'
import { clearUploads, removeNext } from './upload-folder.ts'
import { moveFile, writeFile } from './write.ts'

/** A change of an item of which a copy was written before. */
export interface Over {
  readonly place: string
  readonly item: Item
  readonly over: Receipt
}

/** Makes that very copy equal to the item: bytes, name, folder and dates. What a person has made of it since stays. */
export async function putOver(desk: FilesDesk, wish: Over, call: PutCall): Promise<Receipt | Kept> {
  const { item, over } = wish
  const standing = await statFile(desk, over.place, over.locator, call)
  if (standing === undefined || standing.isFolder) return elsewhere(desk, wish, call)
  const href = fileHref(desk, over.place, over.locator)
  const isTold = over.memo !== undefined && memoOf(standing.etag) === over.memo && standing.size === over.size
  // Ours may have been carried on by a worker that died, and another item, of the same bytes perhaps, have come by the name since.
  if (!isTold && (await isOwned({ ...over, size: standing.size }, call))) return elsewhere(desk, wish, call)
  // Compared with what was written then, and with the item as it is now: our own write may have arrived without our hearing of it.
  const known = isTold ? over.hash : undefined
  const same = await sameBytes(desk, { href, size: standing.size, known }, { content: contentOf(item) }, call)
  if (same === undefined && !(await isStillOurs(desk, { href, standing, over, isTold }, call)))
    return changed(desk, wish, { href, standing, isTold }, call)
  return same === undefined || needsBytes(desk, item, standing)
    ? rewrite(desk, wish, standing, call)
    : keep(desk, wish, { standing, hash: same }, call)
}

/** It is no longer what was written: our own next write, half or whole, or a person's. */
async function changed(
  desk: FilesDesk,
  wish: Over,
  { href, standing, isTold }: { readonly href: string; readonly standing: Standing; readonly isTold: boolean },
  call: PutCall,
): Promise<Receipt | Kept> {
  const { item, over } = wish
  const same = isTold ? await sameBytes(desk, { href, size: standing.size }, { content: contentOf(item) }, call) : undefined
  if (same !== undefined) return keep(desk, wish, { standing, hash: same }, call)
  if (desk.server.kind === 'nextcloud' && (await isOurBeginning(desk, href, item, call))) {
    const now = await statFile(desk, over.place, over.locator, call)
    if (now !== undefined) return rewrite(desk, wish, now, call)
  }
  await clear(desk, item, standing, call)
  if (desk.server.uploads !== undefined) await removeNext(desk, { item: uploadOf(item.id) }, call)
  return { kept: 'changed', receipt: over }
}

/** An earlier process may have died while a large file was put together: of that nothing stays. */
async function clear(desk: FilesDesk, item: Item, standing: Standing, call: PutCall): Promise<void> {
  const size = Math.max(standing.size, item.size ?? 0)
  if (size > desk.chunkBytes) await clearUploads(desk, item, size, call)
}

/** A date that this server takes with the bytes alone. */
const needsBytes = ({ server }: FilesDesk, { traits: { modifiedAt } }: Item, standing: Standing): boolean =>
  server.kind === 'other' && server.dates === 'header' && modifiedAt !== undefined && !isDatedAt(standing, modifiedAt)

const isDatedAt = ({ modifiedAt }: Standing, wanted: number): boolean =>
  modifiedAt !== undefined && Math.floor(modifiedAt / 1000) === seconds(wanted)

/** Nothing to write but perhaps a name, a folder or a date. */
async function keep(
  desk: FilesDesk,
  { place, item, over }: Over,
  { standing, hash }: { readonly standing: Standing; readonly hash: string },
  call: PutCall,
): Promise<Receipt> {
  const moved = await bring(desk, { place, item, over }, call)
  const isDated = await setDates(desk, { href: fileHref(desk, moved.place, moved.name), item, standing }, call)
  const isSame = !isDated && moved.place === over.place && moved.name === over.locator
  const now = isSame ? standing : await statFile(desk, moved.place, moved.name, call)
  await clear(desk, item, standing, call)
  const receipt = receiptOf(moved, { size: standing.size, hash, etag: now?.etag ?? standing.etag })
  return withLosses(receipt, moved.losses)
}

async function rewrite(desk: FilesDesk, { place, item, over }: Over, standing: Standing, call: PutCall): Promise<Receipt | Kept> {
  const moved = await bring(desk, { place, item, over }, call)
  const isMoved = moved.place !== over.place || moved.name !== over.locator
  // A move gives some servers another ETag.
  const etag = isMoved ? (await statFile(desk, moved.place, moved.name, call))?.etag : standing.etag
  try {
    const stored = await writeFile(desk, targetOf(moved, item, { etag }), contentOf(item), call)
    return withLosses(receiptOf(moved, stored), moved.losses)
  } catch (thrown) {
    // Somebody was quicker than we: it is theirs.
    if (isRefusal(thrown, 412)) return { kept: 'changed', receipt: receiptOf(moved, { ...over, etag: undefined }) }
    throw thrown
  }
}

interface Moved {
  readonly place: string
  readonly name: string
  readonly losses: readonly string[]
}

/** Moves a copy to where the item is at home now, under the name that it has now, or beside what stands there. */
async function bring(desk: FilesDesk, { place, item, over }: Over, call: PutCall): Promise<Moved> {
  const names = namesOf(desk.server.rules, item)
  const stays = { place: over.place, name: over.locator, losses: [] }
  if (over.place === place && names.includes(over.locator)) return stays
  let losses: readonly string[] = []
  for (const name of names) {
    try {
      await moveFile(desk, { from: fileHref(desk, over.place, over.locator), to: fileHref(desk, place, name), overwrite: false }, call)
      return { place, name, losses }
    } catch (thrown) {
      if (!isRefusal(thrown, 412)) throw thrown
      const standing = await statFile(desk, place, name, call)
      if (!(await isOwned({ place, locator: name, size: standing?.size ?? 0 }, call))) losses = [BESIDE]
    }
  }
  return stays
}

interface Dated {
  readonly href: string
  readonly item: Item
  readonly standing: Standing
}

const seconds = (ms: number): number => Math.max(OLDEST_SECONDS, Math.floor(ms / 1000))

/** Dates of a copy whose bytes stay, where the server can be told of them without writing it anew. Whether it may bear another ETag now. */
async function setDates({ client, server }: FilesDesk, { href, item, standing }: Dated, call: Call): Promise<boolean> {
  const { modifiedAt, createdAt } = item.traits
  if (server.kind !== 'other' && createdAt !== undefined && standing.createdAt !== seconds(createdAt) * 1000) {
    const body = writeXml('D:propertyupdate', { 'D:set': { 'D:prop': { 'N:creation_time': String(seconds(createdAt)) } } })
    await client.send(
      { method: 'PROPPATCH', href, asks: 'date', body, headers: { 'content-type': 'application/xml; charset=utf-8' } },
      call,
    )
  }
  const way = server.kind === 'other' ? server.dates : 'D:lastmodified'
  if (modifiedAt === undefined || way === 'none' || way === 'header') return false
  if (isDatedAt(standing, modifiedAt)) return false
  await setDate(client, { href, way, ms: seconds(modifiedAt) * 1000 }, call)
  return true
}

/** Not where it was put: moved home by ourselves before the ledger forgot of it, or a person has moved or deleted it. */
async function elsewhere(desk: FilesDesk, { place, item, over }: Over, call: PutCall): Promise<Receipt | Kept> {
  for (const name of namesOf(desk.server.rules, item)) {
    if (place === over.place && name === over.locator) continue
    const standing = await statFile(desk, place, name, call)
    if (standing === undefined || standing.isFolder) continue
    const found = { place, locator: name, size: standing.size }
    const href = fileHref(desk, place, name)
    const isEarlier = over.hash !== undefined && standing.size === over.size && (await hashAt(desk, href, call)) === over.hash
    // Its bytes may be there already as well, and are then what is known of it, or they would be sent once more.
    const hash = isEarlier ? over.hash : await sameBytes(desk, { href, size: standing.size }, { content: contentOf(item) }, call)
    if (hash === undefined || (await isOwned(found, call))) continue
    const memo = memoOf(standing.etag)
    return putOver(desk, { place, item, over: { ...over, ...found, hash, ...(memo === undefined ? {} : { memo }) } }, call)
  }
  return { kept: 'deleted' }
}
