import { hash32 } from '../../generate/random.ts'
import { graphTime } from './message-json.ts'
import { partsOf } from './message-text.ts'
import type { Leaf } from './read-mime.ts'
import type { Message } from './state.ts'

/** An attachment as Outlook shows it: read from the message's own bytes. */
export interface Attachment {
  readonly id: string
  readonly leaf: Leaf
  readonly isItem: boolean
  json(withContent: boolean): Record<string, unknown>
}

/** Everything in the message that Outlook would show as attached, inline images included. */
export function attachmentsOf(message: Message): readonly Attachment[] {
  return partsOf(message.body)
    .leaves()
    .filter((leaf) => leaf.attached)
    .map((leaf, at) => {
      const id = `${Buffer.from(`AAMkAttachment.${message.serial}.${hash32(message.serial, at).toString(36)}.${at}`).toString('base64url')}=`
      const isItem = leaf.mediaType === 'message/rfc822'
      return { id, leaf, isItem, json: (withContent) => attachmentJson(message, { id, leaf, isItem, withContent }) }
    })
}

function attachmentJson(
  message: Message,
  of: { readonly id: string; readonly leaf: Leaf; readonly isItem: boolean; readonly withContent: boolean },
): Record<string, unknown> {
  const content = of.leaf.content()
  const shared = {
    '@odata.type': of.isItem ? '#microsoft.graph.itemAttachment' : '#microsoft.graph.fileAttachment',
    '@odata.mediaContentType': of.leaf.mediaType,
    id: of.id,
    lastModifiedDateTime: graphTime(message.modifiedAt),
    name: of.leaf.name ?? null,
    contentType: of.isItem ? null : of.leaf.mediaType,
    // The store's size, a little above the content's.
    size: content.length + 180,
    isInline: of.leaf.inline,
  }
  if (of.isItem) return shared
  return {
    ...shared,
    contentId: of.leaf.contentId ?? null,
    contentLocation: null,
    ...(of.withContent && { contentBytes: content.toString('base64') }),
  }
}
