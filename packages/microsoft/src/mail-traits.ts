import { hash } from 'node:crypto'
import type { Trait, Traits } from '@offramp/core'
import { type Json, objectOf, textOf, textsOf } from '@offramp/wire'
import { extendedNumber } from './mail-folders.ts'

/** What messages carry beside their bytes. */
export const MAIL_TRAITS: readonly Trait[] = ['read', 'flagged', 'answered', 'forwarded', 'draft', 'importance', 'receivedAt', 'keywords']

/** PR_MESSAGE_SIZE and PR_LAST_VERB_EXECUTED: Graph has no property for either. */
export const SIZE = 'Integer 0x0E08'
export const LAST_VERB = 'Integer 0x1081'

/** [MS-OXOMSG] 2.2.1.42: reply, reply to all, forward. */
const VERBS = { reply: 102, replyToAll: 103, forward: 104 }

/** A follow-up flag that was ticked off is not a flag any more, and yet somebody's work: it is kept as a keyword. */
const COMPLETED = 'Completed'

/** Only these are asked for: a page without bodies is small, and a poisoned property stays away. */
export const MESSAGE_SELECT = [
  'id',
  'changeKey',
  'parentFolderId',
  'subject',
  'bodyPreview',
  'internetMessageId',
  'receivedDateTime',
  'sentDateTime',
  'createdDateTime',
  'lastModifiedDateTime',
  'hasAttachments',
  'isRead',
  'isDraft',
  'flag',
  'categories',
  'importance',
].join(',')

export const MESSAGE_EXPAND = `singleValueExtendedProperties($filter=id eq '${SIZE}' or id eq '${LAST_VERB}')`

export function traitsOf(message: Json): Traits {
  const flag = objectOf(message['flag'])['flagStatus']
  const verb = extendedNumber(message, LAST_VERB)
  const keywords = [...textsOf(message['categories']), ...(flag === 'complete' ? [COMPLETED] : [])]
  const receivedAt = receivedAtOf(message)
  return {
    read: message['isRead'] === true,
    flagged: flag === 'flagged',
    answered: verb === VERBS.reply || verb === VERBS.replyToAll,
    forwarded: verb === VERBS.forward,
    draft: message['isDraft'] === true,
    importance: importanceOf(message['importance']),
    ...(receivedAt === undefined ? {} : { receivedAt }),
    ...(keywords.length === 0 ? {} : { keywords }),
  }
}

const importanceOf = (value: unknown): 'low' | 'normal' | 'high' => (value === 'low' || value === 'high' ? value : 'normal')

/** Delivery time; drafts, sent and imported messages may have none, or one of the year 1601. */
function receivedAtOf(message: Json): number | undefined {
  for (const name of ['receivedDateTime', 'sentDateTime', 'lastModifiedDateTime', 'createdDateTime']) {
    const at = Date.parse(textOf(message[name]) ?? '')
    if (at > 0) return Math.floor(at / 1000) * 1000
  }
  return undefined
}

/** Changes with everything about the message: `changeKey`, which the etag repeats, and the folder. */
export function versionOf(message: Json, folder: string): string {
  const etag = /"(.*)"/.exec(textOf(message['@odata.etag']) ?? '')?.[1]
  return `${textOf(message['changeKey']) ?? etag ?? ''}|${folder}`
}

/**
 * Changes with the text, and not when a message is read, flagged or filed. A draft can change anywhere, so that each change of it
 * counts; in other mail Outlook's "edit message" shows in the subject, the attachments or the first 255 characters.
 */
export function revisionOf(message: Json): string {
  if (message['isDraft'] === true) return versionOf(message, 'draft')
  const parts = ['subject', 'internetMessageId', 'sentDateTime', 'hasAttachments', 'bodyPreview'].map((name) => message[name] ?? null)
  return hash('sha256', JSON.stringify(parts), 'base64url').slice(0, 22)
}
