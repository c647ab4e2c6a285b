import type { Call } from '@offramp/core'
import { ianaZone, instantOf, type Moment, wallClock } from '@offramp/formats'
import { type Json, objectOf, textOf } from '@offramp/wire'
import type { GraphClient } from './client.ts'
import { isDenied } from './directory.ts'
import { LOSSES } from './losses.ts'

const DAY_MS = 86_400_000

/**
 * The zone in which the mailbox's owner lives, as an IANA name. Undefined where it is one of the owner's own making, or where the app may not
 * read the settings. One request.
 */
export async function readMailboxZone(mailbox: GraphClient, user: string, call: Call): Promise<string | undefined> {
  try {
    const answer = await mailbox.json({ path: `${user}/mailboxSettings/timeZone`, asks: 'mailbox' }, call)
    return ianaZone(textOf(answer['value']) ?? textOf(answer['timeZone']))
  } catch (thrown) {
    if (isDenied(thrown)) return undefined
    throw thrown
  }
}

/** The zone in which an event goes on, and what is not certain about it. */
export interface EventZone {
  readonly zone: string
  readonly losses: readonly string[]
}

/**
 * Any of the names may be empty (microsoft-graph-docs#7163), of the owner's own making (`Customized Time Zone`, `tzone://Microsoft/Custom`), or
 * an IANA name already (#6208). A single event is an instant in any zone; a series is not.
 */
export function zoneOf(event: Json, mailboxZone: string | undefined): EventZone {
  const range = objectOf(objectOf(event['recurrence'])['range'])
  const isSeries = event['recurrence'] !== null && event['recurrence'] !== undefined
  const names = [isSeries ? textOf(range['recurrenceTimeZone']) : undefined, textOf(event['originalStartTimeZone'])]
  for (const name of names) {
    const zone = ianaZone(name)
    if (zone !== undefined) return { zone, losses: [] }
  }
  const isLost = isSeries && event['isAllDay'] !== true
  if (mailboxZone === undefined) return { zone: 'UTC', losses: isLost ? [LOSSES.noZone] : [] }
  const isNamed = names.some((name) => name !== undefined && name.trim() !== '')
  return { zone: mailboxZone, losses: isLost && isNamed ? [LOSSES.ownZone] : [] }
}

/** A `dateTimeTimeZone` as milliseconds since the Unix epoch: seven decimals and no offset, in UTC where nothing else was asked for. */
export function instantIn(value: unknown): number | undefined {
  const { dateTime, timeZone } = objectOf(value)
  const [, local] = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.\d*)?Z?$/.exec(textOf(dateTime) ?? '') ?? []
  if (local === undefined || Number.isNaN(Date.parse(`${local}Z`))) return undefined
  return instantOf({ local, zone: ianaZone(textOf(timeZone)) ?? 'UTC' })
}

/** A day, of a `dateTimeTimeZone` that stands for one: its date as it is written, whatever its zone says (microsoft-graph-docs#6003, #1158). */
export const dateIn = (value: unknown): string | undefined => /^\d{4}-\d\d-\d\d/.exec(textOf(objectOf(value)['dateTime']) ?? '')?.[0]

/** An instant on the clock of a zone. In the hour that a clock shows twice, only UTC says which of the two is meant. */
export function momentAt(at: number, zone: string): Moment {
  const moment = { local: wallClock(at, zone), zone }
  return instantOf(moment) === at ? moment : { local: wallClock(at, 'UTC'), zone: 'UTC' }
}

/**
 * The day at whose beginning, or at whose `time`, an instant is by the clock of a zone; the nearest one where the zone is not quite the one that was
 * meant, or the clock went forward just then.
 */
export function dayAt(at: number, zone: string, time = '00:00:00'): string {
  const wall = Date.parse(`${wallClock(at, zone)}Z`) - Date.parse(`1970-01-01T${time}Z`)
  return new Date(Math.round(wall / DAY_MS) * DAY_MS).toISOString().slice(0, 10)
}

/** `0001-01-01T00:00:00Z` is how Graph writes that there is none. */
export function timeOf(value: unknown): number | undefined {
  const at = Date.parse(textOf(value) ?? '')
  return at > Date.UTC(1602, 0) ? at : undefined
}
