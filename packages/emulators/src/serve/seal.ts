import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto'

/** Seals states into opaque tokens: readable by nobody, changed by nobody. */
export class Seal<State> {
  readonly #key: Buffer

  constructor(key: string) {
    this.#key = createHash('sha256').update(key).digest()
  }

  seal(state: State): string {
    const nonce = randomBytes(12)
    const cipher = createCipheriv('aes-256-gcm', this.#key, nonce)
    const text = Buffer.concat([cipher.update(JSON.stringify(state)), cipher.final()])
    return Buffer.concat([nonce, cipher.getAuthTag(), text]).toString('base64url')
  }

  /** Undefined where the token is not one of ours, or was changed. */
  open(token: string): State | undefined {
    const bytes = Buffer.from(token, 'base64url')
    if (bytes.length < 29 || bytes.toString('base64url') !== token) return undefined
    try {
      const cipher = createDecipheriv('aes-256-gcm', this.#key, bytes.subarray(0, 12))
      cipher.setAuthTag(bytes.subarray(12, 28))
      const text = Buffer.concat([cipher.update(bytes.subarray(28)), cipher.final()]).toString()
      const state: State = JSON.parse(text)
      return state
    } catch {
      return undefined
    }
  }
}
