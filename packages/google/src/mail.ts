import { type Account, type Call, type Clock, Fault, type Listing, type ListingsCall, type Log, type Source } from '@offramp/core'
import { numberOf, parseObject, textOf } from '@offramp/wire'
import type { GmailClient, Google } from './client.ts'
import { BOUNDS, type Bounds } from './mail-bodies.ts'
import { decodePosition, encodePosition, madeBy, type Position, stillMade } from './mail-cursor.ts'
import { deltaPage } from './mail-delta.ts'
import { FirstPass } from './mail-first.ts'
import { MAIL_TRAITS, type Policy } from './mail-homes.ts'
import { collectionsOf } from './mail-labels.ts'
import { measure, messagesIn } from './mail-measure.ts'
import { MailReader } from './mail-reader.ts'
import { census, Relisting } from './mail-relist.ts'

interface MailServices {
  readonly clock: Clock
  readonly log: Log
  readonly policy: Policy
  /** Bytes of a mailbox, where a report has told them. */
  readonly bytesOf?: (address: string) => number | undefined
  /** How much is held in memory. */
  readonly bounds?: Bounds
}

interface Profile {
  readonly history: string
  readonly messages: number | undefined
}

/** One mailbox's mail, read by delegation. The whole mailbox is one listing; labels are its collections. */
export function mailSource(google: Google, account: Account, { clock, log, policy, bytesOf, bounds = BOUNDS }: MailServices): Source {
  const mailbox = google.mailbox(account)
  const reader = new MailReader({ mailbox, policy, bounds, clock, note: (message) => log.warn({}, message) })
  const first = new FirstPass(reader)
  const relisting = new Relisting(reader)
  /** Asked for with the listing; the walk that follows begins there. */
  let profile: Profile | undefined

  async function history(call: Call): Promise<string> {
    const { history } = profile ?? (await readProfile(mailbox, call))
    profile = undefined
    return history
  }

  async function* listings(call: ListingsCall): AsyncGenerator<Listing> {
    const since = call.bare ? changesAfter(call.after?.('gmail')) : undefined
    const labels = await (since === undefined ? reader.askLabels(call) : reader.askLabelsAndChanges(since, call))
    const made = madeBy(policy, labels.prints)
    const listing = { id: 'gmail', collections: collectionsOf(labels, policy), again: encodePosition({ mode: 'relist', ...made }) }
    // Nothing but the labels has to be asked for anew, and the changes.
    if (call.bare) return void (yield listing)
    profile = await readProfile(mailbox, call)
    const chats = labels.known.has('CHAT') ? await messagesIn(mailbox, 'CHAT', call) : 0
    first.expectChats(chats)
    const bytes = bytesOf?.(account.name)
    yield {
      ...listing,
      ...(profile.messages === undefined ? {} : { items: Math.max(0, profile.messages - chats) }),
      ...(bytes === undefined ? {} : { bytes }),
    }
    if (chats > 0) yield { id: 'chats', collection: { id: 'CHAT', path: ['Chats'] }, items: chats, skip: 'not-offered' }
  }

  async function positionFrom(after: string | undefined, call: Call): Promise<Position> {
    const made = madeBy(policy, (await reader.labels(call)).prints)
    if (after === undefined) {
      first.restart()
      return { mode: 'first', ...made, history: await history(call) }
    }
    const position = decodePosition(after)
    if (isCopies(position.policy) !== isCopies(made.policy)) throw wouldDouble(mailbox, position.policy)
    // Under another policy, or with a label that was renamed, messages belong elsewhere without having changed.
    return stillMade(position, made) ? position : { mode: 'relist', ...made }
  }

  return {
    name: `google mail ${account.name}`,
    profile: { kind: 'mail', offers: MAIL_TRAITS },
    listings,

    async page(_listing, after, limit, call) {
      call.signal.throwIfAborted()
      const position = await positionFrom(after, call)
      reader.bodies.turn()
      const asked = { limit: Math.max(1, limit), bounds, call }
      if (position.mode === 'first') return first.next(position, asked)
      if (position.mode === 'delta') return deltaPage(reader, position, asked)
      return relisting.next({ ...position, history: position.history ?? (await history(call)) }, asked)
    },

    open: (ref, call) => reader.open(ref, call),
    census: (_listing, call) => census(reader, call),
    measure: (call) => measure(reader, call),
    close: async () => reader.bodies.end(),
  }
}

/** Where changes are what a cursor goes on with. */
function changesAfter(cursor: string | undefined): string | undefined {
  const { mode, history } = parseObject(cursor ?? '')
  return mode === 'delta' ? textOf(history) : undefined
}

const isCopies = (policy: string): boolean => policy.startsWith('copies')

/** With `copies` an item is a message under a label, and otherwise a message: what one policy has written is nothing to the other. */
const wouldDouble = ({ about }: GmailClient, before: string): Fault =>
  new Fault({
    reach: 'run',
    code: 'google-labels-changed',
    message: `What was moved of ${about} was moved with \`labels: ${before.replace('-', '')}\`. As the setting is now, messages would stand twice in their folders.`,
    remedy: `Write \`labels: ${before.replace('-', '')}\` again, then: offramp resume. Or begin anew, with a project of another name and empty mailboxes at the destination.`,
  })

/** 1 unit. Taken before anything is listed, its history id is where changes begin that the listing may have missed. */
async function readProfile(mailbox: GmailClient, call: Call): Promise<Profile> {
  const answer = await mailbox.json(
    { method: 'getProfile', asks: 'mailbox', send: (users, common, options) => users.getProfile({ ...common, userId: 'me' }, options) },
    call,
  )
  return { history: textOf(answer['historyId']) ?? '1', messages: numberOf(answer['messagesTotal']) }
}
