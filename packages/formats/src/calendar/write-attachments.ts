import type { Property } from '../ical/jcal.ts'
import { mendLine, mendParameter, mendUri } from '../ical/mend-text.ts'
import { LOSS } from './losses.ts'
import type { Attachment } from './model.ts'

/** ATTACH, inline as base64 or as a link. FILENAME is that of RFC 8607. */
export function attachmentProperty(attachment: Attachment, losses: Set<string>): Property[] {
  const name = mendParameter(attachment.name)
  const type = mendLine(attachment.mediaType ?? '')
  const parameters = {
    ...(/^[\w.+-]+\/[\w.+-]+$/.test(type) ? { fmttype: type.toLowerCase() } : {}),
    ...(name === '' ? {} : { filename: name }),
  }
  if ('bytes' in attachment) {
    return [['attach', { ...parameters, encoding: 'BASE64' }, 'binary', Buffer.from(attachment.bytes).toString('base64')]]
  }
  const url = mendUri(attachment.url)
  if (url !== '') return [['attach', parameters, 'uri', url]]
  losses.add(LOSS.link)
  return []
}
