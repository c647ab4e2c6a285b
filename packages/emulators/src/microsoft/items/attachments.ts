import type { Reply } from '../../serve/reply.ts'
import type { AttachmentState } from '../calendar/state.ts'
import { collection, pageOf } from '../odata/page.ts'
import type { Asked } from '../serve/asked.ts'
import { GraphError, itemNotFound, notSupported, unknownProperty } from '../serve/errors.ts'
import { bytesReply, jsonReply } from '../serve/reply.ts'

const PROPERTIES: ReadonlySet<string> = new Set(['id', 'name', 'contentType', 'size', 'isInline', 'lastModifiedDateTime'])
const PAGE = { usual: 10, most: 1000 }
const MODIFIED = '2026-01-05T10:11:12Z'

const bytesOf = ({ base64 = '' }: AttachmentState): Buffer => Buffer.from(base64, 'base64')

/** `taskFileAttachment` is To Do's own sort. */
function jsonOf(attachment: AttachmentState, show: { readonly task: boolean; readonly content: boolean }): Record<string, unknown> {
  const { id, name, contentType, isInline = false, sort = 'file' } = attachment
  const bytes = bytesOf(attachment)
  return {
    '@odata.type': `#microsoft.graph.${show.task ? 'taskFile' : sort}Attachment`,
    id,
    name,
    contentType: sort === 'file' ? (contentType ?? 'application/octet-stream') : null,
    size: bytes.length + (show.task ? 0 : 180),
    ...(!show.task && { isInline }),
    lastModifiedDateTime: MODIFIED,
    ...(show.content && sort === 'file' && { contentBytes: attachment.base64 ?? '' }),
  }
}

/** The attachments of an event or task: `all` of them, or by `id`, or its bytes. `owner`: for the context of the answer. */
export function attachmentReply(
  asked: Asked,
  all: readonly AttachmentState[],
  name: { readonly owner: string; readonly id?: string | undefined; readonly raw: boolean; readonly task?: boolean },
): Reply {
  const { task = false } = name
  // `contentBytes` and `contentId` are the file attachment's own: a plain $select of them is refused, as in Graph.
  for (const each of asked.query.select ?? []) if (!PROPERTIES.has(each)) throw unknownProperty(each, 'attachment')
  const select = asked.query.select
  const shown = (json: Record<string, unknown>): Record<string, unknown> =>
    select === undefined
      ? json
      : Object.fromEntries(Object.entries(json).filter(([key]) => key === 'id' || key.startsWith('@') || select.includes(key)))
  if (name.id === undefined) {
    const page = pageOf(all, asked, PAGE)
    const value = page.items.map((each) => shown(jsonOf(each, { task, content: select === undefined && !task })))
    return jsonReply(collection(`${name.owner}/attachments`, asked, { value, count: all.length, nextLink: page.nextLink }))
  }
  const found = all.find((each) => each.id === name.id)
  if (!found) throw itemNotFound()
  if (found.corrupt) throw new GraphError(500, 'ErrorCannotOpenFileAttachment', 'Cannot open file attachment. OLE conversion failed.')
  if (name.raw && found.sort === 'reference') throw notSupported()
  if (name.raw)
    return bytesReply([bytesOf(found)], found.sort === 'item' ? 'text/plain' : (found.contentType ?? 'application/octet-stream'))
  return jsonReply({
    '@odata.context': `${asked.root}/$metadata#${name.owner}/attachments/$entity`,
    ...shown(jsonOf(found, { task, content: true })),
  })
}
