import type { Asked, Shown } from '../serve/asked.ts'
import { notFound } from '../serve/errors.ts'
import { parseFields, wants } from '../serve/fields.ts'
import { pageOf, sizeOf, tokenOf } from '../serve/pages.ts'
import { labelJson } from './labels.ts'
import { showAsAsked } from './message-routes.ts'

export function getProfile(asked: Asked): Shown {
  const { mailbox, address } = asked.account
  return {
    json: {
      emailAddress: address,
      messagesTotal: mailbox.messages.size,
      threadsTotal: mailbox.threads,
      historyId: String(mailbox.history.now),
    },
  }
}

export const listLabels = (asked: Asked): Shown => ({ json: { labels: [...asked.account.mailbox.labels.values()].map(labelJson) } })

/** Only here are counts. */
export function getLabel(asked: Asked): Shown {
  const { mailbox } = asked.account
  const label = mailbox.labels.get(asked.names['id'] ?? '')
  if (!label) throw notFound()
  const own = [...mailbox.messages.values()].filter(({ labels }) => labels.has(label.id))
  const unread = own.filter(({ labels }) => labels.has('UNREAD'))
  const threads = (of: typeof own): number => new Set(of.map(({ threadId }) => threadId)).size
  return {
    json: {
      ...labelJson(label),
      messagesTotal: own.length,
      messagesUnread: unread.length,
      threadsTotal: threads(own),
      threadsUnread: threads(unread),
    },
  }
}

export function listDrafts(asked: Asked): Shown {
  const most = sizeOf(asked, 100, 500)
  const state = pageOf(asked)
  const [from = ''] = state?.at ?? []
  const all = [...asked.account.mailbox.drafts].filter(([id]) => id > String(from)).sort(([left], [right]) => (left < right ? -1 : 1))
  const shown = all.slice(0, most)
  const last = shown.at(-1)
  return {
    json: {
      ...(shown.length > 0 && { drafts: shown.map(([id, message]) => ({ id, message: { id: message.id, threadId: message.threadId } })) }),
      ...(all.length > most && last && { nextPageToken: tokenOf(asked, (state?.page ?? 0) + 1, [last[0]]) }),
      resultSizeEstimate: all.length,
    },
  }
}

export function getDraft(asked: Asked): Shown {
  const id = asked.names['id'] ?? ''
  const message = asked.account.mailbox.drafts.get(id)
  if (!message) throw notFound()
  const fields = asked.query.get('fields')
  const outer = fields === null ? 'all' : parseFields(fields)
  const inner = outer === 'all' ? 'all' : (outer.get('message') ?? new Map())
  if (!wants(outer, 'message')) return { json: { id } }
  const { json, raw } = showAsAsked(asked, message, inner)
  return { json: { id, message: { ...json, ...(raw && { raw: Buffer.concat(raw).toString('base64url') }) } } }
}
