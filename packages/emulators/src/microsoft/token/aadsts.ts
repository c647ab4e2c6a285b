/** An error of the token endpoint. */
export interface TokenError {
  readonly status: number
  readonly error: string
  readonly code: number
  readonly text: string
}

const known = (code: number, status: number, error: string, text: string): TokenError => ({ code, status, error, text })

/** The token endpoint's errors by number; texts as Microsoft writes them, shortened. */
const AADSTS: Readonly<Record<number, (about: string) => TokenError>> = {
  7000215: (app) =>
    known(
      7000215,
      401,
      'invalid_client',
      `Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '${app}'.`,
    ),
  7000222: (app) =>
    known(
      7000222,
      401,
      'invalid_client',
      `The provided client secret keys for app '${app}' are expired. Visit the Azure portal to create new keys for your app.`,
    ),
  7000216: () =>
    known(
      7000216,
      401,
      'invalid_client',
      "'client_assertion', 'client_secret' or 'request' is required for the 'client_credentials' grant type.",
    ),
  700016: (app) => known(700016, 400, 'unauthorized_client', `Application with identifier '${app}' was not found in the directory.`),
  90002: (tenant) =>
    known(
      90002,
      400,
      'invalid_request',
      `Tenant '${tenant}' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud.`,
    ),
  900023: (tenant) =>
    known(
      900023,
      400,
      'invalid_request',
      `Specified tenant identifier '${tenant}' is neither a valid DNS name, nor a valid external domain.`,
    ),
  65001: (app) =>
    known(65001, 400, 'invalid_grant', `The user or administrator has not consented to use the application with ID '${app}'.`),
  1002012: (scope) =>
    known(
      1002012,
      400,
      'invalid_scope',
      `The provided value for scope ${scope} is not valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier (application ID URI).`,
    ),
  700027: () =>
    known(
      700027,
      401,
      'invalid_client',
      'The certificate with identifier used to sign the client assertion is not registered on application.',
    ),
  700024: () => known(700024, 401, 'invalid_client', 'Client assertion is not within its valid time range.'),
  700023: () => known(700023, 401, 'invalid_client', 'Client assertion audience claim does not match Realm issuer.'),
  7000212: () => known(7000212, 401, 'invalid_client', 'No matching federated identity record found for presented assertion.'),
  700021: () => known(700021, 401, 'invalid_client', 'Client assertion application identifier does not match client_id parameter.'),
  50027: () => known(50027, 401, 'invalid_client', 'JWT token is invalid or malformed.'),
  70003: (grant) => known(70003, 400, 'unsupported_grant_type', `The app requested an unsupported grant type '${grant}'.`),
  900144: (name) => known(900144, 400, 'invalid_request', `The request body must contain the following parameter: '${name}'.`),
  90033: () => known(90033, 503, 'temporarily_unavailable', 'A transient error has occurred. Please try again.'),
  53003: () =>
    known(
      53003,
      400,
      'invalid_grant',
      'Access has been blocked by Conditional Access policies. The access policy does not allow token issuance.',
    ),
}

export const aadsts = (code: number, about = ''): TokenError =>
  AADSTS[code]?.(about) ?? known(code, 400, 'invalid_request', 'The request could not be completed.')
