import { Fault, type FaultFacts } from '@offramp/core'
import { type Classify, isObject, type Json, objectOf, parseObject, textOf } from '@offramp/wire'
import { driveFault, isDriveAsk } from './drive-faults.ts'
import { cap, firstMatch, type Row, type Seen } from './fault-row.ts'
import { MAILBOX_MOVE_WAIT_MS } from './limits.ts'
import { loginFault } from './login-faults.ts'

/** What a call asks for: one status means different things for an item and for a whole mailbox. */
export type Asks = 'token' | 'users' | 'mailbox' | 'folder' | 'calendar' | 'page' | 'item'

const SCOPE_REMEDY =
  'If access was granted less than two hours ago, wait and check again: Exchange takes 30 minutes to 2 hours. Otherwise add the mailbox to the ' +
  'management scope of the app (docs/microsoft-365.md), or grant Mail.Read (for rules and replies MailboxSettings.Read) with admin consent.'

const parked = ({ facts }: Seen): Omit<FaultFacts, 'message'> => ({
  reach: 'gate',
  code: 'graph-mailbox-moving',
  until: facts.now + Math.max(facts.retryAfterMs ?? 0, MAILBOX_MOVE_WAIT_MS),
})

/**
 * Every provider code that we know, first match wins; what is not here is `call`, because its effect is unknown. Sources: Microsoft's
 * errors page and throttling page, Corso's catalogue (alcionai/corso, graph/errors.go), and the issues named beside a row.
 */
const TABLE: readonly Row<Asks>[] = [
  {
    code: /^(ErrorMailboxMoveInProgress|ErrorMailboxStoreUnavailable)$/i,
    gives: (seen) => ({
      ...parked(seen),
      message: `${cap(seen)} is being moved between Microsoft's servers and is left alone for a while.`,
    }),
  },
  {
    status: [429],
    gives: (seen) => ({ reach: 'gate', code: 'graph-throttled', message: `Microsoft asks us to slow down for ${seen.facts.about}.` }),
  },
  {
    code: /^(ApplicationThrottled|TooManyRequests|activityLimitReached)$/i,
    gives: (seen) => ({ reach: 'gate', code: 'graph-throttled', message: `Microsoft asks us to slow down for ${seen.facts.about}.` }),
  },
  {
    code: /^(SyncStateNotFound|SyncStateInvalid|ResyncRequired)$/i,
    gives: (seen) => ({
      reach: 'listing',
      code: 'graph-sync-state-lost',
      message: `Microsoft has forgotten where the listing of ${seen.facts.about} stood; it is listed anew.`,
    }),
  },
  {
    status: [410],
    asks: ['page'],
    gives: (seen) => ({
      reach: 'listing',
      code: 'graph-sync-state-lost',
      message: `The listing of ${seen.facts.about} has to start anew.`,
    }),
  },
  {
    // microsoft-graph-docs#5730: sync state is written into the mailbox, and a full one has no room for it.
    code: /^(ErrorQuotaExceeded|quotaLimitReached)$/i,
    gives: (seen) => ({
      reach: 'listing',
      code: 'graph-over-quota',
      message: `${cap(seen)} is full, so that Microsoft cannot list changes in it.`,
    }),
  },
  {
    code: /^malwareDetected$/i,
    gives: (seen) => ({
      reach: 'item',
      reason: 'malware',
      code: 'graph-malware',
      message: `Microsoft takes an item of ${seen.facts.about} for malware.`,
    }),
  },
  {
    status: [403],
    code: /^ErrorAccessDenied$/i,
    gives: (seen) => ({
      reach: 'account',
      code: /\[RAOP\]|AccessPolicy/i.test(seen.message) ? 'graph-out-of-scope' : 'graph-access-denied',
      message: `Microsoft does not let the app into ${seen.facts.about}: the mailbox is outside the app's scope, or access has not spread yet.`,
      remedy: SCOPE_REMEDY,
    }),
  },
  {
    status: [403],
    code: /^(accessDenied|Authorization_RequestDenied|Forbidden)$/i,
    gives: (seen) => ({
      reach: 'account',
      code: 'graph-permission-missing',
      message: `A permission is missing for ${seen.facts.about}. Microsoft says: ${short(seen.message)}`,
      remedy:
        'Compare the permissions of the app with docs/microsoft-365.md and let an administrator consent. A new consent takes up to an hour.',
    }),
  },
  {
    // To Do answers UnknownError instead of 403; NoPermissionsInAccessToken comes for a token without roles.
    status: [401],
    code: /^(UnknownError|NoPermissionsInAccessToken)$/i,
    gives: (seen) => ({
      reach: 'account',
      code: 'graph-permission-missing',
      message: `A permission is missing for ${seen.facts.about}.`,
      remedy: 'Compare the permissions of the app with docs/microsoft-365.md and let an administrator consent.',
    }),
  },
  {
    status: [401],
    gives: (seen) => ({
      reach: 'account',
      code: 'graph-token-refused',
      message: `Microsoft does not accept a fresh token for ${seen.facts.about}. It says: ${short(seen.message)}`,
      remedy:
        'Check that the app is still enabled in the tenant, that consent was not withdrawn, and that the endpoint names the right cloud.',
    }),
  },
  {
    code: /^MailboxNotEnabledForRESTAPI$/i,
    gives: (seen) => ({
      reach: 'account',
      code: 'graph-no-mailbox',
      message: `${cap(seen)} is not in Exchange Online: it was never made, is inactive or deleted, or lives on a server of its own.`,
      remedy: 'Take the account out of the mappings, or give it a licence with Exchange Online.',
    }),
  },
  {
    code: /^(ErrorInvalidUser|Request_ResourceNotFound|ResourceNotFound|ErrorNonExistentMailbox)$/i,
    gives: (seen) => ({
      reach: 'account',
      code: 'graph-no-such-user',
      message: `There is no user for ${seen.facts.about} in the tenant (any more).`,
      remedy: 'Check the mapping; the user may have been deleted or renamed.',
    }),
  },
  {
    code: /^(ErrorItemNotFound|itemNotFound|ErrorMessageNotFound|ImageNotFound)$/i,
    status: [404],
    asks: ['item'],
    gives: (seen) => ({ reach: 'item', reason: 'gone', code: 'graph-gone', message: `An item of ${seen.facts.about} is no longer there.` }),
  },
  {
    code: /^(ErrorItemNotFound|itemNotFound|ErrorSyncFolderNotFound|ErrorFolderNotFound)$/i,
    status: [404],
    gives: (seen) => ({ reach: 'listing', code: 'graph-folder-gone', message: `A folder of ${seen.facts.about} is no longer there.` }),
  },
  {
    code: /^(ErrorContentConversionFailed|ErrorMimeContentConversionFailed|ErrorCorruptData|ErrorInvalidRecipients|ErrorCannotOpenFileAttachment)$/i,
    asks: ['item'],
    gives: (seen) => ({
      reach: 'item',
      reason: 'corrupt-at-source',
      code: 'graph-corrupt',
      message: `Microsoft cannot read an item of ${seen.facts.about} any more: ${short(seen.message)}`,
    }),
  },
  {
    code: /^ErrorTooManyObjectsOpened$/i,
    asks: ['item'],
    gives: (seen) => ({
      reach: 'item',
      reason: 'unreadable-at-source',
      code: 'graph-too-deep',
      message: `Microsoft cannot open all parts of an item of ${seen.facts.about} at once: ${short(seen.message)}`,
    }),
  },
  {
    // microsoft-graph-docs#18439, -docs-contrib#1808: seen above 25 MB.
    says: /Unable to read data from the transport connection/i,
    gives: (seen) => ({
      reach: 'call',
      code: 'graph-transport-broke',
      message: `Microsoft broke off while it read from ${seen.facts.about}.`,
    }),
  },
  {
    status: [409, 423],
    code: /^(resourceLocked|notAllowed)$/i,
    gives: (seen) => ({
      reach: 'account',
      code: 'graph-locked',
      message: `${cap(seen)} is locked or archived.`,
      remedy: 'Unlock it in the admin center, then resume.',
    }),
  },
  {
    // Calendars that were shared in the old way: https://learn.microsoft.com/graph/known-issues.
    status: [500],
    code: /^ErrorInternalServerTransientError$/i,
    asks: ['calendar'],
    gives: (seen) => ({
      reach: 'call',
      code: 'graph-calendar-unreadable',
      message: `Microsoft could not open a calendar of ${seen.facts.about}: ${short(seen.message)}`,
    }),
  },
  {
    status: [400],
    gives: (seen) => ({
      reach: 'call',
      code: 'graph-bad-request',
      message: `Microsoft refuses a request for ${seen.facts.about}: ${short(seen.message)}`,
    }),
  },
  {
    status: [500, 502, 504],
    asks: ['page', 'calendar'],
    gives: (seen) => ({
      reach: 'call',
      code: 'graph-page-failed',
      message: `Microsoft could not list a page of ${seen.facts.about}: ${short(seen.message)}`,
    }),
  },
]

/** For the wire: sign-in and Graph have a table each. */
export const classify: Classify = (facts) => {
  if (facts.asks === 'token') return loginFault(facts)
  const seen = { facts, ...problemOf(facts.body) }
  const ofDrive = isDriveAsk(facts.asks) ? driveFault(seen) : undefined
  if (ofDrive !== undefined) return ofDrive
  const row = firstMatch(TABLE, seen)
  return row === undefined ? undefined : new Fault(row.gives(seen))
}

/** Codes and message of an error body. It may be empty, HTML or text; `innererror` may nest and is spelled in two ways. */
function problemOf(body: string): { readonly codes: readonly string[]; readonly message: string } {
  const error = objectOf(parseObject(body)['error'])
  const codes: string[] = []
  for (let level: Json | undefined = error, depth = 0; level !== undefined && depth < 8; depth++) {
    const code = textOf(level['code'])
    if (code !== undefined) codes.push(code)
    const inner: unknown = level['innerError'] ?? level['innererror']
    level = isObject(inner) ? inner : undefined
  }
  return { codes, message: textOf(error['message']) ?? (codes.length === 0 ? body.slice(0, 1000) : '') }
}

const short = (message: string): string => (message === '' ? 'nothing more.' : message.replace(/\s+/g, ' ').slice(0, 200))
