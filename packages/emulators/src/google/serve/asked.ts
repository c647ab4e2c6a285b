import type { IncomingHttpHeaders } from 'node:http'
import type { Reply } from '../../serve/reply.ts'
import type { Account } from '../directory/account.ts'
import type { WorkspaceState } from './state.ts'

/** One call of an API, understood. */
export interface Asked {
  readonly state: WorkspaceState
  /** `messages.get` */
  readonly method: string
  /** Without query. */
  readonly path: string
  /** The path's variables, decoded. */
  readonly names: Readonly<Record<string, string>>
  readonly query: URLSearchParams
  readonly headers: IncomingHttpHeaders
  /** Whom the token speaks for. */
  readonly account: Account
  readonly scopes: ReadonlySet<string>
}

/** What a method answers, before `fields` picks from it. */
export interface Shown {
  readonly json: Readonly<Record<string, unknown>>
  /** Comes as base64url under `raw`. */
  readonly raw?: readonly Buffer[]
  /** Instead of JSON: a file's bytes, a redirect. */
  readonly reply?: Reply
}
