import type { IncomingHttpHeaders } from 'node:http'
import type { Preferences } from '../odata/prefer.ts'
import type { Query } from '../odata/query.ts'
import type { Claims } from '../token/jwt.ts'

/** One request to Graph, parsed. */
export interface Asked {
  readonly method: string
  /** The path's parts behind the version, decoded; `users('x')` counts as two. */
  readonly parts: readonly string[]
  readonly query: Query
  readonly prefer: Preferences
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
  /** `https://host:port/v1.0`, as the client called it: links are built from it. */
  readonly root: string
  /** Path without query, as it came. */
  readonly path: string
  readonly claims: Claims
}
