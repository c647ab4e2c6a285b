import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto'

/** What a delta link stands for. It holds no `Prefer`: page size and id space are the next request's own. */
export interface DeltaState {
  /** The folder's serial. */
  readonly folder: number
  readonly generation: number
  /** `walk`: the first enumeration. `changes`: what came after it. */
  readonly mode: 'walk' | 'changes'
  /** walk: position in the folder's arrivals. changes: position in its changes. */
  readonly at: number
  /** Where this round ends; undefined where it has not begun. */
  readonly end?: number
  /** Where, in the folder's changes, the next round begins. */
  readonly next: number
  /** Pages of this round so far. */
  readonly pages: number
  /** Items that may still come: `$top` is taken for a limit of the whole, and a `$filter` allows 5,000. */
  readonly left?: number
  /** Last message shown, where the walk is by received date. */
  readonly after?: readonly [number, number]
  readonly options: DeltaOptions
}

/** Options of the first call; links carry them on. */
export interface DeltaOptions {
  readonly select?: readonly string[]
  readonly expand?: readonly string[]
  /** `receivedDateTime ge|gt`, in milliseconds since the Unix epoch. */
  readonly since?: { readonly at: number; readonly inclusive: boolean }
  readonly newestFirst?: true
  readonly changeType?: 'created' | 'updated' | 'deleted'
}

/** Seals states into opaque tokens: readable by nobody, changed by nobody. */
export class DeltaSeal {
  readonly #key: Buffer

  constructor(seed: string) {
    this.#key = createHash('sha256').update(`delta ${seed}`).digest()
  }

  seal(state: DeltaState): string {
    const nonce = randomBytes(12)
    const cipher = createCipheriv('aes-256-gcm', this.#key, nonce)
    const text = Buffer.concat([cipher.update(JSON.stringify(state)), cipher.final()])
    return Buffer.concat([nonce, cipher.getAuthTag(), text]).toString('base64url')
  }

  /** Undefined where the token is not one of ours, or was changed. */
  open(token: string): DeltaState | undefined {
    const bytes = Buffer.from(token, 'base64url')
    if (bytes.length < 29 || bytes.toString('base64url') !== token) return undefined
    try {
      const cipher = createDecipheriv('aes-256-gcm', this.#key, bytes.subarray(0, 12))
      cipher.setAuthTag(bytes.subarray(12, 28))
      const text = Buffer.concat([cipher.update(bytes.subarray(28)), cipher.final()]).toString()
      const state: DeltaState = JSON.parse(text)
      return state
    } catch {
      return undefined
    }
  }
}
