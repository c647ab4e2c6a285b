import { type Call, Fault, type Measured } from '@offramp/core'
import { numberOf } from '@offramp/wire'
import type { GmailClient } from './client.ts'
import { ARCHIVE, collectionsOf } from './mail-labels.ts'
import type { MailReader } from './mail-reader.ts'

/** 1 unit. 0 where there is no such label. */
export async function messagesIn(mailbox: GmailClient, label: string, call: Call): Promise<number> {
  try {
    const answer = await mailbox.json(
      {
        method: 'labels.get',
        asks: 'label',
        send: (users, common, options) => users.labels.get({ ...common, userId: 'me', id: label }, options),
      },
      call,
    )
    return numberOf(answer['messagesTotal']) ?? 0
  } catch (thrown) {
    if (thrown instanceof Fault && thrown.reason === 'gone') return 0
    throw thrown
  }
}

/** 1 unit. */
export async function messagesOf(mailbox: GmailClient, call: Call): Promise<number> {
  const answer = await mailbox.json(
    { method: 'getProfile', asks: 'mailbox', send: (users, common, options) => users.getProfile({ ...common, userId: 'me' }, options) },
    call,
  )
  return numberOf(answer['messagesTotal']) ?? 0
}

/** 2 units. Without old chats, which are listed among the messages and neither read nor moved. */
export async function movableIn(mailbox: GmailClient, call: Call): Promise<number> {
  const [all, chats] = await Promise.all([messagesOf(mailbox, call), messagesIn(mailbox, 'CHAT', call)])
  return Math.max(0, all - chats)
}

/**
 * Messages under each label, 1 unit a label. Gmail does not count what has no label: of the archive, at least as many are told as the labels
 * together leave over.
 */
export async function* measure(reader: MailReader, call: Call): AsyncGenerator<Measured> {
  const { mailbox, policy } = reader
  const labels = await reader.labels(call)
  const listed = new Set(collectionsOf(labels, policy).map(({ id }) => id))
  let sum = labels.known.has('CHAT') ? await messagesIn(mailbox, 'CHAT', call) : 0
  for (const [id, collection] of labels.homes) {
    if (id === ARCHIVE || !listed.has(id)) continue
    const items = await messagesIn(mailbox, id, call)
    sum += items
    yield { collection, items }
  }
  const archive = labels.homes.get(ARCHIVE)
  if (archive !== undefined) yield { collection: archive, items: Math.max(0, (await messagesOf(mailbox, call)) - sum) }
}
