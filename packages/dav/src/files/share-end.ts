import type { Call } from '@offramp/core'
import { isRefusal } from '../faults.ts'
import type { FilesDesk } from './desk.ts'
import { factsOf } from './ocs.ts'
import { cannotGive, changeShare } from './share-call.ts'

const DAY = 86_400_000

/** Days after which shares have to end, where an administrator has said so. */
export interface ShareDays {
  /** Of links and mail shares. */
  readonly address: number | undefined
  /** Of shares to accounts and groups. */
  readonly inside: number | undefined
}

/** From a Nextcloud's capabilities (29.0.1, 34.0.1). Where links are off altogether, it does not tell those of the others either. */
export function shareDaysIn(told: Readonly<Record<string, unknown>>): ShareDays {
  const links = factsOf(factsOf(told['files_sharing'])['public'])
  const daysOf = (name: string): number | undefined => {
    const { enforced, days } = factsOf(links[name])
    return enforced === true && Number(days) > 0 ? Number(days) : undefined
  }
  return { address: daysOf('expire_date'), inside: daysOf('expire_date_internal') }
}

const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10)

interface Ends {
  /** When the grant ends, milliseconds since the epoch. Undefined: never. */
  readonly grant: number | undefined
  readonly isByAddress: boolean
}

/**
 * The last day of a share: `2027-01-31`. It ends with a day in the server's own zone, so this is the last one that is wholly before the end of the grant,
 * and that the server takes in whatever zone it is. Undefined: the grant has no end.
 */
export function lastDayOf(desk: FilesDesk, { grant, isByAddress }: Ends): string | undefined {
  if (grant === undefined) return undefined
  const now = desk.services.clock.now()
  const wanted = grant - DAY - DAY / 2
  if (dayOf(wanted) <= dayOf(now))
    throw cannotGive(desk, 'dav-share-expired', 'a share ends with a whole day, and this one is over before one has passed')
  const most = mostOf(desk, isByAddress)
  return dayOf(Math.min(wanted, most === undefined ? wanted : now + Math.max(1, most - 1) * DAY))
}

const mostOf = ({ server: { shareDays } }: FilesDesk, isByAddress: boolean): number | undefined =>
  isByAddress ? shareDays?.address : shareDays?.inside

/**
 * Takes away the end that an older server (29.0.1) gives to a new share of which none was asked, where it may. What it does not let be without one
 * keeps its own. Answers what the server says of the share then.
 */
export async function withoutEnd(
  desk: FilesDesk,
  { id, isByAddress }: { readonly id: string; readonly isByAddress: boolean },
  call: Call,
): Promise<Readonly<Record<string, unknown>> | undefined> {
  if (mostOf(desk, isByAddress) !== undefined) return undefined
  try {
    return await changeShare(desk, { id, fields: { expireDate: '' } }, call)
  } catch (thrown) {
    if (!isRefusal(thrown, 400, 403, 404)) throw thrown
    return undefined
  }
}

const WHY = {
  made: 'An administrator of this server has all such shares end.',
  stood: 'It stood there already.',
} as const

/** For the operator: a share that is over before what was granted is. */
export function endsEarly(grant: number | undefined, expires: string | undefined, how: keyof typeof WHY): string | undefined {
  if (expires === undefined || (grant !== undefined && dayOf(grant - DAY - DAY / 2) <= expires)) return undefined
  return `It ends after ${expires}, and what the source gives ${grant === undefined ? 'has no end' : `ends on ${dayOf(grant)}`}. ${WHY[how]}`
}
