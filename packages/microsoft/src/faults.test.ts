import type { Fault } from '@offramp/core'
import { expect, test } from 'vitest'
import { type Asks, classify } from './faults.ts'

const NOW = 1_800_000_000_000

interface Given {
  readonly status: number
  readonly code?: string
  readonly asks?: Asks
  readonly message?: string
  readonly body?: string
  readonly retryAfterMs?: number
}

function judge({ status, code, asks = 'item', message = 'It says so.', body, retryAfterMs }: Given): Fault | undefined {
  const innerError = { date: '2026-09-01T10:00:00', 'request-id': 'x' }
  return classify({
    status,
    headers: {},
    body: body ?? JSON.stringify({ error: { code, message, innerError } }),
    about: 'the mailbox of anna@example.com',
    asks,
    now: NOW,
    retryAfterMs,
  })
}

const RAOP = 'Access to OData is disabled: [RAOP] : Blocked by tenant configured AppOnly AccessPolicy settings.'

test.each<[Given, string, string]>([
  [{ status: 400, code: 'BadRequest' }, 'call', 'graph-bad-request'],
  [{ status: 400, code: 'RequestBroker--ParseUri' }, 'call', 'graph-bad-request'],
  [{ status: 400, code: 'ErrorInvalidIdMalformed' }, 'call', 'graph-bad-request'],
  [{ status: 401, code: 'InvalidAuthenticationToken' }, 'account', 'graph-token-refused'],
  [{ status: 401, code: 'UnknownError' }, 'account', 'graph-permission-missing'],
  [{ status: 401, code: 'NoPermissionsInAccessToken' }, 'account', 'graph-permission-missing'],
  [{ status: 403, code: 'ErrorAccessDenied', message: RAOP }, 'account', 'graph-out-of-scope'],
  [{ status: 403, code: 'ErrorAccessDenied' }, 'account', 'graph-access-denied'],
  [{ status: 403, code: 'accessDenied' }, 'account', 'graph-permission-missing'],
  [{ status: 403, code: 'Authorization_RequestDenied', asks: 'users' }, 'account', 'graph-permission-missing'],
  [{ status: 403, code: 'malwareDetected' }, 'item', 'graph-malware'],
  [{ status: 404, code: 'ErrorItemNotFound' }, 'item', 'graph-gone'],
  [{ status: 404, code: 'itemNotFound' }, 'item', 'graph-gone'],
  [{ status: 404, code: 'ErrorItemNotFound', asks: 'page' }, 'listing', 'graph-folder-gone'],
  [{ status: 404, code: 'ErrorSyncFolderNotFound', asks: 'page' }, 'listing', 'graph-folder-gone'],
  [{ status: 404, code: 'MailboxNotEnabledForRESTAPI' }, 'account', 'graph-no-mailbox'],
  [{ status: 404, code: 'ErrorInvalidUser' }, 'account', 'graph-no-such-user'],
  [{ status: 404, code: 'Request_ResourceNotFound' }, 'account', 'graph-no-such-user'],
  [{ status: 404, code: 'ResourceNotFound' }, 'account', 'graph-no-such-user'],
  [{ status: 409, code: 'resourceLocked' }, 'account', 'graph-locked'],
  [{ status: 423, code: 'notAllowed' }, 'account', 'graph-locked'],
  [{ status: 410, code: 'SyncStateNotFound', asks: 'page' }, 'listing', 'graph-sync-state-lost'],
  [{ status: 410, code: 'syncStateInvalid', asks: 'page' }, 'listing', 'graph-sync-state-lost'],
  [{ status: 410, code: 'ResyncRequired', asks: 'page' }, 'listing', 'graph-sync-state-lost'],
  [{ status: 410, body: '', asks: 'page' }, 'listing', 'graph-sync-state-lost'],
  [{ status: 429, code: 'ApplicationThrottled' }, 'gate', 'graph-throttled'],
  [{ status: 429, code: 'TooManyRequests' }, 'gate', 'graph-throttled'],
  [{ status: 429, body: '<html>slow down</html>' }, 'gate', 'graph-throttled'],
  [{ status: 503, code: 'activityLimitReached' }, 'gate', 'graph-throttled'],
  [{ status: 500, code: 'InternalServerError', asks: 'page' }, 'call', 'graph-page-failed'],
  [{ status: 500, code: 'ErrorInternalServerTransientError', asks: 'page' }, 'call', 'graph-page-failed'],
  [{ status: 500, code: 'ErrorContentConversionFailed' }, 'item', 'graph-corrupt'],
  [{ status: 500, code: 'ErrorCorruptData' }, 'item', 'graph-corrupt'],
  [{ status: 500, code: 'ErrorMimeContentConversionFailed' }, 'item', 'graph-corrupt'],
  [{ status: 500, code: 'ErrorInvalidRecipients' }, 'item', 'graph-corrupt'],
  [{ status: 500, code: 'ErrorCannotOpenFileAttachment' }, 'item', 'graph-corrupt'],
  [{ status: 500, code: 'ErrorTooManyObjectsOpened' }, 'item', 'graph-too-deep'],
  [{ status: 500, code: 'ErrorCorruptData', asks: 'page' }, 'call', 'graph-page-failed'],
  [{ status: 500, code: 'X', message: 'Unable to read data from the transport connection: closed.' }, 'call', 'graph-transport-broke'],
  [{ status: 500, code: 'ErrorMailboxMoveInProgress' }, 'gate', 'graph-mailbox-moving'],
  [{ status: 503, code: 'ErrorMailboxStoreUnavailable' }, 'gate', 'graph-mailbox-moving'],
  [{ status: 500, code: 'ErrorQuotaExceeded', asks: 'page' }, 'listing', 'graph-over-quota'],
  [{ status: 403, code: 'ErrorQuotaExceeded', asks: 'page' }, 'listing', 'graph-over-quota'],
  [{ status: 507, code: 'quotaLimitReached', asks: 'page' }, 'listing', 'graph-over-quota'],
])('%j is of reach %s: %s', (given, reach, code) => {
  const fault = judge(given)
  expect([fault?.reach, fault?.code]).toEqual([reach, code])
})

// The wire knows what these mean wherever they come from: they pass, and are tried again.
test.each<Given>([
  { status: 500, code: 'generalException' },
  { status: 500, code: 'ErrorInternalServerTransientError' },
  { status: 502, body: '' },
  { status: 503, body: '<html>Service unavailable</html>' },
  { status: 504, code: 'UnknownError' },
  { status: 509, body: '' },
  { status: 500, body: 'IO error during request payload read' },
])('%j is left to the wire', (given) => {
  expect(judge(given)).toBeUndefined()
})

test('the innermost code counts as well, spelled in either way', () => {
  const error = { code: 'BadRequest', message: 'm', innererror: { code: 'x', innerError: { code: 'syncStateNotFound' } } }
  expect(judge({ status: 400, body: JSON.stringify({ error }) })?.reach).toBe('listing')
})

test('a mailbox that is being moved is left alone for a quarter of an hour, or longer if Microsoft says so', () => {
  expect(judge({ status: 500, code: 'ErrorMailboxMoveInProgress', retryAfterMs: 5_000 })?.until).toBe(NOW + 900_000)
  expect(judge({ status: 500, code: 'ErrorMailboxMoveInProgress', retryAfterMs: 7_200_000 })?.until).toBe(NOW + 7_200_000)
})

test('every account fault says what to do, and every item fault has its reason', () => {
  const denied = judge({ status: 403, code: 'ErrorAccessDenied', message: RAOP })
  expect(denied?.remedy).toMatch(/30 minutes to 2 hours/)
  expect(denied?.message).toContain('anna@example.com')
  expect(judge({ status: 404, code: 'ErrorItemNotFound' })?.reason).toBe('gone')
  expect(judge({ status: 500, code: 'ErrorCorruptData' })?.reason).toBe('corrupt-at-source')
  expect(judge({ status: 403, code: 'malwareDetected' })?.reason).toBe('malware')
})

const signIn = (code: number, status = 400): Fault | undefined =>
  judge({
    status,
    asks: 'token',
    body: JSON.stringify({
      error: 'invalid_client',
      error_description: `AADSTS${code}: Why.\r\nTrace ID: t`,
      error_codes: [code],
      trace_id: 't',
    }),
  })

test.each([
  [7000215, 'run', /value, not its ID/],
  [7000222, 'run', /new secret/],
  [700016, 'run', /client ID and the tenant ID/],
  [90002, 'run', /tenant ID/],
  [900023, 'run', /GUID/],
  [65001, 'account', /Grant admin consent/],
  [1002012, 'run', /cloud/],
  [700027, 'run', /thumbprint/],
  [700024, 'run', /clock/],
  [53003, 'account', /Conditional Access/],
  [123456, 'account', /error\?code=123456/],
])('AADSTS%i is of reach %s, with its remedy', (code, reach, remedy) => {
  const fault = signIn(code)
  expect([fault?.reach, fault?.code]).toEqual([reach, `entra-${code}`])
  expect(fault?.remedy).toMatch(remedy)
  expect(fault?.message).toContain(`AADSTS${code}`)
})

test('what passes at the sign-in service is left to the wire', () => {
  expect(signIn(90033, 503)).toBeUndefined()
  expect(judge({ status: 400, asks: 'token', body: '<html>' })).toBeUndefined()
})
