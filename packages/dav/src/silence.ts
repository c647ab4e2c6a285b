import type { Call } from '@offramp/core'
import type { DavKind } from './desk.ts'
import { type Server, schedules } from './server.ts'
import type { SilenceSettings } from './settings.ts'

/** How one server is kept from mailing anybody and from writing into other people's calendars. */
export interface Method {
  /** Sent with every write. */
  readonly headers: Readonly<Record<string, string>>
  /** Every guest is marked SCHEDULE-AGENT=CLIENT, by the operator's wish. */
  readonly marksGuests: boolean
  /** Deletions are silent as well. Otherwise an event loses its guests before it is deleted. */
  readonly coversRemoval: boolean
  /** A sentence for reports. */
  readonly says: string
  /**
   * Whether the canary alone is proof. On a server that Offramp does not know it is only one where the counter-check has shown that the same signs
   * appear without the method.
   */
  readonly known: boolean
}

/** A method, and its proof. */
export interface Silence extends Method {
  /** Proves the method for this account, once in a process, before the first event is written. Throws what has to be switched. */
  prove(place: string, call: Call): Promise<void>
  /** What the report says of it. */
  assurances(): readonly string[]
}

const NONE: Method = {
  headers: {},
  marksGuests: false,
  coversRemoval: true,
  known: true,
  says: 'The server does not announce that it sends invitations (no calendar-auto-schedule), so nothing had to be switched off.',
}

/**
 * Nextcloud 31 and later know `X-NC-Scheduling`, on DELETE since 32.0.7 and 33.0.1. Sabre, below all of them, sends nothing for a request with
 * `Schedule-Reply: F`, be it PUT or DELETE: read in its Schedule/Plugin.php of 4.1.5, 4.2.1 and 4.7.0. Neither leaves a trace in the event.
 */
const nextcloudMethod = ({ says }: Server): Method => ({
  headers: { 'x-nc-scheduling': 'false', 'schedule-reply': 'F' },
  marksGuests: false,
  coversRemoval: true,
  known: true,
  says: `Every write to ${says} carried the headers X-NC-Scheduling: false and Schedule-Reply: F, by which it sends and delivers nothing; they leave nothing behind in the events.`,
})

/** Read in its source and seen with 3.6.1, on PUT and on DELETE, with a mail sink as witness. */
const cyrusMethod = ({ says }: Server): Method => ({
  headers: { 'scheduling-enabled': 'F' },
  marksGuests: false,
  coversRemoval: true,
  known: true,
  says: `Every write to ${says} carried the header Scheduling-Enabled: F, by which it sends and delivers nothing; it leaves nothing behind in the events.`,
})

const AGENT: Method = {
  headers: {},
  marksGuests: true,
  coversRemoval: false,
  known: true,
  says: 'Every guest was marked SCHEDULE-AGENT=CLIENT, by a setting of this destination: changes that people make to these events later notify nobody either.',
}

/** All headers that any server is known to understand; one that understands none is found out by its canary. */
const GUESS: Method = {
  headers: { 'x-nc-scheduling': 'false', 'schedule-reply': 'F', 'scheduling-enabled': 'F' },
  marksGuests: false,
  coversRemoval: false,
  known: false,
  says: 'Every write carried the headers X-NC-Scheduling: false, Schedule-Reply: F and Scheduling-Enabled: F.',
}

/** Chosen by what the server is. Only events are ever sent to anybody. */
export function methodFor(server: Server, kind: DavKind, settings: SilenceSettings | undefined): Method {
  if (kind === 'contact') return { ...NONE, says: '' }
  if (!schedules(server)) return NONE
  if (settings?.method === 'client-agent') return AGENT
  if (server.kind === 'nextcloud') return nextcloudMethod(server)
  return server.kind === 'cyrus' ? cyrusMethod(server) : GUESS
}

/** What its admin has to switch, where the method does not hold. */
export function remedyFor(server: Server): string {
  switch (server.kind) {
    case 'nextcloud':
      return 'Look whether a proxy in front of Nextcloud removes the headers X-NC-Scheduling and Schedule-Reply. Or, for the time of the migration, `occ config:app:set dav sendInvitations --value=no` together with `silence.method: client-agent` on this destination; switch it back afterwards.'
    case 'cyrus':
      return 'Set `caldav_allowscheduling: off` in imapd.conf for the time of the migration and restart Cyrus; switch it back afterwards.'
    default:
      return 'Switch off sending and delivering of invitations on the server for the time of the migration. Or give a sink address (`silence.sink`), so that the check can show whether it would fail; or set `silence.method: client-agent`, which stays in the events.'
  }
}
