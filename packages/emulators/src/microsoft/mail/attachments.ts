import { hash32 } from '../../generate/random.ts'
import { readFacts } from '../../mail/read-facts.ts'
import type { Leaf } from '../../mail/read-mime.ts'
import { graphTime } from './message-json.ts'
import { partsOf } from './message-text.ts'
import type { Message } from './state.ts'

/** A file, another message, or a link to a file elsewhere (a `message/external-body` part stands for one). */
type AttachmentSort = 'file' | 'item' | 'reference'

/** An attachment as Outlook shows it: read from the message's own bytes. */
export interface Attachment {
  readonly id: string
  readonly leaf: Leaf
  readonly sort: AttachmentSort
  /** `item`: with what an attached message says, as `$expand=microsoft.graph.itemattachment/item` asks for. */
  json(show: { readonly content: boolean; readonly item: boolean }): Record<string, unknown>
}

const sortOf = (leaf: Leaf): AttachmentSort =>
  leaf.mediaType === 'message/rfc822' ? 'item' : leaf.mediaType === 'message/external-body' ? 'reference' : 'file'

/** Everything in the message that Outlook would show as attached, inline images included. */
export function attachmentsOf(message: Message): readonly Attachment[] {
  return partsOf(message.body)
    .leaves()
    .filter((leaf) => leaf.attached)
    .map((leaf, at) => {
      const id = `${Buffer.from(`AAMkAttachment.${message.serial}.${hash32(message.serial, at).toString(36)}.${at}`).toString('base64url')}=`
      const sort = sortOf(leaf)
      const modified = graphTime(message.modifiedAt)
      return {
        id,
        leaf,
        sort,
        json: ({ content, item }) => ({ ...shared({ id, leaf, sort }, modified), ...own({ leaf, sort }, { content, item }) }),
      }
    })
}

function shared({ id, leaf, sort }: Pick<Attachment, 'id' | 'leaf' | 'sort'>, modified: string): Record<string, unknown> {
  return {
    '@odata.type': `#microsoft.graph.${sort}Attachment`,
    ...(sort === 'file' && { '@odata.mediaContentType': leaf.mediaType }),
    id,
    lastModifiedDateTime: modified,
    name: leaf.name ?? (sort === 'item' ? readFacts(leaf.content()).subject : null),
    contentType: sort === 'file' ? leaf.mediaType : null,
    // The store's size, a little above the content's.
    size: leaf.content().length + 180,
    isInline: leaf.inline,
  }
}

function own(
  { leaf, sort }: Pick<Attachment, 'leaf' | 'sort'>,
  show: { readonly content: boolean; readonly item: boolean },
): Record<string, unknown> {
  if (sort === 'reference') return {}
  const content = leaf.content()
  if (sort === 'file')
    return { contentId: leaf.contentId ?? null, contentLocation: null, ...(show.content && { contentBytes: content.toString('base64') }) }
  if (!show.item) return {}
  const { subject, messageId, from } = readFacts(content)
  return {
    item: {
      '@odata.type': '#microsoft.graph.message',
      subject,
      internetMessageId: messageId ?? null,
      from: from ? { emailAddress: from } : null,
    },
  }
}
