import { type Call, Fault } from '@offramp/core'
import type { Attachment } from '@offramp/formats'
import { type Json, numberOf, objectsOf, textOf } from '@offramp/wire'
import { type GraphClient, linkOf } from './client.ts'
import { BODY_TIMES, BYTES } from './limits.ts'
import { LOSSES } from './losses.ts'

/** What hangs on an event or a task, before its bytes are read. */
export interface Hanging {
  /** `/users/<id>/events/<id>/attachments/<id>`. */
  readonly path: string
  readonly name: string
  readonly mediaType?: string
  readonly sort: 'file' | 'item'
  /** Bytes as the mailbox counts them, a little more than the file has. */
  readonly size?: number
}

export interface Hangings {
  readonly files: readonly Hanging[]
  /** Names of files that are linked from elsewhere. Graph v1.0 does not tell their addresses. */
  readonly linked: readonly string[]
}

/** What hangs there. One request, or one more for each further page. `owner`: `/users/<id>/events/<id>`. */
export async function listAttachments(mailbox: GraphClient, owner: string, call: Call): Promise<Hangings> {
  const files: Hanging[] = []
  const linked: string[] = []
  let path: string | undefined = `${owner}/attachments?$select=id,name,contentType,size`
  while (path !== undefined) {
    const page: Json = await mailbox.json({ path, asks: 'item' }, call)
    for (const each of objectsOf(page['value'])) {
      const type = textOf(each['@odata.type']) ?? ''
      const id = textOf(each['id'])
      const name = textOf(each['name'])?.trim() || 'attachment'
      if (/referenceAttachment$/i.test(type) || id === undefined) linked.push(name)
      else
        files.push(hangingOf(each, { path: `${owner}/attachments/${encodeURIComponent(id)}`, name, isItem: /itemAttachment$/i.test(type) }))
    }
    path = linkOf(page, '@odata.nextLink')
  }
  return { files, linked }
}

function hangingOf(attachment: Json, on: { readonly path: string; readonly name: string; readonly isItem: boolean }): Hanging {
  const given = textOf(attachment['contentType']) ?? ''
  const size = numberOf(attachment['size'])
  const isType = /^[\w!#$&^.+-]+\/[\w!#$&^.+-]+$/.test(given)
  return {
    path: on.path,
    name: on.name,
    sort: on.isItem ? 'item' : 'file',
    ...(isType && !on.isItem ? { mediaType: given.toLowerCase() } : {}),
    ...(size === undefined ? {} : { size }),
  }
}

/**
 * Reads them, one request each. What Exchange itself cannot read any more is left out and told: a file must not cost an event its date.
 */
export async function readAttachments(
  mailbox: GraphClient,
  files: readonly Hanging[],
  call: Call,
): Promise<{ readonly attachments: readonly Attachment[]; readonly losses: readonly string[] }> {
  const attachments: Attachment[] = []
  const losses: string[] = []
  for (const file of files) {
    try {
      const bytes = await readBytes(mailbox, `${file.path}/$value`, call)
      attachments.push(attachmentOf(file, bytes))
    } catch (thrown) {
      if (!(thrown instanceof Fault) || thrown.reach !== 'item') throw thrown
      if (thrown.reason === 'gone') throw changed(mailbox)
      losses.push(LOSSES.attachment)
    }
  }
  return { attachments, losses }
}

/** Taken away since it was listed: what the item says now is another thing, and is asked for again. */
const changed = (mailbox: GraphClient): Fault =>
  new Fault({
    reach: 'call',
    code: 'graph-attachment-gone',
    message: `A file of an item in ${mailbox.about} was taken away while it was read.`,
  })

/** An attached item comes as MIME, vCard or iCalendar, told by its first bytes. */
function attachmentOf(file: Hanging, bytes: Uint8Array): Attachment {
  if (file.sort === 'file') return { name: file.name, ...(file.mediaType === undefined ? {} : { mediaType: file.mediaType }), bytes }
  const start = Buffer.from(bytes).subarray(0, 64).toString('latin1').trimStart().toUpperCase()
  const [mediaType, ending] = start.startsWith('BEGIN:VCARD')
    ? ['text/vcard', '.vcf']
    : start.startsWith('BEGIN:VCALENDAR')
      ? ['text/calendar', '.ics']
      : ['message/rfc822', '.eml']
  return { name: file.name.toLowerCase().endsWith(ending) ? file.name : file.name + ending, mediaType, bytes }
}

/** The whole of a file that is small enough to be part of an item: whatever is larger than a message may be breaks off. */
export async function readBytes(mailbox: GraphClient, path: string, call: Call): Promise<Uint8Array> {
  const answer = await mailbox.bytes({ path, asks: 'item', expects: 'any', times: BODY_TIMES }, call)
  const parts: Uint8Array[] = []
  let length = 0
  for await (const part of answer.body) {
    length += part.length
    if (length > BYTES.attachment) {
      throw new Fault({
        reach: 'item',
        reason: 'too-large',
        code: 'graph-attachment-too-large',
        message: `A file in ${mailbox.about} is too large.`,
      })
    }
    parts.push(part)
  }
  return Buffer.concat(parts)
}
