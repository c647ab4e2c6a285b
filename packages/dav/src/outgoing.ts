import { type Call, entryKey, Fault, type Item } from '@offramp/core'
import { derivedUid, readMeaning } from '@offramp/formats'
import { fitAttachments } from './attachments.ts'
import { type Desk, HASHES } from './desk.ts'
import { withClientAgent, withDuration, withUid } from './edit-calendar.ts'
import { ITEM_BYTES, NEXTCLOUD_CHARACTERS } from './limits.ts'
import { objectName } from './names.ts'
import { fitPhoto } from './photo.ts'
import { withSeal } from './seal.ts'

/** An item made ready for one server. */
export interface Outgoing {
  readonly uid: string
  readonly name: string
  readonly bytes: Uint8Array
  /** Of what it means, as it is sent. */
  readonly hash: string
  /** Whose it is: `entryKey` of the item, as the seal in `bytes` has it. */
  readonly key: string
  readonly losses: readonly string[]
}

export const OTHER_UID =
  'It was written under a UID of its own, because something else has its UID already: later changes by its organiser will not reach it.'
export const SHORT_UID =
  'It was written under a shorter UID, because the server keeps none of more than 255 characters: later changes by its organiser will not reach it.'
export const ONE_MINUTE = 'It takes no time at the source, and one minute here: the server refuses events without a duration.'

export async function collect(item: Item, call: Call): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  let length = 0
  for await (const part of item.body(call)) {
    length += part.length
    if (length > ITEM_BYTES) throw tooLarge(length, ITEM_BYTES)
    parts.push(part)
  }
  return Buffer.concat(parts)
}

const tooLarge = (bytes: number, most: number): Fault =>
  new Fault({
    reach: 'item',
    reason: 'too-large',
    code: 'dav-too-large',
    message: `It has ${bytes} bytes or more, and the server takes ${most}.`,
  })

/** Reads the item and fits it to the server: guests marked where that is the method, attachments and photos as small as they must be. */
export async function outgoingOf(desk: Desk, item: Item, most: number | undefined, call: Call): Promise<Outgoing> {
  const raw = await collect(item, call)
  const meaning = readMeaning(desk.kind, raw)
  const marked = desk.kind === 'event' && desk.silence.marksGuests ? withClientAgent(raw) : raw
  const limit = most ?? Number.POSITIVE_INFINITY
  const { bytes, losses } =
    desk.kind === 'contact'
      ? await fitPhoto(marked, desk.settings.choices?.contacts?.photoPixels)
      : await fitAttachments(marked, limit, desk.files, call)
  if (bytes.length > limit) throw tooLarge(bytes.length, limit)
  const hash = bytes === raw ? meaning.hash() : HASHES[desk.kind](bytes)
  return shortened(desk, sealed(desk, { uid: meaning.uid, key: entryKey(item.id), losses, hash }, bytes))
}

/** Under a UID that the server can keep: the same for the same one, so that what is one stays one. */
function shortened(desk: Desk, out: Outgoing): Outgoing {
  const { kind } = desk.server
  const tooLong = (kind === 'nextcloud' || kind === 'owncloud') && [...out.uid].length > NEXTCLOUD_CHARACTERS
  return tooLong ? underUid(desk, out, derivedUid(out.uid), SHORT_UID) : out
}

/** With its name and its seal. */
function sealed(desk: Desk, facts: Pick<Outgoing, 'uid' | 'key' | 'losses' | 'hash'>, bytes: Uint8Array): Outgoing {
  return { ...facts, name: objectName(facts.uid, desk.kind), bytes: withSeal(bytes, facts) }
}

/** The same under another UID, with the loss that this is. */
export function underUid(desk: Desk, { bytes, key, losses }: Outgoing, uid: string, loss = OTHER_UID): Outgoing {
  const other = withUid(bytes, uid)
  return sealed(desk, { uid, key, losses: [...losses, loss], hash: HASHES[desk.kind](other) }, other)
}

/** The same with a duration; undefined where it has one. */
export function lasting(desk: Desk, { uid, key, losses, ...out }: Outgoing): Outgoing | undefined {
  const bytes = desk.kind === 'event' ? withDuration(out.bytes) : undefined
  return bytes && sealed(desk, { uid, key, losses: [...losses, ONE_MINUTE], hash: HASHES[desk.kind](bytes) }, bytes)
}
