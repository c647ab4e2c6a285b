import { generateKeyPairSync, type KeyObject } from 'node:crypto'

/** A key that may sign for the service account. */
export interface SigningKey {
  readonly id: string
  readonly publicKey: KeyObject
  readonly privateKey: KeyObject
}

/** 2,048 bits, as the Cloud console makes them; made when it is first needed. Random: only its id depends on the seed. */
export function newKey(id: string): SigningKey {
  let made: { readonly publicKey: KeyObject; readonly privateKey: KeyObject } | undefined
  const pair = () => {
    made ??= generateKeyPairSync('rsa', { modulusLength: 2048 })
    return made
  }
  return {
    id,
    get publicKey() {
      return pair().publicKey
    },
    get privateKey() {
      return pair().privateKey
    },
  }
}

/** The service account and its clients: what the Cloud project and the admin console know. */
export interface Registration {
  readonly projectId: string
  readonly projectNumber: string
  readonly clientEmail: string
  /** Numeric: what an administrator enters for domain-wide delegation. */
  readonly clientId: string
  /** Undefined once it has been deleted. */
  key: SigningKey | undefined
  /** Google's own, which `signJwt` signs with; it is never handed out. */
  readonly managedKey: SigningKey
  /** With their common prefix. */
  scopes: ReadonlySet<string>
  /** The token endpoint's clock is so many milliseconds ahead. */
  skewMs: number
  readonly tokenSeconds: number
  /** A bearer token that may call `signJwt`. */
  readonly callerToken: string
}

/** The file that the Cloud console hands out, as text. */
export function keyFile({ projectId, clientEmail, clientId }: Registration, key: SigningKey): string {
  return JSON.stringify(
    {
      type: 'service_account',
      project_id: projectId,
      private_key_id: key.id,
      private_key: key.privateKey.export({ type: 'pkcs8', format: 'pem' }),
      client_email: clientEmail,
      client_id: clientId,
      auth_uri: 'https://accounts.google.com/o/oauth2/auth',
      token_uri: 'https://oauth2.googleapis.com/token',
      auth_provider_x509_cert_url: 'https://www.googleapis.com/oauth2/v1/certs',
      client_x509_cert_url: `https://www.googleapis.com/robot/v1/metadata/x509/${encodeURIComponent(clientEmail)}`,
      universe_domain: 'googleapis.com',
    },
    undefined,
    2,
  )
}
