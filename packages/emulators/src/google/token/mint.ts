import { createHmac } from 'node:crypto'

/** Whom a token speaks for. */
export type Grant =
  | { readonly as: 'user'; readonly sub: string; readonly scopes: ReadonlySet<string> /** Milliseconds. */; readonly expiresAt: number }
  /** A process on Google's cloud that may have the service account sign. */
  | { readonly as: 'caller'; readonly expiresAt: number }

/** Issues and reads access tokens. They say nothing themselves. */
export class TokenMint {
  readonly #key: string
  readonly #issued = new Map<string, Grant>()
  #count = 0

  constructor(key: string) {
    this.#key = key
  }

  issue(grant: Grant): string {
    const body = createHmac('sha512', this.#key)
      .update(String(this.#count++))
      .digest('base64url')
    const token = `ya29.${body}`
    this.#issued.set(token, grant)
    return token
  }

  /** Makes a text that was agreed on elsewhere a token. */
  accept(token: string, grant: Grant): void {
    this.#issued.set(token, grant)
  }

  read(token: string): Grant | undefined {
    return this.#issued.get(token)
  }
}
