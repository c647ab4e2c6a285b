import type { Call, Collection, Item } from '@offramp/core'
import { type Attachment, type CalendarEvent, type Choices, MEETING_LOSS, replaceMeeting, writeEvent } from '@offramp/formats'
import { type Json, objectOf, objectsOf, textOf } from '@offramp/wire'
import { type EventSetting, eventOf } from './calendar-event.ts'
import { addressesIn, type InnerNames } from './calendar-people.ts'
import { seriesRevision, seriesVersion } from './calendar-series.ts'
import type { GraphClient } from './client.ts'
import { LOSSES } from './losses.ts'
import { type Hanging, listAttachments, readAttachments } from './outlook-attachments.ts'

interface ItemReader {
  readonly mailbox: GraphClient
  /** `/users/<id>`. */
  readonly user: string
  readonly setting: EventSetting
  readonly names: InnerNames
  readonly choices: Choices['calendars']
}

/** Where files hang: on the event itself, or on one of its exceptions by the order of these. */
type Where = 'master' | number

/**
 * An event as an item. Costs a request for each part of it that has attachments, and one of the directory for each inner name that was not met
 * before. The bytes of attachments are read with the body and not kept.
 */
export async function eventItem(
  found: { readonly id: string; readonly event: Json; readonly home: Collection },
  reader: ItemReader,
  call: Call,
): Promise<Item> {
  const { id, event: json, home } = found
  const exceptions = objectsOf(json['exceptionOccurrences'])
  await reader.names.learn(addressesIn([json, ...exceptions]), call)
  const read = eventOf(json, reader.setting)
  const hanging = await hangingOn(reader, [json, ...exceptions], call)
  const event = withMeeting(withLinked(read.event, hanging), reader.choices)
  const bare = writeEvent(event)
  const losses = new Set([
    ...read.losses,
    ...bare.losses,
    ...meetingLosses(event),
    ...(hanging.some(({ linked }) => linked.length > 0) ? [LOSSES.reference] : []),
  ])
  const hasFiles = hanging.some(({ files }) => files.length > 0)
  const label = textOf(json['subject'])
  const size = bare.bytes.length + hanging.flatMap(({ files }) => files).reduce((sum, file) => sum + Math.ceil((file.size ?? 0) * 1.4), 0)
  return {
    id,
    version: seriesVersion(json, home.id),
    kind: 'event',
    naturalKey: event.uid,
    home,
    traits: {},
    revision: seriesRevision(json),
    size,
    ...(label === undefined ? {} : { label }),
    // What an attachment costs is known once it is read: later than the rest, and before anybody reports it.
    get losses() {
      return [...losses]
    },
    async *body(bodyCall) {
      bodyCall.signal.throwIfAborted()
      if (!hasFiles) {
        yield bare.bytes
        return
      }
      const whole = await withFiles(event, hanging, (files) => readAttachments(reader.mailbox, files, bodyCall))
      for (const each of whole.losses) losses.add(each)
      const written = writeEvent(whole.event)
      for (const each of written.losses) losses.add(each)
      yield written.bytes
    },
  }
}

interface HangingThere {
  readonly where: Where
  readonly files: readonly Hanging[]
  readonly linked: readonly string[]
}

/** An exception's own `hasAttachments` counts, not its master's. Pictures within the text do not count: the text names them. */
async function hangingOn({ mailbox, user }: ItemReader, events: readonly Json[], call: Call): Promise<readonly HangingThere[]> {
  const found: HangingThere[] = []
  for (const [at, event] of events.entries()) {
    const id = textOf(event['id'])
    if (id === undefined || (event['hasAttachments'] !== true && !namesPictures(event))) continue
    const hangings = await listAttachments(mailbox, `${user}/events/${encodeURIComponent(id)}`, call)
    found.push({ where: at === 0 ? 'master' : at - 1, ...hangings })
  }
  return found
}

const namesPictures = (event: Json): boolean => /["'(=]\s*cid:/i.test(textOf(objectOf(event['body'])['content']) ?? '')

/** Changes the event itself, or one of its exceptions. */
function change<Facts extends Pick<CalendarEvent, 'description' | 'attachments'>>(
  event: CalendarEvent,
  where: Where,
  by: (facts: Pick<CalendarEvent, 'description' | 'attachments'>) => Facts,
): CalendarEvent {
  if (where === 'master') return { ...event, ...by(event) }
  const override = event.overrides?.[where]
  return override === undefined ? event : { ...event, overrides: (event.overrides ?? []).with(where, { ...override, ...by(override) }) }
}

/** Links whose addresses nobody tells are named below the text, so that people know what to look for. */
function withLinked(event: CalendarEvent, hanging: readonly HangingThere[]): CalendarEvent {
  return hanging.reduce((whole, { where, linked }) => {
    if (linked.length === 0) return whole
    const line = `Linked files (OneDrive, SharePoint): ${linked.join(', ')}`
    return change(whole, where, ({ description }) => ({
      description: {
        text: [description?.text, line].filter((each) => each !== undefined).join('\n\n'),
        ...(description?.html === undefined ? {} : { html: `${description.html}<p>${escaped(line)}</p>` }),
      },
    }))
  }, event)
}

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')

type ReadFiles = (files: readonly Hanging[]) => Promise<{ readonly attachments: readonly Attachment[]; readonly losses: readonly string[] }>

async function withFiles(
  event: CalendarEvent,
  hanging: readonly HangingThere[],
  read: ReadFiles,
): Promise<{ readonly event: CalendarEvent; readonly losses: readonly string[] }> {
  let whole = event
  const losses: string[] = []
  for (const { where, files } of hanging) {
    if (files.length === 0) continue
    const { attachments, losses: lost } = await read(files)
    losses.push(...lost)
    whole = change(whole, where, () => ({ attachments }))
  }
  return { event: whole, losses }
}

const withMeeting = (event: CalendarEvent, choices: Choices['calendars']): CalendarEvent =>
  choices?.meetingLinks === undefined ? event : replaceMeeting(event, choices.meetingLinks)

/** Links that nobody replaced, of the series or of one of its occurrences. */
function meetingLosses(event: CalendarEvent): readonly string[] {
  const services = [event, ...(event.overrides ?? [])].flatMap(({ meeting }) => meeting?.service ?? [])
  return [...new Set(services)].flatMap((service) => (service === 'other' ? [] : [MEETING_LOSS[service]]))
}
