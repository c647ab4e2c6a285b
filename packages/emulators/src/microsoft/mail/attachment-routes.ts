import type { FileAttachment } from '@microsoft/microsoft-graph-types'
import type { Reply } from '../../serve/reply.ts'
import { collection, pageOf } from '../odata/page.ts'
import type { Asked } from '../serve/asked.ts'
import { itemNotFound, notSupported, unknownProperty } from '../serve/errors.ts'
import { bytesReply, jsonReply } from '../serve/reply.ts'
import { attachmentsOf } from './attachments.ts'
import { findMessage, type MailAccount } from './find.ts'

type Known = keyof FileAttachment
const PROPERTIES: readonly Known[] = [
  'id',
  'name',
  'contentType',
  'size',
  'isInline',
  'lastModifiedDateTime',
  'contentId',
  'contentLocation',
  'contentBytes',
]

function selected(json: Record<string, unknown>, select: readonly string[] | undefined): Record<string, unknown> {
  if (select === undefined) return json
  return Object.fromEntries(Object.entries(json).filter(([name]) => name === 'id' || name.startsWith('@') || select.includes(name)))
}

/** `$expand=microsoft.graph.itemattachment/item`. */
function expandsItem(asked: Asked): boolean {
  for (const { path } of asked.query.expand)
    if (path.toLowerCase() !== 'microsoft.graph.itemattachment/item') throw unknownProperty(path, 'attachment')
  return asked.query.expand.length > 0
}

function checkSelect(asked: Asked): void {
  for (const name of asked.query.select ?? []) {
    // `contentBytes` and `contentId` are the file attachment's own: a plain $select of them is refused, as in Graph.
    const own = name === 'contentBytes' || name === 'contentId' || name === 'contentLocation'
    if (own || !PROPERTIES.some((known) => known === name)) throw unknownProperty(name, 'attachment')
  }
}

/** `GET /users/{u}/messages/{id}/attachments`. */
export function listAttachments(asked: Asked, { mailbox }: MailAccount, id: string): Reply {
  const { message } = findMessage(mailbox, id)
  checkSelect(asked)
  const all = attachmentsOf(message)
  const item = expandsItem(asked)
  const withContent = asked.query.select === undefined
  const page = pageOf(all, asked, { usual: 1000, most: 1000 })
  const value = page.items.map((each) => selected(each.json({ content: withContent, item }), asked.query.select))
  return jsonReply(
    collection(`users('${asked.parts[1] ?? ''}')/messages('${encodeURIComponent(id)}')/attachments`, asked, {
      value,
      count: all.length,
      nextLink: page.nextLink,
    }),
  )
}

/** `GET .../attachments/{a}` and, with `raw`, its `$value`. */
export function getAttachment(
  asked: Asked,
  { mailbox }: MailAccount,
  name: { readonly message: string; readonly attachment: string; readonly raw: boolean },
): Reply {
  const { message } = findMessage(mailbox, name.message)
  const found = attachmentsOf(message).find((each) => each.id === name.attachment)
  if (!found) throw itemNotFound()
  if (name.raw && found.sort === 'reference') throw notSupported()
  if (name.raw) return bytesReply([found.leaf.content()], found.sort === 'item' ? 'text/plain' : found.leaf.mediaType)
  checkSelect(asked)
  return jsonReply({
    '@odata.context': `${asked.root}/$metadata#users('${asked.parts[1] ?? ''}')/messages('${encodeURIComponent(name.message)}')/attachments/$entity`,
    ...selected(found.json({ content: true, item: expandsItem(asked) }), asked.query.select),
  })
}
