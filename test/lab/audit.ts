import { createHash } from 'node:crypto'
import type { MailboxControl, MessageTruth } from '@offramp/emulators'
import type { RawImap } from '../servers/raw-imap.ts'

/** What an audit of one mailbox came to. */
export interface Audit {
  readonly expected: number
  readonly found: number
  /** At the source and not at the destination, by subject. */
  readonly lost: readonly string[]
  /** At the destination more often than at the source. */
  readonly doubled: readonly string[]
}

/** What must be the same at both ends for a message to count as moved. */
interface Fingerprint {
  readonly key: string
  readonly says: string
}

const DAY = 86_400

/**
 * Compares a mailbox of the emulated tenant with the real server's, by bytes, received date, `\Seen` and `\Flagged`, with a client that shares
 * no code with Offramp. `unmovable`: ids that the source cannot deliver, which Offramp must have listed instead.
 */
export async function audit(source: MailboxControl, destination: RawImap, unmovable: ReadonlySet<string> = new Set()): Promise<Audit> {
  const expected: Fingerprint[] = []
  for (const message of await source.messages()) {
    if (unmovable.has(message.id)) continue
    expected.push(fromTruth(message, await source.bytes(message.id)))
  }
  const found: Fingerprint[] = []
  for (const mailbox of await destination.list()) {
    for (const { flags, internalDate, bytes } of await destination.messages(mailbox)) {
      const seconds = Date.parse(internalDate.trim().replace(/^(\d+)-(\w+)-(\d+)/, '$1 $2 $3')) / 1000
      const has = (flag: string): boolean => flags.some((each) => each.toLowerCase() === flag)
      found.push({
        key: keyOf(bytes, seconds, { read: has('\\seen'), flagged: has('\\flagged') }),
        says: `${mailbox}: ${subjectOf(bytes)}`,
      })
    }
  }
  return { expected: expected.length, found: found.length, lost: moreOften(expected, found), doubled: moreOften(found, expected) }
}

function fromTruth(message: MessageTruth, bytes: Uint8Array): Fingerprint {
  // Dovecot keeps no date before 1970 and none in the future; Offramp clamps and says so.
  const seconds = Math.min(Math.max(Math.floor(message.receivedAt / 1000), DAY), Math.floor(Date.now() / 1000))
  const key = keyOf(asStored(bytes), seconds, { read: message.read, flagged: message.flag === 'flagged' })
  return { key, says: `${message.folder.join('/')}: ${message.subject}` }
}

const keyOf = (bytes: Uint8Array, seconds: number, marks: { readonly read: boolean; readonly flagged: boolean }): string =>
  `${createHash('sha256').update(bytes).digest('hex')} ${seconds} ${marks.read ? 'S' : ''}${marks.flagged ? 'F' : ''}`

/** Lines as mail has them, and NUL as Dovecot 2.3 keeps it (0x80). */
const asStored = (bytes: Uint8Array): Uint8Array =>
  Buffer.from(
    Buffer.from(bytes)
      .toString('latin1')
      .replace(/(?<!\r)\n/g, '\r\n')
      .replaceAll('\0', '\u0080'),
    'latin1',
  )

const subjectOf = (bytes: Buffer): string => /^Subject:(.*)$/im.exec(bytes.toString('latin1', 0, 4_000))?.[1]?.trim() ?? '(no subject)'

/** Those of `some` that occur more often there than in `others`. */
function moreOften(some: readonly Fingerprint[], others: readonly Fingerprint[]): readonly string[] {
  const left = new Map<string, number>()
  for (const { key } of others) left.set(key, (left.get(key) ?? 0) + 1)
  return some.flatMap(({ key, says }) => {
    const more = left.get(key) ?? 0
    left.set(key, more - 1)
    return more > 0 ? [] : [says]
  })
}
