/** An answer that is an error, in Graph's own codes and words (facts 1.5, 2.1, 3.3, 3.6 and 8.4). */
export class GraphError extends Error {
  readonly status: number
  readonly code: string
  readonly headers: Readonly<Record<string, string>>

  constructor(status: number, code: string, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(message)
    this.name = 'GraphError'
    this.status = status
    this.code = code
    this.headers = headers
  }
}

export const badRequest = (message: string, code = 'BadRequest'): GraphError => new GraphError(400, code, message)

export const unknownProperty = (property: string, type: string): GraphError =>
  badRequest(`Could not find a property named '${property}' on type 'microsoft.graph.${type}'.`, 'RequestBroker--ParseUri')

export const invalidId = (): GraphError => badRequest('Id is malformed.', 'ErrorInvalidIdMalformed')

export const itemNotFound = (): GraphError => new GraphError(404, 'ErrorItemNotFound', 'The specified object was not found in the store.')

export const folderNotFound = (): GraphError =>
  new GraphError(
    404,
    'ErrorItemNotFound',
    'The specified object was not found in the store., The process failed to get the correct properties.',
  )

export const userNotFound = (name: string): GraphError =>
  new GraphError(
    404,
    'Request_ResourceNotFound',
    `Resource '${name}' does not exist or one of its queried reference-property objects are not present.`,
  )

export const invalidUser = (name: string): GraphError => new GraphError(404, 'ErrorInvalidUser', `The requested user '${name}' is invalid.`)

export const noRoute = (segment: string): GraphError => badRequest(`Resource not found for the segment '${segment}'.`)

export const notSupported = (): GraphError => new GraphError(405, 'ErrorInvalidRequest', 'The OData request is not supported.')

export const outOfScope = (): GraphError =>
  new GraphError(
    403,
    'ErrorAccessDenied',
    'Access to OData is disabled: [RAOP] : Blocked by tenant configured AppOnly AccessPolicy settings.',
  )

export const accessDenied = (): GraphError => new GraphError(403, 'ErrorAccessDenied', 'Access is denied. Check credentials and try again.')

export const insufficientPrivileges = (): GraphError =>
  new GraphError(403, 'Authorization_RequestDenied', 'Insufficient privileges to complete the operation.')

/** What To Do answers where a permission is missing: neither 403, nor a word about it. */
export const unknownError = (): GraphError => new GraphError(401, 'UnknownError', '')

export const noPermissions = (): GraphError =>
  new GraphError(401, 'NoPermissionsInAccessToken', 'The token contains no permissions, or permissions can not be understood.')

const CHALLENGE = {
  'www-authenticate':
    'Bearer realm="", authorization_uri="https://login.microsoftonline.com/common/oauth2/authorize", client_id="00000003-0000-0000-c000-000000000000"',
}

export const invalidToken = (message: string): GraphError => new GraphError(401, 'InvalidAuthenticationToken', message, CHALLENGE)

export const expiredToken = (): GraphError => invalidToken('Lifetime validation failed, the token is expired.')

export const mailboxNotEnabled = (why: 'none' | 'on-premises'): GraphError =>
  new GraphError(
    404,
    'MailboxNotEnabledForRESTAPI',
    why === 'none'
      ? 'REST API is not yet supported for this mailbox.'
      : 'The mailbox is either inactive, soft-deleted, or is hosted on-premise.',
  )

/** Seen with status 403 (microsoft-graph-docs-contrib issue 6596). */
export const quotaExceeded = (): GraphError => new GraphError(403, 'ErrorQuotaExceeded', 'Mailbox has exceeded maximum mailbox size.')

export const throttled = (code: string, message: string, retryAfter: number): GraphError =>
  new GraphError(429, code, message, { 'retry-after': String(retryAfter) })
