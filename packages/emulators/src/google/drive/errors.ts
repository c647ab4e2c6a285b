import { GoogleError } from '../serve/errors.ts'

const classic = (code: number, reason: string, message: string, domain?: 'usageLimits'): GoogleError =>
  new GoogleError(code, { message, reason, form: 'classic', ...(domain !== undefined && { domain }) })

/** Also for whoever forgets `supportsAllDrives` (facts 8.1). */
export const fileNotFound = (id: string): GoogleError => classic(404, 'notFound', `File not found: ${id}.`)
export const driveNotFound = (id: string): GoogleError => classic(404, 'notFound', `Shared drive not found: ${id}`)
export const invalidValue = (message = 'Invalid Value'): GoogleError => classic(400, 'invalid', message)
export const requiredFields = (): GoogleError => classic(400, 'required', "The 'fields' parameter is required for this method.")
export const rangeNotSatisfiable = (): GoogleError => classic(416, 'requestedRangeNotSatisfiable', 'Request range not satisfiable')

export const noDomainAdmin = (): GoogleError => classic(403, 'forbidden', 'The user does not have sufficient permissions for this file.')
export const insufficientFilePermissions = (): GoogleError =>
  classic(403, 'insufficientFilePermissions', 'The user does not have sufficient permissions for this file.')
export const driveOff = (): GoogleError => classic(403, 'domainPolicy', 'The domain administrators have disabled Drive apps.')
export const abusive = (): GoogleError =>
  classic(403, 'cannotDownloadAbusiveFile', 'This file has been identified as malware or spam and cannot be downloaded.')
export const undownloadable = (): GoogleError => classic(403, 'cannotDownloadFile', 'This file cannot be downloaded by the user.')
export const wornOut = (): GoogleError =>
  classic(403, 'downloadQuotaExceeded', 'The download quota for this file has been exceeded.', 'usageLimits')
export const onlyBinary = (): GoogleError =>
  classic(403, 'fileNotDownloadable', 'Only files with binary content can be downloaded. Use Export with Docs Editors files.')
export const onlyDocuments = (): GoogleError => classic(403, 'fileNotExportable', 'Export only supports Docs Editors files.')
export const noVids = (): GoogleError =>
  classic(403, 'fileNotExportable', 'Google Vids does not support files.export. Use files.download instead.')
export const noConversion = (): GoogleError => classic(400, 'badRequest', 'The requested conversion is not supported.')
export const exportTooLarge = (): GoogleError => classic(403, 'exportSizeLimitExceeded', 'This file is too large to be exported.')
export const restrictedRevision = (): GoogleError =>
  classic(403, 'download_restricted_for_revision', 'Only revisions that are kept forever can be downloaded.')
export const notMember = (): GoogleError =>
  classic(403, 'teamDriveMembershipRequired', 'The attempted action requires shared drive membership.')
export const egressUsedUp = (): GoogleError => classic(403, 'dailyLimitExceeded', 'Daily Limit Exceeded', 'usageLimits')
