import { createHash } from 'node:crypto'

/** A name space of our own, drawn once (RFC 9562, 5.5). It must never change: items would arrive a second time. */
const SPACE = Buffer.from('0f6f66667261456d8f3a6d6967726174', 'hex')

/** A UID that the same parts give every time, in the form of a UUID of version 5. */
export function derivedUid(...parts: readonly string[]): string {
  const name = parts.map((part) => `${Buffer.byteLength(part)}:${part}`).join('')
  const hash = createHash('sha1').update(SPACE).update(name).digest().subarray(0, 16)
  hash.writeUInt8((hash.readUInt8(6) & 0x0f) | 0x50, 6)
  hash.writeUInt8((hash.readUInt8(8) & 0x3f) | 0x80, 8)
  return hash.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}
