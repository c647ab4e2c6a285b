import { createHash } from 'node:crypto'
import type { GmailControl, GmailTruth, MailboxControl, MessageTruth } from '@offramp/emulators'
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

/** Two messages of one print are the same. */
export type Print = (message: Uint8Array) => string

export const bytePrint: Print = (message) => createHash('sha256').update(message).digest('hex')

/** `unmovable`: ids that the source cannot deliver, which Offramp must have listed instead. */
export type Auditor = (source: MailboxControl, destination: RawImap, unmovable?: ReadonlySet<string>) => Promise<Audit>

/**
 * Compares a mailbox of the emulated tenant with the real server's, by content, received date, `\Seen` and `\Flagged`, with a client that
 * shares no code with Offramp.
 */
export const auditBy =
  (print: Print): Auditor =>
  async (source, destination, unmovable = new Set()) => {
    const expected: Fingerprint[] = []
    for (const message of await source.messages()) {
      if (!unmovable.has(message.id)) expected.push(fromTruth(message, print(asStored(await source.bytes(message.id)))))
    }
    return compare(expected, destination, print)
  }

/** By every byte. */
export const audit = auditBy(bytePrint)

/** The same for a mailbox of the emulated Workspace domain: every message but chats, `copies` of each. */
export async function auditGmail(
  source: GmailControl,
  destination: RawImap,
  copies: (message: GmailTruth) => number = () => 1,
): Promise<Audit> {
  const expected: Fingerprint[] = []
  for (const message of await source.messages()) {
    if (message.labelIds.includes('CHAT')) continue
    const print = fromGmail(message, bytePrint(asStored(await source.bytes(message.id))))
    for (let n = copies(message); n > 0; n--) expected.push(print)
  }
  return compare(expected, destination, bytePrint)
}

async function compare(expected: readonly Fingerprint[], destination: RawImap, print: Print): Promise<Audit> {
  const found: Fingerprint[] = []
  for (const mailbox of await destination.list()) {
    for (const { flags, internalDate, bytes } of await destination.messages(mailbox)) {
      const seconds = Date.parse(internalDate.trim().replace(/^(\d+)-(\w+)-(\d+)/, '$1 $2 $3')) / 1000
      const has = (flag: string): boolean => flags.some((each) => each.toLowerCase() === flag)
      found.push({
        key: keyOf(print(bytes), seconds, { read: has('\\seen'), flagged: has('\\flagged') }),
        says: `${mailbox}: ${subjectOf(bytes)}`,
      })
    }
  }
  return { expected: expected.length, found: found.length, lost: moreOften(expected, found), doubled: moreOften(found, expected) }
}

/** Dovecot keeps no date before 1970 and none in the future; Offramp clamps and says so. Seconds. */
const kept = (ms: number): number => Math.min(Math.max(Math.floor(ms / 1000), DAY), Math.floor(Date.now() / 1000))

function fromGmail({ labelIds, labels, internalDate, subject }: GmailTruth, content: string): Fingerprint {
  const marks = { read: !labelIds.includes('UNREAD'), flagged: labelIds.includes('STARRED') }
  return { key: keyOf(content, kept(internalDate), marks), says: `${labels.join(', ') || labelIds.join(', ')}: ${subject}` }
}

function fromTruth(message: MessageTruth, content: string): Fingerprint {
  const key = keyOf(content, kept(message.receivedAt), { read: message.read, flagged: message.flag === 'flagged' })
  return { key, says: `${message.folder.join('/')}: ${message.subject}` }
}

const keyOf = (content: string, seconds: number, marks: { readonly read: boolean; readonly flagged: boolean }): string =>
  `${content} ${seconds} ${marks.read ? 'S' : ''}${marks.flagged ? 'F' : ''}`

/** Lines as mail has them, NUL as Dovecot 2.3 keeps it (0x80), and without a carriage return that ends everything, which it drops. */
const asStored = (bytes: Uint8Array): Uint8Array =>
  Buffer.from(
    Buffer.from(bytes)
      .toString('latin1')
      .replace(/(?<!\r)\n/g, '\r\n')
      .replaceAll('\0', '\u0080')
      .replace(/\r$/, ''),
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
