import type { Account, Call, Clock } from '@offramp/core'
import type { Google } from './client.ts'
import { BOUNDS } from './mail-bodies.ts'
import { copiesOf, isChat, type Policy } from './mail-homes.ts'
import { MailReader } from './mail-reader.ts'
import { readLabelSets } from './mail-relist.ts'

/** Every label of these is listed, 5 units for 500 messages: so many mailboxes, and messages in them together, tell enough. */
const MOST_MAILBOXES = 20
const MOST_MESSAGES = 50_000

export interface Counted {
  readonly account: Account
  readonly messages: number
}

export interface Factor {
  /** Copies of a message on average. */
  readonly copies: number
  /** Mailboxes that were looked at. */
  readonly of: number
}

/** The smallest first, so that many kinds of people are among them. At least one. */
function sampleOf(mailboxes: readonly Counted[]): readonly Counted[] {
  let messages = 0
  return [...mailboxes]
    .sort((a, b) => a.messages - b.messages)
    .filter((each, at) => {
      messages += each.messages
      return at === 0 || (at < MOST_MAILBOXES && messages <= MOST_MESSAGES)
    })
}

/**
 * How many copies a message has on average where each label gets one. Counts of labels alone do not tell: what has no label is in none, and
 * would hide as many copies of others.
 */
export async function copiesFactor(
  google: Google,
  mailboxes: readonly Counted[],
  on: { readonly policy: Policy; readonly clock: Clock; readonly call: Call },
): Promise<Factor> {
  const policy: Policy = { ...on.policy, labels: 'copies' }
  const sample = sampleOf(mailboxes.filter(({ messages }) => messages > 0))
  let copies = 0
  let messages = 0
  for (const { account } of sample) {
    const reader = new MailReader({ mailbox: google.mailbox(account), policy, bounds: BOUNDS, clock: on.clock })
    const sets = await readLabelSets(reader, on.call)
    const labels = await reader.labels(on.call)
    for (const id of sets.ids) {
      const message = sets.of(id)
      if (isChat(message.labelIds)) continue
      messages++
      copies += copiesOf(message, labels, policy).length
    }
  }
  return { copies: messages === 0 ? 1 : copies / messages, of: sample.length }
}
