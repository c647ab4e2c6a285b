import { notUnderstood } from '../not-understood.ts'

/** The one UID in a calendar or a card. Fault `item`/`not-understood` where there is none, or more than one. */
export function uidOf(bytes: Uint8Array): string {
  const text = Buffer.from(bytes)
    .toString('utf8')
    .replaceAll(/\r?\n[ \t]/g, '')
  const uids = new Set([...text.matchAll(/^UID(?:;[^:\r\n]*)?:(.*?)\r?$/gim)].map((found) => found[1] ?? ''))
  const [uid] = uids
  if (uid === undefined || uid === '' || uids.size > 1) throw notUnderstood('It has no UID of its own, or more than one.')
  return uid
}
