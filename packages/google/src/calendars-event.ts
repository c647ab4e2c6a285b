import {
  type Attachment,
  type EventFacts,
  type Guest,
  htmlToText,
  type Meeting,
  type Moment,
  meetingOf,
  notUnderstood,
  type Person,
  type Reminder,
  type RichText,
} from '@offramp/formats'
import { type Json, numberOf, objectOf, objectsOf, textOf, textsOf } from '@offramp/wire'
import { momentOf, type ZoneNotes } from './calendars-moment.ts'

export const GUESTS_LOSS = 'Google gave only a part of its list of guests.'
export const DRIVE_LOSS = 'Its attachments are links to Google Drive, which end with the account.'
export const DIAL_LOSS = 'The telephone numbers of its meeting on the net are not in it.'
export const EXTENDED_LOSS = 'What other programs have stored with it (extended properties) is not in it.'
export const REMARK_LOSS = 'Remarks that guests sent with their answers are not in it.'

/** What an event says only together with its calendar. */
export interface EventFrame extends ZoneNotes {
  /** The calendar's, where the event uses them. */
  readonly reminders: readonly Reminder[]
  /** Whose calendar it is: stands for a secondary calendar that organises a meeting under an address of its own. */
  readonly owner: Person
  /** By `eventLabelId`. */
  readonly labels: ReadonlyMap<string, string>
}

/** What `colors.get` has answered since 2012: https://developers.google.com/workspace/calendar/api/v3/reference/colors/get */
const COLORS: Readonly<Record<string, string>> = {
  '1': '#a4bdfc',
  '2': '#7ae7bf',
  '3': '#dbadff',
  '4': '#ff887c',
  '5': '#fbd75b',
  '6': '#ffb878',
  '7': '#46d6db',
  '8': '#e1e1e1',
  '9': '#5484ed',
  '10': '#51b749',
  '11': '#dc2127',
}

const ANSWERS: Readonly<Record<string, Guest['answer']>> = { accepted: 'accepted', declined: 'declined', tentative: 'tentative' }

const isGroupCalendar = (address: string | undefined): boolean => address?.endsWith('@group.calendar.google.com') ?? false

/** All that one event says but how it goes on. Throws a fault of the item for what has no start. */
export function factsOf(event: Json, frame: EventFrame): EventFacts {
  const start = momentOf(event['start'], frame)
  if (start === undefined) throw notUnderstood('It has no start.')
  tellLosses(event, frame)
  const guests = objectsOf(event['attendees']).map(guestOf)
  const attachments = objectsOf(event['attachments']).flatMap(attachmentOf)
  return {
    start,
    ...given('end', endOf(event, start, frame)),
    ...given('summary', textOf(event['summary'])),
    ...given('description', richText(textOf(event['description']))),
    ...given('location', textOf(event['location'])),
    ...given('url', textOf(objectOf(event['source'])['url'])),
    ...given('meeting', meetingIn(event)),
    ...given('categories', labelOf(event, frame)),
    ...given('privacy', privacyOf(event)),
    ...given('busy', busyOf(event)),
    ...given('status', statusOf(event)),
    ...given('color', COLORS[textOf(event['colorId']) ?? '']),
    ...given('organizer', organizerOf(event, frame, guests.length > 0)),
    ...(guests.length === 0 ? {} : { guests }),
    reminders: remindersOf(event, frame),
    ...(attachments.length === 0 ? {} : { attachments }),
    ...given('createdAt', timeOf(event['created'])),
    ...given('modifiedAt', timeOf(event['updated'])),
    ...given('sequence', numberOf(event['sequence'])),
  }
}

type Given<Key extends string, Value> = { readonly [K in Key]?: Value }

function given<Key extends string, Value>(key: Key, value: Value | undefined): Given<Key, Value> {
  const empty: Given<Key, Value> = {}
  return value === undefined ? empty : { ...empty, [key]: value }
}

/** Milliseconds. Google dates what it does not know at the year 0. */
function timeOf(value: unknown): number | undefined {
  const ms = Date.parse(textOf(value) ?? '')
  return Number.isNaN(ms) || ms <= 0 ? undefined : ms
}

function endOf(event: Json, start: Moment, frame: EventFrame): Moment | undefined {
  if (event['endTimeUnspecified'] === true) return undefined
  const end = momentOf(event['end'], frame)
  return end !== undefined && 'date' in end === 'date' in start ? end : undefined
}

/** Google's own editor writes HTML, and programs write text. */
export function richText(text: string | undefined): RichText | undefined {
  if (text === undefined) return undefined
  if (!/<\/?[a-z][^<>]*>|&(?:[a-z]+|#\d+);/i.test(text)) return { text }
  return { text: htmlToText(text), html: text }
}

function labelOf(event: Json, { labels }: EventFrame): readonly string[] | undefined {
  const name = labels.get(textOf(event['eventLabelId']) ?? '')
  return name === undefined ? undefined : [name]
}

function privacyOf(event: Json): EventFacts['privacy'] {
  const visibility = event['visibility']
  return visibility === 'public' || visibility === 'private' || visibility === 'confidential' ? visibility : undefined
}

function busyOf(event: Json): EventFacts['busy'] {
  if (event['eventType'] === 'outOfOffice') return 'out-of-office'
  if (event['eventType'] === 'workingLocation') return 'elsewhere'
  if (event['transparency'] === 'transparent') return 'free'
  return event['status'] === 'tentative' ? 'tentative' : 'busy'
}

const statusOf = (event: Json): EventFacts['status'] => {
  const status = event['status']
  return status === 'confirmed' || status === 'tentative' || status === 'cancelled' ? status : undefined
}

/**
 * Whoever sits alone with an event invites nobody, so there is no organizer. A secondary calendar organises under an address at which nobody
 * reads mail: its owner stands in for it, and another's calendar keeps its name alone.
 */
function organizerOf(event: Json, { owner }: EventFrame, hasGuests: boolean): Person | undefined {
  const organizer = objectOf(event['organizer'])
  const address = textOf(organizer['email'])
  const isOwn = organizer['self'] === true
  if (isOwn && !hasGuests) return undefined
  const name = textOf(organizer['displayName'])
  const named = name === undefined ? {} : { name }
  if (isGroupCalendar(address)) return isOwn ? { ...owner, ...named } : name === undefined ? undefined : named
  return address === undefined && name === undefined ? undefined : { ...(address === undefined ? {} : { address }), ...named }
}

function guestOf(attendee: Json): Guest {
  const address = textOf(attendee['email'])
  const name = textOf(attendee['displayName'])
  const extra = numberOf(attendee['additionalGuests'])
  return {
    // Somebody without an address, or a calendar whose address leads nowhere.
    ...(address === undefined || isGroupCalendar(address) ? {} : { address }),
    ...(name === undefined ? {} : { name }),
    role: attendee['organizer'] === true ? 'chair' : attendee['optional'] === true ? 'optional' : 'required',
    type: attendee['resource'] === true ? 'room' : 'individual',
    answer: ANSWERS[textOf(attendee['responseStatus']) ?? ''] ?? 'needs-action',
    ...(extra === undefined || extra < 1 ? {} : { extra }),
  }
}

/** Google's `reminders` and `defaultReminders`. */
export const reminderOf = (reminder: Json): readonly Reminder[] => {
  const minutes = numberOf(reminder['minutes'])
  if (minutes === undefined) return []
  return [{ method: reminder['method'] === 'email' ? 'email' : 'display', when: { minutesBefore: minutes } }]
}

function remindersOf(event: Json, frame: EventFrame): readonly Reminder[] {
  const reminders = objectOf(event['reminders'])
  return reminders['useDefault'] === true ? frame.reminders : objectsOf(reminders['overrides']).flatMap(reminderOf)
}

const attachmentOf = (attachment: Json): readonly Attachment[] => {
  const url = textOf(attachment['fileUrl'])
  const mediaType = textOf(attachment['mimeType'])
  if (url === undefined) return []
  return [{ name: textOf(attachment['title']) ?? 'attachment', url, ...(mediaType === undefined ? {} : { mediaType }) }]
}

/** Where one meets on the net: what Google says of it, and else what the texts say. */
export function meetingIn(event: Json): Meeting | undefined {
  const conference = objectOf(event['conferenceData'])
  const video = objectsOf(conference['entryPoints']).find((point) => point['entryPointType'] === 'video')
  const url = textOf(video?.['uri']) ?? textOf(event['hangoutLink'])
  if (url !== undefined) return meetingOf(url) ?? { url, service: 'other' }
  return meetingOf(textOf(event['location']), textOf(event['description']))
}

function tellLosses(event: Json, { note }: EventFrame): void {
  if (event['attendeesOmitted'] === true) note(GUESTS_LOSS)
  if (objectsOf(event['attachments']).some((each) => /^https:\/\/(drive|docs)\.google\.com\//.test(textOf(each['fileUrl']) ?? '')))
    note(DRIVE_LOSS)
  if (objectsOf(event['attendees']).some((each) => textOf(each['comment']) !== undefined)) note(REMARK_LOSS)
  const points = objectsOf(objectOf(event['conferenceData'])['entryPoints'])
  // With Meet the numbers end as the link does.
  if (points.some((point) => point['entryPointType'] === 'phone') && meetingIn(event)?.service !== 'meet') note(DIAL_LOSS)
  const { private: own, shared } = objectOf(event['extendedProperties'])
  if (Object.keys({ ...objectOf(own), ...objectOf(shared) }).length > 0) note(EXTENDED_LOSS)
}

export const recurrenceLines = (event: Json): readonly string[] => textsOf(event['recurrence'])
