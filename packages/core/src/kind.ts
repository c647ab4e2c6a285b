/** What sort of thing a lane carries. One kind of one account is one lane. */
export type Kind = 'mail' | 'event' | 'contact' | 'task' | 'file'

/** The standard format in which each kind crosses the border between two connectors, always as bytes. */
export const MEDIA_TYPES: Readonly<Record<Kind, string>> = {
  mail: 'message/rfc822',
  event: 'text/calendar',
  task: 'text/calendar',
  contact: 'text/vcard',
  file: 'application/octet-stream',
}
