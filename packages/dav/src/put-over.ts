import type { Call, Item, Kept, PutCall, Receipt } from '@offramp/core'
import { derivedUid } from '@offramp/formats'
import { isInBin } from './bin.ts'
import { type Desk, meaningOf } from './desk.ts'
import { isRefusal } from './faults.ts'
import { memoOf } from './memo.ts'
import { multiget, nameIn, pathTo, readObject, receiptOf, type Standing, withUidIn, writeObject } from './objects.ts'
import { lasting, type Outgoing, underUid } from './outgoing.ts'
import { confirmOne, isOurs, putNew } from './put-new.ts'
import { removeQuietly } from './remove.ts'

interface Over {
  readonly place: string
  readonly item: Item
  readonly out: Outgoing
  readonly over: Receipt
}

/**
 * Makes the object that the receipt names equal to the item. What a person has changed, moved or deleted stays: told by the ETag that the receipt
 * remembers, and where that is another, by what the object means.
 */
export async function putOver(desk: Desk, { item, out: plain, ...wish }: Over, call: PutCall): Promise<Receipt | Kept> {
  const { place, over } = wish
  const path = pathTo(over.place, over.locator)
  const standing = (await isInBin(desk, over.place, call)) ? undefined : await readObject(desk, path, call)
  if (standing === undefined) return elsewhere(desk, { item, out: plain, ...wish }, call)
  const second = underUid(desk, plain, derivedUid(plain.uid, item.id))
  const out = over.locator === second.name ? second : plain
  const meaning = meaningOf(desk.kind, standing.bytes)
  const same = meaning === out.hash || meaning === lasting(desk, out)?.hash
  const ours = memoOf(standing.etag) === over.memo && over.memo !== undefined
  if (!ours && !same && meaning !== over.hash && !isOurs(desk, standing, out)) return { kept: 'changed', receipt: over }
  if (over.locator !== out.name) return renamed(desk, { item, out, standing, place, over }, call)
  const moved = over.place === place ? over.place : await move(desk, { from: path, place, name: out.name }, call)
  if (same) return kept(desk, { place: moved, out, hash: meaning ?? out.hash }, call)
  return overwrite(desk, { place: moved, out, standing, over }, call)
}

/** Nothing to write; the receipt is brought up to date, since a move may have given it another ETag. */
async function kept(
  desk: Desk,
  { place, out, hash }: { readonly place: string; readonly out: Outgoing; readonly hash: string },
  call: Call,
): Promise<Receipt> {
  const [listed] = await multiget(desk, { place, names: [out.name] }, call)
  const { losses } = out
  const facts = { place, hash, etag: listed?.etag }
  return { ...receiptOf(listed ?? { name: out.name, size: out.bytes.length }, facts), ...(losses.length === 0 ? {} : { losses }) }
}

interface Overwrite {
  readonly place: string
  readonly out: Outgoing
  readonly standing: Standing
  readonly over: Receipt
}

async function overwrite(desk: Desk, { place, out, standing, over }: Overwrite, call: Call): Promise<Receipt | Kept> {
  const path = pathTo(place, out.name)
  // A move gives some servers another ETag.
  const etag = place === over.place ? standing.etag : (await readObject(desk, path, call))?.etag
  try {
    const written = await writeObject(desk, { path, bytes: out.bytes, over: etag ?? '*' }, call)
    return await confirmOne(desk, place, { out, written }, call)
  } catch (thrown) {
    // Somebody was quicker than we: it is theirs.
    if (isRefusal(thrown, 412)) return { kept: 'changed', receipt: over }
    const longer = isRefusal(thrown) && thrown.reach !== 'account' ? lasting(desk, out) : undefined
    if (longer === undefined) throw thrown
    return overwrite(desk, { place, out: longer, standing, over }, call)
  }
}

/** By MOVE, which tells nobody and keeps the UID its one object, as Cyrus wants. Says where it stands then. */
async function move(
  desk: Desk,
  { from, place, name }: { readonly from: string; readonly place: string; readonly name: string },
  call: Call,
): Promise<string> {
  const destination = desk.client.urlOf(pathTo(place, name))
  try {
    await desk.client.send(
      { method: 'MOVE', href: from, asks: 'move', headers: { destination, overwrite: 'F', ...desk.silence.headers } },
      call,
    )
    return place
  } catch (thrown) {
    if (!isRefusal(thrown, 400, 403, 405, 409, 412, 415, 500, 501)) throw thrown
    desk.services.log.warn({ status: thrown.said.status }, 'The server does not move an object between collections: it stays where it is.')
    return from.slice(0, from.lastIndexOf('/') + 1)
  }
}

/** The source has given it another UID: written anew, then our own old object goes. */
async function renamed(
  desk: Desk,
  { item, out, standing, place, over }: Over & { readonly standing: Standing },
  call: PutCall,
): Promise<Receipt> {
  const receipt = await putNew(desk, place, { item, out }, call)
  const path = pathTo(over.place, over.locator)
  if (receipt.place !== over.place || receipt.locator !== over.locator) await removeQuietly(desk, path, standing, call)
  return receipt
}

/** Not where it was put: a person has moved or deleted it, or we have moved it ourselves before a crash. */
async function elsewhere(desk: Desk, { place, item, out, over }: Over, call: PutCall): Promise<Receipt | Kept> {
  const home = await sealedAt(desk, place, out, call)
  if (home !== undefined) return putOver(desk, { place, item, out, over: home }, call)
  if (place !== over.place) {
    const moved = await readObject(desk, pathTo(place, over.locator), call)
    const there = moved && receiptOf({ name: over.locator, size: moved.bytes.length }, { place, hash: over.hash, etag: moved.etag })
    if (there && meaningOf(desk.kind, moved.bytes) === over.hash && !(await isOwned(there, call)))
      return putOver(desk, { place, item, out, over: there }, call)
  }
  const places = (await desk.places.list(call)).filter(({ foreign }) => !foreign).map(({ path }) => path)
  for (const path of new Set([...((await isInBin(desk, over.place, call)) ? [] : [over.place]), ...places])) {
    const named = await withUidIn(desk, path, out.uid, call)
    // Servers that cannot search answer with nothing.
    for (const found of named.length > 0 || path === place ? named : [pathTo(path, out.name)]) {
      const standing = await readObject(desk, found, call)
      if (standing === undefined || meaningOf(desk.kind, standing.bytes) === undefined) continue
      const facts = { place: path, hash: meaningOf(desk.kind, standing.bytes), etag: standing.etag }
      const receipt = receiptOf({ name: nameIn(found), size: standing.bytes.length }, facts)
      if (!(await isOwned(receipt, call))) return { kept: 'moved', receipt }
    }
  }
  // A broken-off write of ours is a PUT over it, which leaves it, or a MOVE, which leaves it under its name somewhere. Under another UID it is written anew
  // first: then what was left bears a name that is not known here.
  return { kept: 'deleted', ...(over.locator === out.name ? { certain: true } : {}) }
}

/** Moved home by ourselves, before the ledger forgot of it: then it bears the item's seal, perhaps in an earlier state. */
async function sealedAt(desk: Desk, place: string, out: Outgoing, call: Call): Promise<Receipt | undefined> {
  const standing = await readObject(desk, pathTo(place, out.name), call)
  if (standing === undefined || !isOurs(desk, standing, out)) return undefined
  return receiptOf(
    { name: out.name, size: standing.bytes.length },
    { place, hash: meaningOf(desk.kind, standing.bytes), etag: standing.etag },
  )
}

const isOwned = async (receipt: Receipt, call: PutCall): Promise<boolean> => (await call.owned?.([receipt]))?.[0] === true
