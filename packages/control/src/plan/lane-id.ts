import { createHash } from 'node:crypto'
import type { Kind, LaneId } from '@offramp/core'

const ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567'

/** RFC 4648 base32 in small letters: safe as a job id and as a part of a key, and never all digits (BullMQ 6.7 refuses those). */
function base32(bytes: Uint8Array): string {
  let text = ''
  let bits = 0
  let value = 0
  for (const byte of bytes) {
    value = ((value << 8) | byte) & 0xfff
    bits += 8
    while (bits >= 5) {
      text += ALPHABET[(value >>> (bits - 5)) & 31] ?? ''
      bits -= 5
    }
  }
  return text
}

/** Who a lane is: the account at the source by its stable id, and what is carried. Not where it goes, which must not change under it. */
export interface LaneIdentity {
  /** Names the source: a tenant's id. */
  readonly source: string
  /** `Account.id`. */
  readonly account: string
  readonly kind: Kind
}

/**
 * `mail-…`: the same account has the same lane in every process and after every loss. 10 bytes of SHA-256 instead of the address, since
 * lanes are named in logs.
 */
export const laneId = ({ source, account, kind }: LaneIdentity): LaneId =>
  `${kind}-${base32(createHash('sha256').update(`${source}\n${account}\n${kind}`).digest().subarray(0, 10))}`

/** What a job may hold. */
export const isLaneId = (text: unknown): text is LaneId =>
  typeof text === 'string' && /^(mail|event|contact|task|file)-[a-z2-7]{16}$/.test(text)
