import { createHash } from 'node:crypto'

/** File systems take 255 bytes; this leaves room for the mark. */
const MOST = 120

/** Names that Windows keeps for devices, with any ending. */
const DEVICE = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i

const mark = (name: string): string => createHash('sha256').update(name).digest('hex').slice(0, 8)

/**
 * A folder's name for an account, safe wherever it is unpacked: lower-case ASCII, no separator, no leading dot. Whatever had to be changed ends
 * in a mark of the whole, so that two accounts never share a folder.
 */
export function folderNameOf(account: string): string {
  const lower = account.toLowerCase()
  const plain = lower
    .replaceAll(/[^a-z0-9@._+-]/g, '_')
    .replace(/^[.+-]+/, '_')
    .replace(/\.+$/, '_')
  const safe = plain === '' || DEVICE.test(plain) ? `_${plain}` : plain
  return safe === lower && safe.length <= MOST ? safe : `${safe.slice(0, MOST)}~${mark(lower)}`
}
