import type { Services } from '@offramp/core'
import type { Choices } from '@offramp/formats'

/** What the catalog needs to turn a project's settings into an endpoint. */
export interface Means {
  readonly services: Services
  /** What the operator chose about items, whichever connector they come from. */
  readonly choices: Choices
  /** Gives the value behind `env:NAME` or `file:path`. Throws naming the reference, never the value. */
  secret(ref: string): Promise<string>
  /** Text of a file that is no secret (a certificate authority), relative to the project's folder. */
  file(path: string): Promise<string>
  /** Reference to the password of one destination account, where the table of mappings has one. `file`: where its files go. */
  passwordRef(endpoint: string, account: string, kind?: 'file'): string | undefined
}
