import type { Reply } from '../../serve/reply.ts'

export interface ErrorFacts {
  readonly message: string
  /** `errors[0].reason`: what a client must decide by, as a 403 alone says nothing. */
  readonly reason: string
  readonly domain?: 'global' | 'usageLimits' | 'calendar'
  /** `classic`: no `status` (Calendar, Tasks). `aip`: no `errors` (People). Absent: both, as Gmail has it. */
  readonly form?: 'classic' | 'aip'
  /** The canonical name, `NOT_FOUND`. Absent: as the HTTP status has it. */
  readonly status?: string
  readonly details?: readonly object[]
  readonly location?: { readonly type: 'header' | 'parameter'; readonly name: string }
}

const STATUSES: Readonly<Record<number, string>> = {
  400: 'INVALID_ARGUMENT',
  401: 'UNAUTHENTICATED',
  403: 'PERMISSION_DENIED',
  404: 'NOT_FOUND',
  410: 'FAILED_PRECONDITION',
  409: 'ABORTED',
  412: 'FAILED_PRECONDITION',
  413: 'INVALID_ARGUMENT',
  429: 'RESOURCE_EXHAUSTED',
  500: 'INTERNAL',
  503: 'UNAVAILABLE',
}

/** An answer that is an error, in Google's envelope. */
export class GoogleError extends Error {
  readonly code: number
  readonly facts: ErrorFacts

  constructor(code: number, facts: ErrorFacts) {
    super(facts.message)
    this.name = 'GoogleError'
    this.code = code
    this.facts = facts
  }

  body(): object {
    const { message, reason, domain = 'global', status = STATUSES[this.code], details, location, form } = this.facts
    const where = location === undefined ? {} : { locationType: location.type, location: location.name }
    const error = {
      code: this.code,
      message,
      ...(form === 'aip' ? {} : { errors: [{ message, domain, reason, ...where }] }),
      ...(status !== undefined && form !== 'classic' && { status }),
      ...(details !== undefined && { details }),
    }
    return { error }
  }
}

export const JSON_TYPE = 'application/json; charset=UTF-8'

export const jsonReply = (value: unknown, status = 200, headers: Readonly<Record<string, string>> = {}): Reply => ({
  status,
  headers,
  body: [Buffer.from(JSON.stringify(value))],
  type: JSON_TYPE,
})

/** A 401 names what is wanted in `WWW-Authenticate`. */
export const errorReply = (error: GoogleError): Reply =>
  jsonReply(error.body(), error.code, error.code === 401 ? { 'www-authenticate': 'Bearer realm="https://accounts.google.com/"' } : {})

export const invalidArgument = (message: string): GoogleError => new GoogleError(400, { message, reason: 'invalidArgument' })

export const notFound = (): GoogleError => new GoogleError(404, { message: 'Requested entity was not found.', reason: 'notFound' })

export const forbidden = (message: string): GoogleError => new GoogleError(403, { message, reason: 'forbidden' })

export const invalidCredentials = (): GoogleError =>
  new GoogleError(401, {
    message: 'Invalid Credentials',
    reason: 'authError',
    location: { type: 'header', name: 'Authorization' },
  })

export const noCredentials = (): GoogleError =>
  new GoogleError(401, {
    message:
      'Request is missing required authentication credential. Expected OAuth 2 access token, login cookie or other valid authentication credential.',
    reason: 'required',
    location: { type: 'header', name: 'Authorization' },
  })

export const errorInfo = (reason: string, service: string, metadata: object = {}): object => ({
  '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
  reason,
  domain: 'googleapis.com',
  metadata: { service, ...metadata },
})

export const insufficientScopes = (service: string, method: string): GoogleError =>
  new GoogleError(403, {
    message: 'Request had insufficient authentication scopes.',
    reason: 'insufficientPermissions',
    details: [errorInfo('ACCESS_TOKEN_SCOPE_INSUFFICIENT', service, { method })],
  })

export const apiDisabled = (service: string, project: string): GoogleError => {
  const message = `${service} has not been used in project ${project} before or it is disabled. Enable it and wait a few minutes.`
  return new GoogleError(403, {
    message,
    reason: 'accessNotConfigured',
    domain: 'usageLimits',
    details: [errorInfo('SERVICE_DISABLED', service, { consumer: `projects/${project}` })],
  })
}

/** What every Gmail call answers for a user without Gmail: the workload is absent, nothing has failed (facts 1.1). */
export const noMailService = (): GoogleError =>
  new GoogleError(400, { message: 'Mail service not enabled', reason: 'failedPrecondition', status: 'FAILED_PRECONDITION' })

/** What Calendar answers for a user for whom the service is off (facts 10). */
export const notACalendarUser = (): GoogleError =>
  new GoogleError(403, { message: 'The user must be signed up for Google Calendar.', reason: 'notACalendarUser', form: 'classic' })

/** The form of the API's front end, for quotas of the project. */
export const quotaExceeded = (code: 403 | 429, limit: string, facts: { readonly service: string; readonly project: string }): GoogleError =>
  new GoogleError(code, {
    message: `Quota exceeded for quota metric 'Queries' and limit '${limit}' of service '${facts.service}' for consumer 'project_number:${facts.project}'.`,
    reason: 'rateLimitExceeded',
    domain: 'usageLimits',
    status: 'RESOURCE_EXHAUSTED',
    details: [errorInfo('RATE_LIMIT_EXCEEDED', facts.service, { quota_limit: limit, consumer: `projects/${facts.project}` })],
  })
