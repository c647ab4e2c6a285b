import { expect, test } from 'vitest'
import { classifyFor } from './faults.ts'
import type { FileAsks } from './file-faults.ts'

const classify = classifyFor(() => ({ clientId: '1', project: 'p' }))

const answer = (status: number, reason: string, asks: FileAsks, message = 'words') =>
  classify({
    status,
    headers: {},
    body: JSON.stringify({ error: { code: status, message, errors: [{ domain: 'global', reason, message }] } }),
    about: 'the drive of anna@example.com',
    asks,
    now: 0,
    retryAfterMs: undefined,
  })

test.each<[number, string, FileAsks, object | undefined]>([
  [403, 'userRateLimitExceeded', 'files', { reach: 'gate' }],
  [429, 'rateLimitExceeded', 'media', { reach: 'gate' }],
  [403, 'dailyLimitExceeded', 'media', { reach: 'gate', code: 'google-day-used-up', gate: 'google-drive:{p}' }],
  [403, 'downloadQuotaExceeded', 'media', { reach: 'call', code: 'google-download-quota' }],
  [403, 'exportSizeLimitExceeded', 'export', { code: 'google-export-too-large' }],
  [403, 'cannotDownloadAbusiveFile', 'media', { reach: 'item', reason: 'malware' }],
  [403, 'cannotDownloadFile', 'media', { reach: 'item', reason: 'not-offered' }],
  [403, 'fileNotDownloadable', 'media', { reach: 'item', reason: 'no-open-format' }],
  [403, 'fileNotExportable', 'export', { reach: 'item', reason: 'no-open-format' }],
  [403, 'download_restricted_for_revision', 'media', { reach: 'item', reason: 'not-offered' }],
  [403, 'insufficientFilePermissions', 'file', { reach: 'item', reason: 'not-offered' }],
  [403, 'insufficientFilePermissions', 'permissions', { reach: 'account', code: 'google-drive-no-sharer' }],
  [403, 'forbidden', 'drives', { reach: 'account', code: 'google-drives-not-admin' }],
  [403, 'insufficientPermissions', 'file', { reach: 'account', code: 'google-scope-missing' }],
  [403, 'appNotAuthorizedToFile', 'media', { reach: 'item', reason: 'not-offered' }],
  [403, 'domainPolicy', 'files', { reach: 'account' }],
  [403, 'accessNotConfigured', 'files', { reach: 'run' }],
  [403, 'teamDriveMembershipRequired', 'files', { reach: 'account' }],
  [404, 'notFound', 'file', { reach: 'item', reason: 'gone' }],
  [404, 'notFound', 'changes', { reach: 'listing' }],
  [404, 'notFound', 'files', { reach: 'account' }],
  [400, 'invalid', 'changes', { reach: 'listing' }],
  [416, 'requestedRangeNotSatisfiable', 'media', { reach: 'call', code: 'google-changed' }],
  [500, 'backendError', 'media', undefined],
])('%i %s while asking for %s', (status, reason, asks, fault) => {
  const found = answer(status, reason, asks)
  if (fault === undefined) expect(found).toBeUndefined()
  else expect(found).toMatchObject(fault)
})

test('a page token that is refused begins the listing anew, and another bad request does not', () => {
  expect(answer(400, 'invalid', 'files', 'Invalid Value')).toMatchObject({ reach: 'listing' })
  expect(answer(400, 'badRequest', 'files', 'Unknown field')).toMatchObject({ reach: 'call', code: 'google-bad-request' })
})
