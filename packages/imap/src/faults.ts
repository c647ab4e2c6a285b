import { Fault, type FaultFacts } from '@offramp/core'
import { BUSY_MS } from './limits.ts'

/** What imapflow 2.10 hangs on its errors, as far as it is looked at here. */
interface ImapError {
  readonly message: string
  /** `NO` or `BAD` when the server said so. */
  readonly status: string | undefined
  /** Response code, in upper case: `OVERQUOTA`. */
  readonly code: string | undefined
  /** The server's own words. */
  readonly text: string
  /** Node's or imapflow's code: `ECONNRESET`, `NoConnection`. */
  readonly errno: string | undefined
  readonly throttleMs: number | undefined
}

type Facts = Readonly<Record<string, unknown>>

const facts = (value: unknown): Facts => (typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value)) : {})

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)

/** `[CODE ...]` of a response line as imapflow parses it. */
export function responseCode(response: unknown): readonly unknown[] | undefined {
  const attributes = facts(response)['attributes']
  const section = Array.isArray(attributes) ? facts(attributes[0])['section'] : undefined
  return Array.isArray(section) ? section : undefined
}

export function readError(thrown: unknown): ImapError {
  const error = facts(thrown)
  const message = thrown instanceof Error ? thrown.message : String(thrown)
  const code = text(error['serverResponseCode']) ?? text(facts(responseCode(error['response'])?.[0])['value'])
  return {
    message,
    status: text(error['responseStatus']),
    code: code?.toUpperCase(),
    text: (text(error['responseText']) ?? text(error['response']) ?? text(error['reason']) ?? '').slice(0, 300),
    errno: text(error['code']),
    throttleMs: typeof error['throttleReset'] === 'number' ? error['throttleReset'] : undefined,
  }
}

/** Whom and what a fault speaks of. */
export interface Subject {
  readonly host: string
  readonly account: string
  /** Milliseconds since the Unix epoch. */
  readonly now: number
}

type Make = (words: string, subject: Subject) => Omit<FaultFacts, 'cause'>

const over: Make = (words, { account }) => ({
  reach: 'account',
  code: 'imap-over-quota',
  message: `The mailbox of ${account} is full: the server said "${words}".`,
  remedy: 'Give the mailbox a larger quota at the destination, or make room in it, and resume.',
})

const tooLarge: Make = (words) => ({
  reach: 'item',
  code: 'imap-too-large',
  reason: 'too-large',
  message: `The server takes no message of this size: "${words}".`,
})

const refused: Make = (words) => ({
  reach: 'item',
  code: 'imap-refused',
  reason: 'refused-by-destination',
  message: `The server refuses this message: "${words}".`,
})

const virus: Make = (words) => ({
  reach: 'item',
  code: 'imap-virus',
  reason: 'malware',
  message: `The server takes it for malware: "${words}".`,
})

const busy: Make = (words, { host, now }) => ({
  reach: 'gate',
  code: 'imap-busy',
  message: `${host} asks to come back later: "${words}".`,
  until: now + BUSY_MS,
})

const limit: Make = (words, { host, account, now }) => ({
  reach: 'gate',
  code: 'imap-connection-limit',
  message: `${host} has no connection left for ${account}: "${words}".`,
  until: now + BUSY_MS,
})

const forbidden: Make = (words, { account }) => ({
  reach: 'account',
  code: 'imap-not-permitted',
  message: `The login may not write to the mailbox of ${account}: "${words}".`,
  remedy: 'Give the login the rights to read, insert, change flags and create folders (on Dovecot with ACLs also for the master user).',
})

const placeGone: Make = (words) => ({
  reach: 'call',
  code: 'imap-place-gone',
  message: `The folder is not there any more: "${words}". It is made again at the next try.`,
  connection: true,
})

const admin: Make = (words, { account, host }) => ({
  reach: 'account',
  code: 'imap-contact-admin',
  message: `${host} cannot serve ${account}: "${words}".`,
  remedy: 'Ask whoever runs the mail server; its log says more.',
})

/** Dovecot 2.3 says so, among others, to everybody who writes into a mailbox that was deleted while it was open. */
const bug: Make = (words, { host, account }) => ({
  reach: 'call',
  code: 'imap-server-bug',
  message: `${host} ran into an error of its own for ${account}: "${words}".`,
})

/** RFC 5530 response codes and their like. A code that is not here says nothing certain. */
const BY_CODE: Readonly<Record<string, Make>> = {
  OVERQUOTA: over,
  TOOBIG: tooLarge,
  APPENDLIMIT: tooLarge,
  LIMIT: limit,
  INUSE: busy,
  UNAVAILABLE: busy,
  NOPERM: forbidden,
  CONTACTADMIN: admin,
  SERVERBUG: bug,
  TRYCREATE: placeGone,
  NONEXISTENT: placeGone,
}

/** Texts without a code. Cyrus 3.6: `NO Over quota`; the others as Dovecot 2.3, Cyrus 3.6 and imapsync's lists have them. */
const BY_TEXT: readonly (readonly [RegExp, Make])[] = [
  [
    /over ?quota|quota (?:limit|exceeded|will be exceeded)|exceed\w* .{0,20}quota|mailbox is full|find a bigger place|not enough (?:disk )?space/i,
    over,
  ],
  [
    /(?:maximum|max) (?:message )?size|larger than the maximum|message (?:is )?too (?:large|big)|size of appendable message|literal size|literal too (?:large|big)/i,
    tooLarge,
  ],
  [/virus|malware|infected/i, virus],
  [/zero.byte message|zero-length message|empty message|bare newlines|NUL characters|invalid header|line too long/i, refused],
  [/too many (?:simultaneous )?(?:connections|requests)|maximum number of connections|request is throttled|try again later/i, busy],
  [/read-only|permission denied|access denied/i, forbidden],
]

/** Dovecot 2.3 says `[LIMIT]` of too many connections and of too large a message, so that there the words decide. */
function make(error: ImapError): Make | undefined {
  const byText = BY_TEXT.find(([pattern]) => pattern.test(error.text))?.[1]
  const byCode = error.code === undefined ? undefined : BY_CODE[error.code]
  return error.code === 'LIMIT' && byText === tooLarge ? tooLarge : (byCode ?? byText)
}

/** The words that end a refusal: without Dovecot's times, which change from one to the next. */
const words = (error: ImapError): string => (error.text === '' ? error.message : error.text).replace(/ \([\d.]+ \+ [\d. +]+ secs\)\.?$/, '')

/** A command's failure. The unknown is `call`, and it is the connection's where no server answered. */
export function commandFault(thrown: unknown, doing: string, subject: Subject): Fault {
  if (thrown instanceof Fault) return thrown
  const error = readError(thrown)
  if (error.throttleMs !== undefined) {
    const facts = busy(words(error), subject)
    return new Fault({ ...facts, until: subject.now + error.throttleMs, cause: thrown })
  }
  if (error.status !== 'NO' && error.status !== 'BAD') return connectionLost(thrown, doing, subject)
  const known = make(error)
  if (known !== undefined) return new Fault({ ...known(words(error), subject), cause: thrown })
  const message = `${subject.host} answered ${error.status} while ${doing} for ${subject.account}: "${words(error)}".`
  return new Fault({ reach: 'call', code: 'imap-refused-unknown', message, cause: thrown })
}

/** The server hung up, or never answered. */
export function connectionLost(thrown: unknown, doing: string, subject: Subject): Fault {
  const error = readError(thrown)
  const why = error.text === '' ? error.message : `${error.message}: "${error.text}"`
  const message = `The connection to ${subject.host} was lost while ${doing} for ${subject.account} (${why}).`
  return new Fault({ reach: 'call', code: 'imap-connection-lost', message, connection: true, cause: thrown })
}

/** True where the words say that the flags, and not the message, are what the server does not take. */
export const isFlagRefusal = (fault: Fault): boolean =>
  /keyword|invalid system flag|\bflags?\b|tagging/i.test(readError(fault.cause).text) && readError(fault.cause).status !== undefined

/** The same refusal, blamed on the item: its neighbour has passed. */
export const blameItem = (fault: Fault): Fault =>
  fault.reach === 'item'
    ? fault
    : new Fault({ ...refused(words(readError(fault.cause)), { host: '', account: '', now: 0 }), cause: fault.cause })

export const emptyMessage = (): Fault => new Fault(refused('a message of zero bytes', { host: '', account: '', now: 0 }))

export const largerThan = (bytes: number, limitBytes: number): Fault =>
  new Fault({ ...tooLarge(`at most ${limitBytes} bytes, and it has ${bytes}`, { host: '', account: '', now: 0 }) })
