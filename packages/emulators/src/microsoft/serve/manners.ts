import type { Asked } from './asked.ts'
import type { TenantState } from './tenant-state.ts'

/** Kinds of requests whose answers hold, or whose path holds, ids of messages. */
const WITH_MESSAGE_IDS = new Set([
  'messages',
  'message',
  'delta',
  'value',
  'attachments',
  'attachment',
  'events',
  'event',
  'instances',
  'exceptions',
  'event-attachments',
  'contacts',
  'contact',
  'contact-delta',
  'photo',
])

/** Notes what a real tenant would let pass, and a migration would suffer from later. */
export function checkManners(
  state: TenantState,
  { asked, kind, mailbox }: { readonly asked: Asked; readonly kind: string; readonly mailbox: string | undefined },
): void {
  const agent = asked.headers['user-agent'] ?? ''
  if (!/^(?:NON)?ISV\|[^|]+\|[^|/]+\/\S+/.test(agent))
    state.violations.note(`User-Agent is not decorated as "ISV|Company|App/Version": "${agent}"`)
  if (mailbox !== undefined && WITH_MESSAGE_IDS.has(kind) && asked.prefer.ids !== 'immutable') {
    state.violations.note(`Prefer: IdType="ImmutableId" is missing from a request for ${kind}`)
  }
  if (kind === 'wrong-path') state.violations.note('asked for $value below a mail folder')
}
