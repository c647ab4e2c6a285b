import { Fault, type FaultFacts } from '@offramp/core'
import type { ResponseFacts } from '@offramp/wire'
import { CREATION_MS, MAINTENANCE_MS, SHARES_MS } from './limits.ts'
import { descend, type Element, parseXml } from './read-xml.ts'

/** What a request is for, so that one status can mean several things. */
/** `upload`: bytes of a file, or a chunk of one. `folder`: a folder of files. `assemble`: a file from its chunks. `new-share`: one more share. */
export type Asks =
  | 'discover'
  | 'look'
  | 'put'
  | 'remove'
  | 'make'
  | 'move'
  | 'share'
  | 'new-share'
  | 'file'
  | 'upload'
  | 'folder'
  | 'assemble'
  | 'date'

/** What a server said when it refused, as far as it could be read. */
export interface Said {
  readonly status: number
  /** Names of preconditions (`C:no-uid-conflict`). */
  readonly conditions: readonly string[]
  /** The server's own words, shortened. */
  readonly words: string
  /** Where it says that another object is, or that the client should go. */
  readonly href: string | undefined
  /** How the server wants to be logged in to. */
  readonly challenge?: string
}

/** A refusal that its caller may have an answer to. */
export class DavRefusal extends Fault {
  readonly said: Said

  constructor(facts: FaultFacts, said: Said) {
    super(facts)
    this.name = 'DavRefusal'
    this.said = said
  }
}

export const isRefusal = (thrown: unknown, ...statuses: readonly number[]): thrown is DavRefusal =>
  thrown instanceof DavRefusal && (statuses.length === 0 || statuses.includes(thrown.said.status))

interface About extends Said {
  readonly asks: string | undefined
  /** Whom it is about, and at which host. */
  readonly about: string
  readonly host: string
  readonly now: number
}

interface Row {
  readonly status: readonly number[]
  readonly asks?: readonly Asks[]
  /** Of conditions and words. */
  readonly says?: RegExp
  readonly fault: (about: About) => FaultFacts
}

const quoted = ({ words, status }: About): string => (words === '' ? `status ${status}` : `"${words}" (status ${status})`)

const item =
  (code: string, reason: 'refused-by-destination' | 'too-large' = 'refused-by-destination') =>
  (about: About): FaultFacts => ({ reach: 'item', reason, code, message: `The server refuses it: ${quoted(about)}.` })

const call =
  (code: string) =>
  (about: About): FaultFacts => ({ reach: 'call', code, message: `${about.host} answered ${quoted(about)} (${about.about}).` })

const account =
  (code: string, message: string, remedy: string) =>
  (about: About): FaultFacts => ({
    reach: 'account',
    code,
    message: `${message.replace('%s', about.about)} The server says ${quoted(about)}.`,
    remedy,
  })

/** In order; the first that fits. Status 429, 503 with Retry-After and other 5xx are what they are everywhere, and `wire` knows them. */
const TABLE: readonly Row[] = [
  {
    status: [401],
    fault: account(
      'dav-login-refused',
      'The login was refused for %s. It is not tried again with the same password: Nextcloud slows down everybody who comes from this address after a few failures.',
      'Correct the password; where two-step sign-in is on, make an app password. On Nextcloud, `occ security:bruteforce:reset <address>` ends the penalty.',
    ),
  },
  {
    status: [429],
    asks: ['make'],
    fault: ({ now }) => ({
      reach: 'gate',
      code: 'dav-creation-rate',
      message:
        'The server lets an account make only so many calendars and address books in an hour (Nextcloud: 10). To move faster: occ config:app:set dav rateLimitCalendarCreation --value=100, or rateLimitAddressBookCreation.',
      until: now + CREATION_MS,
    }),
  },
  {
    status: [429],
    asks: ['new-share'],
    fault: ({ now }) => ({
      reach: 'gate',
      code: 'dav-share-rate',
      message:
        'The server lets an account make only so many shares in a while (Nextcloud 32: 20 in ten minutes). To share faster, for as long as it takes: occ config:system:set ratelimit.protection.enabled --type=boolean --value=false.',
      until: now + SHARES_MS,
    }),
  },
  {
    status: [403, 507],
    asks: ['make'],
    says: /limit reached|maximum.*(calendar|address)/i,
    fault: account(
      'dav-collection-limit',
      'No more calendars or address books may be made for %s.',
      'On Nextcloud: occ config:app:set dav maximumCalendarsSubscriptions --value=-1 (address books: maximumAdressbooks, spelled so). Then resume.',
    ),
  },
  {
    status: [507],
    fault: account('dav-over-quota', 'The storage of %s is full.', 'Give the account more room, then resume.'),
  },
  {
    status: [403, 413],
    says: /quota-not-exceeded|sufficient.*quota|over quota/i,
    fault: account('dav-over-quota', 'The storage of %s is full.', 'Give the account more room, then resume.'),
  },
  { status: [413], asks: ['put', 'file', 'upload', 'assemble'], fault: item('dav-too-large', 'too-large') },
  {
    status: [400, 403],
    asks: ['put', 'file', 'upload', 'assemble'],
    says: /max-resource-size|max-attachment-size|size_limit|too (big|large)|exceeds.*(size|limit)|larger than/i,
    fault: item('dav-too-large', 'too-large'),
  },
  {
    status: [403],
    says: /need-privileges|privilege|NotAuthorized/i,
    fault: account(
      'dav-not-permitted',
      'The login of %s may not do this.',
      'Check that the calendar, address book or folder is not shared read-only, and the rights of the login.',
    ),
  },
  {
    status: [400, 403, 409],
    asks: ['put', 'move'],
    says: /uid.*(already|exists|conflict|duplicate)|unique-scheduling/i,
    fault: item('dav-uid-taken'),
  },
  // Nextcloud lets its database say it (seen with 32.0.1): of a MOVE to where the UID stands, the trash bin included, and of two PUTs at once.
  { status: [500], asks: ['put', 'move'], says: /SQLSTATE\[23\d{3}\].*uid|duplicate (key|entry).*uid/i, fault: item('dav-uid-taken') },
  // What sabre cannot expand it answers with an error of its own (seen with Nextcloud 32.0.1), and would as often as it is asked.
  {
    status: [500],
    asks: ['put'],
    says: /MaxInstancesExceeded|only allowed to generate \d+|InvalidDataException|NoInstancesException/,
    fault: item('dav-refused'),
  },
  {
    status: [403, 409, 412],
    asks: ['put'],
    says: /valid-|supported-|(calendar|address)-data|-resource|min-date|max-date|max-instances|max-attendees/,
    fault: item('dav-refused'),
  },
  // Fewer bytes came than were announced, or chunks are missing: nothing that the file could help.
  { status: [400], asks: ['upload', 'assemble'], says: /expected filesize|do not sum up|chunk/i, fault: call('dav-incomplete') },
  // SabreDAV and Nextcloud have no upload folder, parent or chunk there.
  { status: [400, 415, 422], asks: ['put', 'upload', 'assemble', 'folder'], fault: item('dav-refused') },
  { status: [403], asks: ['upload', 'assemble', 'folder'], fault: item('dav-refused') },
  { status: [403], asks: ['put'], says: /\S/, fault: item('dav-refused') },
  {
    status: [301, 302, 303, 307, 308],
    asks: ['look', 'put', 'make', 'move', 'remove', 'share', 'new-share', 'file', 'upload', 'folder', 'assemble', 'date'],
    fault: account(
      'dav-redirected',
      'The server sends %s to another address.',
      'Write the address to which it leads as `url` of this destination.',
    ),
  },
  { status: [301, 302, 303, 307, 308], fault: call('dav-elsewhere') },
  {
    status: [423],
    fault: (about) => ({
      reach: 'call',
      code: 'dav-locked',
      message: `${about.host} answered ${quoted(about)} (${about.about}): somebody, or a program there, has it open. It is tried again in the next pass.`,
    }),
  },
  {
    status: [503],
    fault: ({ now, host }) => ({
      reach: 'gate',
      code: 'dav-unavailable',
      message: `${host} is in maintenance or overloaded.`,
      until: now + MAINTENANCE_MS,
    }),
  },
  { status: [404, 410], fault: call('dav-not-there') },
  { status: [412], fault: call('dav-precondition') },
  { status: [405, 501], fault: call('dav-not-able') },
]

const WORDS = 200

const tidy = (text: string): string => text.replace(/\s+/g, ' ').trim().slice(0, WORDS)

function elementsOf(body: string): readonly Element[] {
  if (!/^\s*</.test(body) || /<html/i.test(body.slice(0, 500))) return []
  try {
    return parseXml(body)
  } catch {
    return []
  }
}

/** What an error's body says: DAV's XML with preconditions, sabre's message, or a line of text. HTML pages say nothing that helps. */
function read(body: string, status: number, location: string | undefined): Said {
  const parts = elementsOf(body)
  const isText = !/^\s*</.test(body)
  const words = parts.filter(({ name }) => name === 'S:message' || name === 'D:responsedescription').map(({ text }) => text)
  const sabre = parts.filter(({ name }) => name === 'S:exception').map(({ text }) => text.replace(/^.*\\/, ''))
  const conditions = parts
    .filter(({ name }) => !name.startsWith('S:'))
    .flatMap((part) => [part.name, ...part.children.map(({ name }) => name)])
  const href = parts.flatMap((part) => [...descend(part, 'D:href')]).map(({ text }) => text.trim())[0]
  return { status, conditions, words: tidy([...sabre, ...words, ...(isText ? [body] : conditions)].join(': ')), href: href ?? location }
}

/** Fault of an answer that is not 2xx. Undefined where the status alone says it all. */
export function classify(facts: ResponseFacts, host: string): Fault | undefined {
  const { status, asks, about, now } = facts
  const challenge = facts.headers['www-authenticate']
  const said = { ...read(facts.body, status, facts.headers['location']), ...(challenge === undefined ? {} : { challenge }) }
  const row = TABLE.find(
    (one) =>
      one.status.includes(status) &&
      (one.asks === undefined || one.asks.some((ask) => ask === asks)) &&
      (one.says === undefined || one.says.test(`${said.conditions.join(' ')} ${said.words}`)),
  )
  if (row === undefined && status < 500 && status !== 429)
    return new DavRefusal(call('dav-refused-unknown')({ ...said, asks, about, host, now }), said)
  if (row === undefined || (status === 503 && facts.retryAfterMs !== undefined)) return undefined
  const fault = row.fault({ ...said, asks, about, host, now })
  return fault.reach === 'gate' ? new Fault(fault) : new DavRefusal(fault, said)
}
