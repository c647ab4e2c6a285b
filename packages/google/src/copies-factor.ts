import type { Account, Call, Clock } from '@offramp/core'
import type { Google } from './client.ts'
import { BOUNDS } from './mail-bodies.ts'
import type { Policy } from './mail-homes.ts'
import { measure, movableIn } from './mail-measure.ts'
import { MailReader } from './mail-reader.ts'

/** A label costs one unit; a handful of mailboxes tells enough. */
const MOST_MAILBOXES = 20

/** How many copies a message has on average where each label gets one. */
export async function copiesFactor(
  google: Google,
  accounts: readonly Account[],
  on: { readonly policy: Policy; readonly clock: Clock; readonly call: Call },
): Promise<number> {
  let copies = 0
  let messages = 0
  for (const account of accounts.slice(0, MOST_MAILBOXES)) {
    const mailbox = google.mailbox(account)
    const reader = new MailReader({ mailbox, policy: on.policy, bounds: BOUNDS, clock: on.clock })
    for await (const { items } of measure(reader, on.call)) copies += items
    messages += await movableIn(mailbox, on.call)
  }
  return messages === 0 ? 1 : Math.max(1, copies / messages)
}
