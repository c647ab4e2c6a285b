import type { Person } from '../generate/plan.ts'
import type { MailFacts } from './body.ts'
import { readParts } from './read-mime.ts'
import { decodeWords, readPeople } from './read-words.ts'

const importanceOf = (value: string | undefined): MailFacts['importance'] => {
  const lower = value?.toLowerCase()
  return lower === 'high' || lower === 'low' ? lower : 'normal'
}

/** What Outlook's listing would show of a message that was not generated here. Never throws: any bytes are a message. */
export function readFacts(bytes: Buffer): MailFacts {
  const root = readParts(bytes)
  const first = (name: string) => root.headers.find(([key]) => key.toLowerCase() === name)?.[1]
  const people = (name: string): readonly Person[] => readPeople(first(name) ?? '')
  const sentAt = Date.parse(first('date') ?? '')
  const messageId = first('message-id')?.trim()
  const leaves = root.leaves()
  const calendar = leaves.find((leaf) => leaf.mediaType === 'text/calendar')
  const method = /method="?(\w+)/i.exec(calendar?.contentType ?? '')?.[1]?.toLowerCase()
  return {
    subject: decodeWords(first('subject') ?? ''),
    from: people('from')[0],
    to: people('to'),
    cc: people('cc'),
    bcc: people('bcc'),
    replyTo: people('reply-to'),
    messageId: messageId === '' ? undefined : messageId,
    sentAt: Number.isNaN(sentAt) ? undefined : sentAt,
    importance: importanceOf(first('importance')),
    hasAttachments: leaves.some((leaf) => leaf.attached && !leaf.inline),
    meeting: method === 'request' ? 'request' : method === 'cancel' ? 'cancelled' : undefined,
    storeSize: 1_200 + Math.ceil(bytes.length * 0.8),
    conversation: first('references')?.trim().split(/\s+/)[0] ?? messageId ?? String(bytes.length),
  }
}
