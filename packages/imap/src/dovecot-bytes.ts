const CR = 13
const LF = 10

/** Whether one of the byte patterns is in it that Dovecot stores otherwise. */
export const isFragile = (bytes: Buffer): boolean => bytes.at(-1) === CR || bytes.includes(0) || bytes.includes('\r\r\n')

/**
 * The bytes as Dovecot 2.3.19 gives them back from Maildir: 0x80 for NUL, one CR fewer where more than one stands before a line feed, and none
 * at the very end. Everything else is as it was sent. Returns its argument where nothing changes.
 */
export function asDovecotKeeps(bytes: Buffer): Buffer {
  if (!isFragile(bytes)) return bytes
  const out = Buffer.alloc(bytes.length)
  let to = 0
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at] ?? 0
    const next = bytes[at + 1]
    if (byte === CR && (next === undefined || (next === CR && bytes[at + 2] === LF))) continue
    out[to++] = byte === 0 ? 0x80 : byte
  }
  return out.subarray(0, to)
}
