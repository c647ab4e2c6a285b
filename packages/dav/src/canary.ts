import { randomUUID } from 'node:crypto'
import type { Call } from '@offramp/core'
import { type CalendarEvent, differences, wallClock, writeEvent } from '@offramp/formats'
import { takeOutOfBin } from './bin.ts'
import { listCollections, takes } from './collections.ts'
import type { Desk } from './desk.ts'
import { withClientAgent, withoutGuests } from './edit-calendar.ts'
import { isRefusal } from './faults.ts'
import { nameIn, objectsWith, pathTo, readObject, withUidIn, writeObject } from './objects.ts'
import { ask, writeXml } from './write-xml.ts'

/** Nobody can ever be reached there (RFC 2606). */
const NOBODY = 'nobody@offramp.invalid'

const DAY = 86_400_000

const SUMMARY = 'Offramp looks whether invitations are switched off'

/** How its address begins, so that one which was left is known. Each its own: a Nextcloud does not delete what has a name that its trash bin holds. */
const NAME = 'offramp-canary-'

/** `organised`: the account invites the sink. `attended`: the sink has invited the account, which has accepted. */
export type Role = 'organised' | 'attended'

export interface Wish {
  readonly place: string
  readonly role: Role
  /** Without the method, to see the signs. */
  readonly control?: true
}

/** How the account is invited. Without a mail address servers use their own, and a login that is one will do. */
const ownAddress = ({ home, client }: Desk): string =>
  home.addresses[0]?.replace(/^mailto:/i, '') ?? (client.account.includes('@') ? client.account : `${client.account}@offramp.invalid`)

/** Tomorrow, because servers mail nobody about the past. */
function canaryEvent(desk: Desk, role: Role): CalendarEvent {
  const start = desk.services.clock.now() + DAY
  const [own, sink] = [ownAddress(desk), desk.settings.silence?.sink ?? NOBODY]
  const [organizer, guest] = role === 'organised' ? [own, sink] : [sink, own]
  return {
    uid: randomUUID(),
    start: { local: wallClock(start, 'UTC'), zone: 'UTC' },
    end: { local: wallClock(start + 900_000, 'UTC'), zone: 'UTC' },
    summary: SUMMARY,
    busy: 'free',
    organizer: { address: organizer },
    guests: [
      { address: organizer, role: 'chair', type: 'individual', answer: 'accepted' },
      { address: guest, role: 'required', type: 'individual', answer: role === 'organised' ? 'needs-action' : 'accepted' },
    ],
    sequence: 0,
  }
}

/** The desk as it writes without its method. */
const unmuted = (desk: Desk): Desk => ({ ...desk, silence: { ...desk.silence, headers: {} } })

/** How many objects wait in the box in which the server leaves invitations. */
async function inboxCount({ client, home }: Desk, call: Call): Promise<number> {
  if (home.inbox === undefined) return 0
  let count = 0
  const body = writeXml('D:propfind', ask('D:getetag'))
  await client.multistatus({ method: 'PROPFIND', href: home.inbox, depth: '1', body, asks: 'look' }, () => count++, call)
  return count
}

/** Calendars of the account in which the event has turned up beside its own. */
async function copies(desk: Desk, place: string, uid: string, call: Call): Promise<number> {
  let found = 0
  for (const standing of await listCollections(desk.client, desk.home, call)) {
    if (standing.path !== place && takes(standing, 'event')) found += (await withUidIn(desk, standing.path, uid, call)).length
  }
  return found
}

/**
 * Writes an event that invites somebody, looks for every sign that the server has told anybody, and takes it away again without a word. Gives the
 * signs; none is silence.
 */
export async function flyCanary(desk: Desk, { place, role, control }: Wish, call: Call): Promise<readonly string[]> {
  const event = canaryEvent(desk, role)
  const plain = writeEvent(event).bytes
  const bytes = desk.silence.marksGuests && control === undefined ? withClientAgent(plain) : plain
  const path = pathTo(place, `${NAME}${event.uid}.ics`)
  const before = await inboxCount(desk, call)
  await writeObject(control ? unmuted(desk) : desk, { path, bytes }, call)
  try {
    return await signs(desk, { place, path, uid: event.uid, bytes, before }, call)
  } finally {
    await takeAway(desk, path, bytes, call)
  }
}

/** What a server changes that has told somebody. That it writes anything else anew is no sign. */
const SCHEDULING = /^(ATTENDEE|ORGANIZER|SEQUENCE|STATUS|REQUEST-STATUS)\b/

interface Flown {
  readonly place: string
  readonly path: string
  readonly uid: string
  readonly bytes: Uint8Array
  /** Objects in the inbox before. */
  readonly before: number
}

async function signs(desk: Desk, { place, path, uid, bytes, before }: Flown, call: Call): Promise<readonly string[]> {
  const standing = await readObject(desk, path, call)
  if (standing === undefined) return ['the event is not where it was written']
  const found: string[] = []
  const text = Buffer.from(standing.bytes)
    .toString('utf8')
    .replaceAll(/\r?\n[ \t]/g, '')
  const status = /SCHEDULE-STATUS="?([\d.]+)/i.exec(text)?.[1]
  if (status !== undefined) found.push(`the server has noted a delivery at a guest (SCHEDULE-STATUS ${status})`)
  const changed = differences('event', bytes, standing.bytes).filter((sentence) => SCHEDULING.test(sentence))
  if (status === undefined && changed.length > 0) found.push(`the server has changed who takes part (${changed.join(' ')})`)
  if ((await inboxCount(desk, call)) > before) found.push("something has come into the account's own inbox for invitations")
  if ((await copies(desk, place, uid, call)) > 0) found.push('the event has come into another calendar of the account as well')
  return found
}

/** First without its guests, under the method, so that its removal has nobody to tell; then gone. */
async function takeAway(desk: Desk, path: string, bytes: Uint8Array, call: Call): Promise<void> {
  const standing = await readObject(desk, path, call)
  if (standing === undefined) return
  const { etag } = await writeObject(desk, { path, bytes: withoutGuests(bytes), over: standing.etag ?? '*' }, call)
  const headers = { ...desk.silence.headers, 'x-nc-caldav-no-trashbin': '1' }
  await desk.client.send({ method: 'DELETE', href: path, asks: 'remove', headers }, call).catch((thrown: unknown) => {
    if (!isRefusal(thrown, 404)) throw thrown
  })
  if (etag !== undefined) await takeOutOfBin(desk, etag, call)
}

interface Sweep {
  /** Only what was begun within two days, which servers find without reading every event of a calendar. */
  readonly lately?: true
}

/** Takes away what another worker has left that was killed in the middle: in any calendar of the account, since it may have begun with another. */
export async function sweepCanaries(desk: Desk, { lately }: Sweep, call: Call): Promise<void> {
  const own = (await listCollections(desk.client, desk.home, call)).filter((one) => !one.foreign && takes(one, 'event'))
  for (const { path: place } of own) {
    for (const path of await left(desk, { place, lately }, call)) {
      const standing = nameIn(path).startsWith(NAME) ? await readObject(desk, path, call) : undefined
      if (standing !== undefined) await takeAway(desk, path, standing.bytes, call)
    }
  }
}

async function left(desk: Desk, { place, lately }: { readonly place: string; readonly lately: true | undefined }, call: Call) {
  const sought = { place, property: 'SUMMARY', text: SUMMARY }
  if (lately) {
    const now = desk.services.clock.now()
    try {
      return await objectsWith(desk, { ...sought, during: { from: now - DAY, to: now + 3 * DAY } }, call)
    } catch (thrown) {
      // Servers fail over dates that an event of somebody else's has; over its title none does.
      if (call.signal.aborted) throw thrown
    }
  }
  return objectsWith(desk, sought, call)
}
