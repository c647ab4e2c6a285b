import { Fault, type FaultFacts } from '@offramp/core'
import { numberOf, type ResponseFacts } from '@offramp/wire'
import { cap, firstMatch, type Row, type Seen } from './fault-row.ts'

/** What is asked of drives; the words of `Asks` for them. */
export type DriveAsks = 'drive' | 'drive-page' | 'drive-item' | 'drive-bytes' | 'drive-permissions' | 'sites'

/** https://learn.microsoft.com/sharepoint/dev/general-development/how-to-avoid-getting-throttled: the longer of both is meant. */
function comeBack(facts: ResponseFacts): number | undefined {
  const reset = numberOf(facts.headers['ratelimit-reset'])
  const waits = [facts.retryAfterMs, reset === undefined ? undefined : reset * 1000].filter((each) => each !== undefined)
  return waits.length === 0 ? undefined : facts.now + Math.max(...waits)
}

const slowDown = (seen: Seen): FaultFacts => {
  const until = comeBack(seen.facts)
  return {
    reach: 'gate',
    code: 'graph-throttled',
    message: 'SharePoint asks us to slow down with all files of the tenant.',
    ...(until === undefined ? {} : { until }),
  }
}

const noDrive = (seen: Seen): FaultFacts => ({
  reach: 'account',
  code: 'graph-no-drive',
  message: `${cap(seen)} is not there: it was never opened, or has no licence.`,
  remedy: 'There is nothing to move. If files are expected there, give the account a licence with OneDrive and let its owner open it once.',
})

/** First match wins; what is not here is looked up among the rows that hold for all of Graph. */
const TABLE: readonly Row<DriveAsks>[] = [
  { status: [429, 509], gives: slowDown },
  { code: /^(activityLimitReached|TooManyRequests|ApplicationThrottled)$/i, gives: slowDown },
  {
    code: /^malwareDetected$/i,
    gives: (seen) => ({
      reach: 'item',
      reason: 'malware',
      code: 'graph-malware',
      message: `Microsoft takes a file of ${seen.facts.about} for malware.`,
    }),
  },
  {
    status: [423],
    asks: ['drive-bytes'],
    gives: (seen) => ({
      reach: 'item',
      reason: 'stored-away',
      code: 'graph-archived',
      message: `A file of ${seen.facts.about} is in Microsoft 365 Archive.`,
    }),
  },
  {
    status: [401, 403, 404, 410],
    asks: ['drive-bytes'],
    gives: (seen) => ({
      reach: 'call',
      code: 'graph-address-refused',
      message: `The address of a file of ${seen.facts.about} is not good any more (status ${seen.facts.status}).`,
    }),
  },
  { status: [404], asks: ['drive'], gives: noDrive },
  // Seen where a user was never given a site: "Unable to retrieve user's mysite URL.", "Tenant does not have a SPO license."
  { says: /mysite|SPO license/i, asks: ['drive'], gives: noDrive },
  {
    status: [409, 423],
    asks: ['drive', 'drive-page', 'drive-item', 'sites'],
    gives: (seen) => ({
      reach: 'account',
      code: 'graph-locked',
      message: `${cap(seen)} is locked or archived.`,
      remedy: 'Unlock the site in the SharePoint admin center, or bring it back from the archive, then resume.',
    }),
  },
  {
    status: [404],
    asks: ['drive-item', 'drive-permissions'],
    gives: (seen) => ({
      reach: 'item',
      reason: 'gone',
      code: 'graph-gone',
      message: `A file of ${seen.facts.about} is no longer there.`,
    }),
  },
  {
    status: [410],
    asks: ['drive-page'],
    gives: (seen) => {
      const fresh = URL.parse(seen.facts.headers['location'] ?? '')
      return {
        reach: 'listing',
        code: 'graph-sync-state-lost',
        message: `Microsoft has forgotten where the listing of ${seen.facts.about} stood; it is listed anew.`,
        // Both codes mean the same to whoever only reads: list again, and take nothing for deleted because it is not named.
        ...(fresh === null ? {} : { restart: fresh.pathname + fresh.search }),
      }
    },
  },
]

/** Undefined where nothing is said of drives in particular. */
export function driveFault(seen: Seen): Fault | undefined {
  // A download that is refused for what is in it need not bear a code.
  const infected = seen.facts.headers['x-virus-infected'] !== undefined
  const row = firstMatch(TABLE, infected ? { ...seen, codes: [...seen.codes, 'malwareDetected'] } : seen)
  return row === undefined ? undefined : new Fault(row.gives(seen))
}

export const isDriveAsk = (asks: string | undefined): boolean => asks === 'sites' || asks?.startsWith('drive') === true
