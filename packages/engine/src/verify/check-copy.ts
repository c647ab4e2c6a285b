import type { Call, Entry, Item, Receipt } from '@offramp/core'
import { contentHash } from '../content-hash.ts'
import type { VerifyRequest } from '../contract.ts'
import { copyKey, isSameCopy } from '../same-copy.ts'
import { type Copies, likeness, readBack } from './copies.ts'
import type { Homes } from './homes.ts'
import { alteredTraits } from './trait-check.ts'

/** What became of one item's copy. */
export interface Verdict {
  readonly verified: boolean
  readonly hashed: boolean
  readonly bytes: number
  readonly remarks: readonly { readonly kind: 'missing' | 'altered' | 'doubled' | 'waiting'; readonly message: string }[]
}

export interface Checking {
  readonly request: VerifyRequest
  readonly copies: Copies
  readonly homes: Homes
  readonly call: Call
  /** Whether the content of this one is read back. */
  deep(entry: Entry, receipt: Receipt): boolean
  /** All of an item of which the listing may have told only a part. */
  whole(item: Item): Promise<Item>
}

const said = (kind: 'missing' | 'altered' | 'doubled' | 'waiting', message: string) => ({ kind, message })

/** Compares an item that the ledger says has arrived with what stands at the destination. */
export async function checkCopy(checking: Checking, entry: Entry, listed: Item): Promise<Verdict> {
  const { copies, request } = checking
  const { receipt } = entry
  const standing = receipt && copies.owned.get(copyKey(receipt))
  if (!receipt || !standing) return checkMoved(checking, await checking.whole(listed), receipt)
  if (copies.shared.has(copyKey(receipt)))
    return none(said('doubled', 'Two items of the source own this one copy, so one of them is missing.'))
  const touched = receipt.memo !== undefined && standing.memo !== undefined && standing.memo !== receipt.memo
  if (standing.size !== receipt.size && !touched) {
    return none(said('altered', `The copy has ${standing.size} bytes, and had ${receipt.size} when it arrived.`))
  }
  await checking.homes.meet(listed, checking.call)
  const elsewhere = checking.homes.elsewhere(listed.home, receipt)
  if (elsewhere?.kind === 'waiting') return none(elsewhere)
  // A state that changed since it was written says that somebody was there, or the server itself; only the content tells which.
  const deep = touched || checking.deep(entry, receipt)
  const item = deep ? await checking.whole(listed) : listed
  const content = deep ? await checkContent(checking, item, receipt) : 'unread'
  if (content === 'gone') return none(said('missing', 'The copy was there a moment ago and is gone now.'))
  if (content === 'other' && touched) return { ...STAYS, bytes: standing.size }
  if (content === 'other') return none(said('altered', 'The copy reads back with other bytes than were sent.'))
  const late = [...receivedLate(request, item, standing.receivedAt), ...changedLate(request, item, standing.modifiedAt)]
  const traits = alteredTraits(request, item.traits, standing).map((message) => said('altered', message))
  const double = await doubleOf(checking, standing.like, receipt)
  return {
    verified: true,
    hashed: content === 'same',
    bytes: standing.size,
    remarks: [...(elsewhere ? [elsewhere] : []), ...late, ...traits, ...double],
  }
}

/** A person's change wins, and is told: what arrived was proved when it was written. */
const STAYS: Verdict = {
  verified: true,
  hashed: false,
  bytes: 0,
  remarks: [said('altered', 'Somebody has changed it at the destination since it arrived; it was left so.')],
}

const none = (...remarks: Verdict['remarks']): Verdict => ({ verified: false, hashed: false, bytes: 0, remarks })

/** Its receipt leads nowhere. A person may have moved it within the places that were walked. */
async function checkMoved(checking: Checking, item: Item, receipt: Receipt | undefined): Promise<Verdict> {
  const { request, copies, call } = checking
  const likes = receipt ? (copies.others.get(likeness(receipt.size, item.naturalKey)) ?? []) : []
  for (const other of likes) {
    const body = await readBack(request.destination, other, call)
    const sent = receipt?.hash ?? (await contentHash(request.destination, item.body(call)))
    if (!body || (await contentHash(request.destination, body)) !== sent) continue
    const remark = said('altered', `Somebody has moved it within the destination, to ${other.place}.`)
    return { verified: true, hashed: true, bytes: other.size, remarks: [remark] }
  }
  return none(said('missing', 'It arrived, and is not there any more: somebody has deleted it at the destination, or moved it away.'))
}

/** What reads back otherwise is read once more: a line that breaks in the middle of an answer may pass for the end of a message. */
async function checkContent({ request, call }: Checking, item: Item, receipt: Receipt): Promise<'same' | 'other' | 'gone'> {
  let meant = receipt.hash
  for (let reading = 1; ; reading++) {
    const body = await readBack(request.destination, receipt, call)
    if (!body) return 'gone'
    const there = await contentHash(request.destination, body)
    // An adopted copy has no hash of what was sent: then the source is read.
    meant ??= await contentHash(request.destination, item.body(call))
    if (there === meant) return 'same'
    if (reading === 2) return 'other'
  }
}

/** Seconds are what IMAP keeps. */
function receivedLate({ source, destination }: VerifyRequest, item: Item, there: number | undefined): Verdict['remarks'] {
  const told = source.profile.offers.includes('receivedAt') && destination.profile.keeps.includes('receivedAt')
  const { receivedAt } = item.traits
  if (!told || receivedAt === undefined || there === undefined) return []
  if (Math.floor(receivedAt / 1_000) === Math.floor(there / 1_000)) return []
  const [was, is] = [receivedAt, there].map((ms) => new Date(ms).toISOString())
  return [said('altered', `It was received ${was}, and the copy says ${is}.`)]
}

/** Seconds are what servers of files keep. */
function changedLate({ source, destination }: VerifyRequest, item: Item, there: number | undefined): Verdict['remarks'] {
  const told = source.profile.offers.includes('modifiedAt') && destination.profile.keeps.includes('modifiedAt')
  const { modifiedAt } = item.traits
  if (!told || modifiedAt === undefined || there === undefined) return []
  if (Math.floor(modifiedAt / 1_000) === Math.floor(there / 1_000)) return []
  const [was, is] = [modifiedAt, there].map((ms) => new Date(ms).toISOString())
  return [said('altered', `It was last changed ${was}, and the copy says ${is}.`)]
}

async function doubleOf({ request, copies, call }: Checking, like: string, receipt: Receipt): Promise<Verdict['remarks']> {
  const likes = (copies.others.get(like) ?? []).filter((other) => !isSameCopy(other, receipt))
  for (const other of likes) {
    const [one, two] = [await readBack(request.destination, receipt, call), await readBack(request.destination, other, call)]
    if (!one || !two || (await contentHash(request.destination, one)) !== (await contentHash(request.destination, two))) continue
    return [said('doubled', `An equal copy that no item owns stands in ${other.place}.`)]
  }
  return []
}
