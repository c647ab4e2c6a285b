import {
  asFault,
  type Collection,
  type Entry,
  entryKey,
  Fault,
  type Item,
  type ItemRef,
  type Lease,
  type Listing,
  REASONS,
  type Reason,
  type Receipt,
  versionKey,
} from '@offramp/core'
import type { Exception, LaneBalance, Verify } from '../contract.ts'
import { walkAnew } from '../listings.ts'
import { leftToName } from '../notes.ts'
import { Balance } from './balance.ts'
import { type Checking, checkCopy } from './check-copy.ts'
import { readCopies } from './copies.ts'
import { Homes } from './homes.ts'

/** Refs asked of a page. */
const PAGE_ITEMS = 200

/** A cursor that dies this often in one verification is given up. */
const MOST_REWINDS = 3

interface Verifying extends Checking {
  readonly balance: Balance
  /** Keys of items that the source has shown: 14 characters each. */
  readonly seen: Set<string>
  readonly lease: Lease | undefined
  hashed: number
}

const nameOf = ({ path }: Collection): string => (path.length === 0 ? '/' : path.join(' / '))

const nameOfListing = ({ id, collection }: Listing): string => (collection ? nameOf(collection) : id)

/** See `Verify`. */
export const verify: Verify = async (request, lease, call) => {
  const copies = await readCopies(request, call)
  const { homes, notes } = await request.ledger.books(request.lane)
  const verifying: Verifying = {
    request,
    lease,
    call,
    copies,
    homes: new Homes(request.destination, homes),
    deep: sampler(request.sample),
    whole: (item) => (request.source.census ? request.source.open(item, call) : Promise.resolve(item)),
    balance: new Balance(),
    seen: new Set(),
    hashed: 0,
  }
  for await (const listing of request.source.listings(call)) await verifyListing(verifying, listing)
  for (const { place, left } of leftToName(notes, homes)) verifying.balance.except(leftBehind(place, left ?? ''))
  return balanceOf(verifying)
}

const leftBehind = (place: string, message: string): Exception => ({
  kind: 'left',
  collection: place,
  label: place.split('/').at(-1) ?? place,
  message,
})

function balanceOf({ request, balance, copies, seen, hashed }: Verifying): LaneBalance {
  let goneSince = 0
  for (const key of copies.arrived) if (!seen.has(key)) goneSince++
  return { lane: request.lane, collections: balance.collections(), hashed, goneSince, losses: balance.losses(), ...balance.exceptions() }
}

/** The same items each time, at least one a place: an entry's key is as good as a die. */
function sampler(share: number): Checking['deep'] {
  const places = new Set<string>()
  return ({ key }: Entry, { place }: Receipt) => {
    if (share <= 0) return false
    const first = !places.has(place)
    places.add(place)
    return first || Buffer.from(key, 'base64url').readUInt32BE(0) / 2 ** 32 < share
  }
}

async function verifyListing(verifying: Verifying, listing: Listing): Promise<void> {
  const { balance, lease } = verifying
  const name = nameOfListing(listing)
  if (listing.skip !== undefined) {
    countSkipped(balance.row(listing.id, name), listing)
    balance.except({ kind: 'skipped', collection: name, label: name, message: REASONS[listing.skip] })
    return
  }
  if (listing.collection) balance.row(listing.collection.id, name)
  for (const collection of listing.collections ?? []) balance.row(collection.id, nameOf(collection))
  await verifying.homes.ask(listing, verifying.call)
  const { census } = verifying.request.source
  const waiting = census
    ? await eachCounted(verifying, listing)
    : await eachPage(verifying, listing, (refs) => verifyPage(verifying, listing, { refs }))
  if (waiting > 0 && lease) await walkAnew(lease, listing)
}

/** What a view shows is counted where it is at home; anything else that is not walked is named by its number. */
function countSkipped(row: { source: number; skipped: Partial<Record<Reason, number>> }, { skip, items = 0 }: Listing): void {
  if (skip === undefined || skip === 'virtual' || items === 0) return
  row.source += items
  row.skipped[skip] = (row.skipped[skip] ?? 0) + items
}

/** The whole listing from its beginning. Answers with the sum of what `work` says. */
async function eachPage(
  { request, call }: Verifying,
  listing: Listing,
  work: (refs: readonly ItemRef[]) => Promise<number>,
): Promise<number> {
  let sum = 0
  let rewinds = 0
  for (let after: string | undefined; ; ) {
    call.signal.throwIfAborted()
    try {
      const page = await request.source.page(listing, after, PAGE_ITEMS, call)
      sum += await work(page.refs.filter(({ removed }) => !removed))
      if (page.last) return sum
      after = page.cursor
    } catch (thrown) {
      if (!(thrown instanceof Fault) || thrown.reach !== 'listing' || ++rewinds > MOST_REWINDS) throw thrown
      after = undefined
    }
  }
}

/** The same from the source's own count, which costs less than opening every item. */
async function eachCounted(verifying: Verifying, listing: Listing): Promise<number> {
  const { source } = verifying.request
  let sum = 0
  for await (const items of source.census?.(listing, verifying.call) ?? []) {
    verifying.call.signal.throwIfAborted()
    const told = new Map(items.map((item) => [item.id, item]))
    sum += await verifyPage(verifying, listing, { refs: items, told })
  }
  return sum
}

interface Refs {
  readonly refs: readonly ItemRef[]
  /** What the source has said of them already, by id. */
  readonly told?: ReadonlyMap<string, Item>
}

/** Answers with how many items are waiting to be copied. */
async function verifyPage(verifying: Verifying, listing: Listing, { refs, told }: Refs): Promise<number> {
  const { request, seen } = verifying
  const fresh = refs.filter(({ id }, at) => !seen.has(entryKey(id)) && refs.findLastIndex((ref) => ref.id === id) === at)
  const entries =
    fresh.length > 0
      ? await request.ledger.entries(
          request.lane,
          fresh.map(({ id }) => id),
        )
      : []
  let waiting = 0
  for (const [at, ref] of fresh.entries()) {
    seen.add(entryKey(ref.id))
    if ((await verifyItem(verifying, listing, { ref, entry: entries[at], told: told?.get(ref.id) })) === 'waiting') waiting++
  }
  request.report({ lane: request.lane, ...doing(listing), ...NOTHING, listed: fresh.length })
  return waiting
}

const NOTHING = { unchanged: 0, arrived: 0, rejected: 0, failed: 0, bytes: 0 }

const doing = ({ collection }: Listing) => (collection ? { doing: nameOf(collection) } : {})

interface Listed {
  readonly ref: ItemRef
  readonly entry: Entry | undefined
  readonly told: Item | undefined
}

/** One item of the source goes into exactly one term of the equation, or into the remainder. */
async function verifyItem(verifying: Verifying, listing: Listing, { ref, entry, told }: Listed): Promise<'waiting' | 'settled'> {
  const { balance } = verifying
  const item = told ?? (await open(verifying, ref, entry))
  // Deleted since the page was listed: it is no longer the source's.
  if (item === 'gone') return 'settled'
  const row = item ? balance.row(item.home.id, nameOf(item.home)) : balance.row(listing.id, nameOfListing(listing))
  row.source++
  const except = (kind: Exception['kind'], message: string): void =>
    balance.except({ kind, collection: row.name, label: entry?.label ?? item?.label ?? ref.id, message })
  const current = entry?.version === versionKey(item?.version ?? ref.version)
  if (!entry || entry.state === 'intended' || (!current && entry.state !== 'failed')) {
    except('waiting', whyWaiting(entry))
    return 'waiting'
  }
  if (entry.state === 'rejected' && entry.reason !== undefined) {
    row.skipped[entry.reason] = (row.skipped[entry.reason] ?? 0) + 1
    except('skipped', entry.message ?? entry.reason)
  } else if (entry.state === 'failed') {
    row.failed++
    except('failed', entry.message ?? 'It could not be copied.')
  } else if (item) await verifyCopy(verifying, { entry, item, row, except })
  else except('missing', 'The source cannot open it any more, so its copy could not be compared.')
  return 'settled'
}

function whyWaiting(entry: Entry | undefined): string {
  // An intent is no copy: the lane was stopped while it was being written, or before.
  if (entry === undefined || entry.state === 'intended') return 'It waits to be copied.'
  if (entry.state === 'arrived') return 'It has changed at the source since it was copied, and waits for the next pass.'
  return `${entry.message ?? 'It was not copied.'} It has changed at the source since, and waits for the next pass.`
}

interface Arrived {
  readonly entry: Entry
  readonly item: Item
  readonly row: { verified: number; bytes: number }
  except(kind: Exception['kind'], message: string): void
}

async function verifyCopy(verifying: Verifying, { entry, item, row, except }: Arrived): Promise<void> {
  const verdict = await checkCopy(verifying, entry, item)
  if (verdict.verified) row.verified++
  if (verdict.hashed) verifying.hashed++
  row.bytes += verdict.bytes
  for (const { kind, message } of verdict.remarks) except(kind, message)
  for (const loss of entry.losses ?? []) {
    verifying.balance.lessen(loss)
    except('lessened', loss)
  }
}

/** Undefined where it cannot be opened, as may be expected of what was skipped or has failed. */
async function open({ request, call }: Verifying, ref: ItemRef, entry: Entry | undefined): Promise<Item | 'gone' | undefined> {
  try {
    return await request.source.open(ref, call)
  } catch (thrown) {
    const fault = asFault(thrown)
    if (fault.reach === 'item') return fault.reason === 'gone' ? 'gone' : undefined
    if (fault.reach === 'call' && (entry?.state === 'failed' || entry?.state === 'rejected')) return undefined
    throw thrown
  }
}
