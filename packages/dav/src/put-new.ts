import { type Call, Fault, type Item, type PutCall, type Receipt } from '@offramp/core'
import { derivedUid, differences } from '@offramp/formats'
import { sameLines } from './content-lines.ts'
import { type Desk, meaningOf } from './desk.ts'
import { DavRefusal, isRefusal } from './faults.ts'
import { multiget, nameIn, pathTo, readObject, receiptOf, type Standing, type Written, withUidIn, writeObject } from './objects.ts'
import { lasting, type Outgoing, underUid } from './outgoing.ts'
import { sealIn } from './seal.ts'

export const REPAIRED = 'The server has changed something of it while it stored it.'

/** What a new item came to: written, or something else of its UID is in the way. */
export type Put =
  | { readonly out: Outgoing; readonly written: Written }
  | { readonly out: Outgoing; readonly path: string | undefined; readonly trashed: boolean }

const IN_TRASH = /deleted calendar object with uid/i

/**
 * Writes as new under the UID's own name. A refusal that has an answer gets it: an event that takes no time gets a minute. What stands in the way is
 * told, and not judged.
 */
export async function tryNew(desk: Desk, place: string, out: Outgoing, call: Call): Promise<Put> {
  try {
    return { out, written: await writeObject(desk, { path: pathTo(place, out.name), bytes: out.bytes }, call) }
  } catch (thrown) {
    if (isRefusal(thrown, 412)) return { out, path: pathTo(place, out.name), trashed: false }
    if (isRefusal(thrown) && IN_TRASH.test(thrown.said.words)) return { out, path: undefined, trashed: true }
    if (isUidTaken(thrown)) return { out, path: await holderOf(desk, place, { out, refusal: thrown }, call), trashed: false }
    if (isRefusal(thrown, 404, 409)) throw placeGone(desk, place)
    const longer = isRefusal(thrown) && thrown.reach !== 'account' ? lasting(desk, out) : undefined
    if (longer !== undefined) return tryNew(desk, place, longer, call)
    throw thrown
  }
}

const isUidTaken = (thrown: unknown): thrown is DavRefusal => thrown instanceof DavRefusal && thrown.code === 'dav-uid-taken'

/** Where the object stands that has the UID: where the server says, in this collection, or in another of the account (Cyrus). */
async function holderOf(
  desk: Desk,
  place: string,
  { out, refusal }: { readonly out: Outgoing; readonly refusal: DavRefusal },
  call: Call,
): Promise<string | undefined> {
  const said = refusal.said.href === undefined ? undefined : desk.client.pathOf(refusal.said.href)
  if (said !== undefined && !said.endsWith('/')) return said
  const others = (await desk.places.list(call)).map(({ path }) => path).filter((path) => path !== place)
  for (const path of [place, ...others]) {
    const [found] = await withUidIn(desk, path, out.uid, call)
    if (found !== undefined) return found
  }
  return undefined
}

/** A new item, with every conflict settled as the ledger's owners say. */
export async function putNew(desk: Desk, place: string, { item, out }: { item: Item; out: Outgoing }, call: PutCall): Promise<Receipt> {
  const put = await tryNew(desk, place, out, call)
  if ('written' in put) return confirmOne(desk, place, put, call)
  const second = underUid(desk, put.out, derivedUid(out.uid, item.id))
  if (second.uid === out.uid) throw stands()
  if (put.trashed) return putNext(desk, place, second, call)
  const standing = put.path === undefined ? undefined : await readObject(desk, put.path, call)
  if (standing === undefined || put.path === undefined) {
    if (put.path === undefined) throw taken(desk)
    throw vanished()
  }
  const { same, receipt } = compare(desk, put, standing)
  // Written by a process that died, or before the ledger was lost; perhaps in an earlier state of the item.
  if (isOurs(desk, standing, put.out) && !same) return rewritten(desk, { place, path: put.path, out: put.out, standing }, call)
  const owned = isOthers(standing, put.out) || (await call.owned?.([receipt]))?.[0] === true
  if (same) {
    if (owned) throw twin()
    return { ...(await settled(desk, receipt, call)), ...losses(put.out) }
  }
  if (!owned) throw stands()
  return putNext(desk, place, second, call)
}

/** Under a UID of its own, which nobody but this item has. */
async function putNext(desk: Desk, place: string, out: Outgoing, call: PutCall): Promise<Receipt> {
  const put = await tryNew(desk, place, out, call)
  if ('written' in put) return confirmOne(desk, place, put, call)
  const standing = put.path === undefined ? undefined : await readObject(desk, put.path, call)
  const found = standing && compare(desk, put, standing)
  if (standing && put.path && !found?.same && isOurs(desk, standing, out))
    return rewritten(desk, { place, path: put.path, out: put.out, standing }, call)
  if (found?.same !== true) throw stands()
  return { ...(await settled(desk, found.receipt, call)), ...losses(put.out) }
}

interface Rewrite {
  readonly place: string
  readonly path: string
  readonly out: Outgoing
  readonly standing: Standing
}

/** Over what bears this item's seal and is as we wrote it. Where it stands in another collection it is left: the ledger will move it. */
async function rewritten(desk: Desk, { place, path, out, standing }: Rewrite, call: Call): Promise<Receipt> {
  if (path !== pathTo(place, out.name)) throw stands()
  try {
    const written = await writeObject(desk, { path, bytes: out.bytes, over: standing.etag ?? '*' }, call)
    return await confirmOne(desk, place, { out, written }, call)
  } catch (thrown) {
    // Somebody was quicker than we: it is theirs.
    if (isRefusal(thrown, 412)) throw stands()
    throw thrown
  }
}

/** It was written for this very item, and nobody has changed it since. */
export function isOurs({ kind }: Desk, { bytes }: Standing, { key }: Pick<Outgoing, 'key'>): boolean {
  const seal = sealIn(bytes)
  return seal?.key === key && seal.hash === meaningOf(kind, bytes)
}

/** It was written for another item, whether or not the ledger has heard of that. */
export function isOthers({ bytes }: Standing, { key }: Pick<Outgoing, 'key'>): boolean {
  const seal = sealIn(bytes)
  return seal !== undefined && seal.key !== key
}

/** What stands in the way bears another item's seal and means the same: nobody needs to be asked whose it is. */
export async function isTwin(desk: Desk, { path, out }: Extract<Put, { path: string | undefined }>, call: Call): Promise<boolean> {
  const standing = path === undefined ? undefined : await readObject(desk, path, call)
  return standing !== undefined && isOthers(standing, out) && meaningOf(desk.kind, standing.bytes) === out.hash
}

function compare(desk: Desk, put: Extract<Put, { path: string | undefined }>, standing: Standing): { same: boolean; receipt: Receipt } {
  const path = put.path ?? ''
  const same = meaningOf(desk.kind, standing.bytes) === put.out.hash
  const place = path.slice(0, path.lastIndexOf('/') + 1)
  const facts = { place, hash: put.out.hash, etag: standing.etag }
  return { same, receipt: receiptOf({ name: nameIn(path), size: standing.bytes.length }, facts) }
}

/** The size as listings tell it: servers count other bytes than they serve where they write an object anew. */
async function settled(desk: Desk, receipt: Receipt, call: Call): Promise<Receipt> {
  const [listed] = await multiget(desk, { place: receipt.place, names: [receipt.locator] }, call)
  return listed === undefined ? receipt : { ...receipt, size: listed.size }
}

const losses = ({ losses: all }: Outgoing): Pick<Receipt, 'losses'> => (all.length === 0 ? {} : { losses: all })

type Done = Extract<Put, { written: Written }>

/** A server that gives no ETag has not stored what it was sent (RFC 4791, 5.3.4). */
const isDoubtful = ({ written }: Done): boolean => written.etag === undefined || written.repaired

/** Proof of what was written: sizes and states from the server's own listing, one request for all, and one for all that it may have changed. */
export async function confirm(desk: Desk, place: string, puts: readonly Done[], call: Call): Promise<readonly (Receipt | Fault)[]> {
  const [doubted, plain] = [puts.filter(isDoubtful), puts.filter((put) => !isDoubtful(put))]
  const namesOf = (some: readonly Done[]): readonly string[] => some.map(({ out }) => out.name)
  const meant = new Map(doubted.map(({ out }) => [out.name, out]))
  const unchanged = new Set<string>()
  const compareText = (name: string, text: string): void => {
    const out = meant.get(name)
    const bytes = Buffer.from(text, 'utf8')
    if (out !== undefined && (sameLines(out.bytes, bytes) || meaningOf(desk.kind, bytes) === out.hash)) unchanged.add(name)
  }
  const found = [
    ...(plain.length === 0 ? [] : await multiget(desk, { place, names: namesOf(plain) }, call)),
    ...(doubted.length === 0 ? [] : await multiget(desk, { place, names: namesOf(doubted), data: compareText }, call)),
  ]
  const listed = new Map(found.map((one) => [one.name, one]))
  const receipts: (Receipt | Fault)[] = []
  for (const { out, written } of puts) {
    const there = listed.get(out.name)
    if (there === undefined) {
      receipts.push(vanished())
      continue
    }
    const etag = written.etag ?? there.etag
    // What XML cannot hold is another text in a listing: only the object itself says that it was changed.
    const changed = meant.has(out.name) && !unchanged.has(out.name) ? await hasChanged(desk, pathTo(place, out.name), out, call) : false
    const all = changed ? [...out.losses, REPAIRED] : out.losses
    receipts.push({ ...receiptOf(there, { place, hash: out.hash, etag }), ...losses({ ...out, losses: all }) })
  }
  return receipts
}

export async function confirmOne(desk: Desk, place: string, put: Done, call: Call): Promise<Receipt> {
  const [receipt] = await confirm(desk, place, [put], call)
  if (receipt === undefined || receipt instanceof Fault) throw receipt ?? vanished()
  return receipt
}

/** Whether it stands there with another meaning. */
async function hasChanged(desk: Desk, path: string, out: Outgoing, call: Call): Promise<boolean> {
  const standing = await readObject(desk, path, call)
  if (standing === undefined) throw vanished()
  if (meaningOf(desk.kind, standing.bytes) === out.hash) return false
  try {
    return differences(desk.kind, out.bytes, standing.bytes).length > 0
  } catch {
    return true
  }
}

const stands = (): Fault =>
  new Fault({
    reach: 'item',
    reason: 'stands-already',
    code: 'dav-stands-already',
    message: 'Something else of the same UID stands there, which Offramp has not written.',
  })

export const twin = (): Fault =>
  new Fault({
    reach: 'item',
    reason: 'double-at-source',
    code: 'dav-double-at-source',
    message: 'Another item of this source with the same UID and the same content stands there already.',
  })

const vanished = (): Fault =>
  new Fault({ reach: 'call', code: 'dav-vanished', message: 'What stood at its address a moment ago is not there any more.' })

const taken = ({ server }: Desk): Fault =>
  new Fault({
    reach: 'item',
    reason: 'refused-by-destination',
    code: 'dav-uid-taken',
    message: `${server.says} says that its UID is taken, and does not show by what: perhaps by something deleted, or in a calendar that this account cannot see.`,
  })

export function placeGone(desk: Desk, place: string): Fault {
  desk.places.forget()
  return new Fault({
    reach: 'call',
    code: 'dav-place-gone',
    message: `The collection ${nameIn(place.replace(/\/$/, ''))} is not there any more; it is made again.`,
    connection: true,
    unwritten: true,
  })
}
