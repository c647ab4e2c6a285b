/** A mail that left the server, or that would have. */
export interface SentMail {
  /** Milliseconds since the Unix epoch. */
  readonly at: number
  readonly from: string
  readonly to: string
  readonly subject: string
  /** What it is about: `REQUEST`, `REPLY`, `CANCEL` of scheduling; `SHARE` for a shared collection. */
  readonly about: 'REQUEST' | 'REPLY' | 'CANCEL' | 'SHARE'
  readonly uid: string | undefined
  /** Who caused it. */
  readonly user: string
}
