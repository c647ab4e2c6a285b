import { createHmac } from 'node:crypto'

/** What an access token says. */
export interface Claims {
  readonly aud: string
  readonly tid: string
  readonly appid: string
  /** Absent where nothing was consented to: the token is issued all the same. */
  readonly roles?: readonly string[]
  /** Seconds since the Unix epoch. */
  readonly nbf: number
  readonly exp: number
  readonly jti: string
}

const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')

/** Issues and reads the tenant's access tokens. */
export class TokenMint {
  readonly #key: string
  readonly #issued = new Map<string, Claims>()

  constructor(key: string) {
    this.#key = key
  }

  issue(claims: Claims): string {
    const body = `${part({ typ: 'JWT', alg: 'HS256', kid: 'emulator' })}.${part(claims)}`
    const token = `${body}.${createHmac('sha256', this.#key).update(body).digest('base64url')}`
    this.#issued.set(token, claims)
    return token
  }

  /** Undefined where this tenant did not issue it. */
  read(token: string): Claims | undefined {
    return this.#issued.get(token)
  }
}
