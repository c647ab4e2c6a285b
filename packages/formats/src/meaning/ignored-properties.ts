/** Something that may differ between what was sent and what a server gives back, and who makes it differ. */
export interface Ignored {
  /** In lower case. */
  readonly name: string
  /** Server and version that needs it, or the rule that says so. */
  readonly because: string
}

/**
 * Properties that say nothing about an event, a task or a card. Everything else is compared. A name is added only with the server that needs it.
 *
 * Radicale 3.1 and Cyrus 3.6 without scheduling need none of these tables (`meaning.servers.test.ts` passes with all of them empty): what they do is
 * not in what is said but in how: order, folds, VTIMEZONEs left out or written anew (vobject), one line a category (libical), `ENCODING=b`. Entries
 * for Zimbra and SOGo follow what is known of them and were not tried here.
 */
export const IGNORED_PROPERTIES: Readonly<Record<'calendar' | 'component' | 'alarm' | 'card', readonly Ignored[]>> = {
  calendar: [
    { name: 'version', because: 'RFC 5545, 3.7.4: the same for all' },
    {
      name: 'prodid',
      because: 'Zimbra 8 to 10 and SOGo 5 put their own name there; sabre 3 and later (Nextcloud) adds one where it is missing',
    },
    { name: 'calscale', because: 'RFC 5545, 3.7.1: GREGORIAN is what is meant without it; Zimbra leaves it out' },
  ],
  component: [
    { name: 'dtstamp', because: 'Zimbra 8 to 10 and SOGo 5 write the time of storing; sabre adds it where it is missing' },
    { name: 'last-modified', because: 'Zimbra 8 to 10 and SOGo 5 write the time of storing' },
    {
      name: 'x-nc-disable-scheduling',
      because: 'our own, for Nextcloud 32 and later: keeps the server from mailing, and says nothing about the event',
    },
    { name: 'x-offramp-item', because: 'our own seal: of which item it was written' },
    { name: 'x-microsoft-cdo-intendedstatus', because: 'Zimbra 8 to 10 adds it' },
    { name: 'x-zimbra-discard-exceptions', because: 'Zimbra 8 to 10 adds it' },
  ],
  alarm: [
    { name: 'uid', because: 'RFC 9074, 4: Nextcloud calendar 4 and Apple give every alarm one when they write the event anew' },
    { name: 'x-wr-alarmuid', because: 'Apple Calendar before RFC 9074' },
  ],
  card: [
    { name: 'x-offramp-item', because: 'our own seal: of which item it was written' },
    { name: 'version', because: 'Nextcloud 24 serves a card of 4.0 as 3.0 (sabre converts on GET)' },
    { name: 'prodid', because: 'sabre 3 and later (Nextcloud) puts its own name there when it converts' },
    { name: 'rev', because: 'SOGo 5 and Zimbra write the time of storing' },
  ],
}

/** Parameters that say nothing, or what is meant without them. `value`: only this value says nothing. */
export const IGNORED_PARAMETERS: readonly (Ignored & { readonly value?: string })[] = [
  { name: 'schedule-agent', because: 'our own, for servers without a switch: keeps Cyrus and Nextcloud from mailing (RFC 6638, 7.1)' },
  { name: 'schedule-status', because: 'Cyrus 3 and sabre 3 (Nextcloud) note the outcome of scheduling here (RFC 6638, 7.3)' },
  { name: 'schedule-force-send', because: 'RFC 6638, 7.2: a server takes it away once it has seen it' },
  { name: 'cutype', value: 'INDIVIDUAL', because: 'RFC 5545, 3.2.3: meant without it; Zimbra and SOGo leave it out' },
  { name: 'role', value: 'REQ-PARTICIPANT', because: 'RFC 5545, 3.2.16: meant without it' },
  { name: 'partstat', value: 'NEEDS-ACTION', because: 'RFC 5545, 3.2.12: meant without it; Zimbra adds it' },
  { name: 'rsvp', value: 'FALSE', because: 'RFC 5545, 3.2.17: meant without it; Zimbra adds it' },
  { name: 'related', value: 'START', because: 'RFC 5545, 3.2.14: meant without it' },
  { name: 'reltype', value: 'PARENT', because: 'RFC 5545, 3.2.15: meant without it' },
  { name: 'encoding', because: 'how bytes are written: BASE64, b and B are one (vobject 0.9 in Radicale 3.1 writes `b`)' },
  { name: 'tzid', because: 'zones are compared by the instants that they give' },
  { name: 'charset', because: 'vCard 2.1 only: text is compared after decoding' },
  { name: 'group', because: 'ical.js writes groups in capitals, Apple numbers them anew: labels are compared beside what they label' },
]

/** Properties that say only what is meant without them. */
export const IMPLIED: readonly (Ignored & { readonly value: string; readonly of: 'vevent' | 'vtodo' | 'any' })[] = [
  { name: 'transp', value: 'OPAQUE', of: 'vevent', because: 'RFC 5545, 3.8.2.7; Zimbra adds it' },
  { name: 'class', value: 'PUBLIC', of: 'any', because: 'RFC 5545, 3.8.1.3; Zimbra and SOGo add it' },
  { name: 'status', value: 'CONFIRMED', of: 'vevent', because: 'Zimbra adds it; nobody reads an event without a status as anything else' },
  { name: 'status', value: 'NEEDS-ACTION', of: 'vtodo', because: 'RFC 5545, 3.8.1.11: what a task is without it; SOGo leaves it out' },
  { name: 'sequence', value: '0', of: 'any', because: 'RFC 5545, 3.8.7.4; Zimbra, SOGo and Cyrus 3 with scheduling add it' },
  { name: 'priority', value: '0', of: 'any', because: 'RFC 5545, 3.8.1.9: undefined' },
  { name: 'percent-complete', value: '0', of: 'vtodo', because: 'Tasks of Nextcloud 0.14 and later adds it' },
]
