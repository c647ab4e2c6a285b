import { parsePrefer } from './odata/prefer.ts'
import { parseQuery } from './odata/query.ts'
import { ALL_PERMISSIONS } from './options.ts'
import { answerAsked } from './serve/answer.ts'
import { pathParts } from './serve/path.ts'
import type { TenantState } from './serve/tenant-state.ts'

const ROOT = 'https://localhost/v1.0'

/** Asks a tenant that does not listen, for tests of what it says rather than of how it travels. Takes a path or one of its own links. */
export function askState<Shape>(
  state: TenantState,
  link: string,
  prefer = 'IdType="ImmutableId"',
): { readonly status: number; readonly json: Shape } {
  const [path = '', raw = ''] = link.replace(ROOT, '').split('?', 2)
  const asked = {
    method: 'GET',
    parts: pathParts(path),
    query: parseQuery(raw),
    prefer: parsePrefer(prefer),
    headers: { 'user-agent': 'ISV|Offramp|Test/1.0' },
    body: Buffer.alloc(0),
    root: ROOT,
    path,
    claims: {
      aud: '',
      tid: '',
      appid: '',
      roles: [...ALL_PERMISSIONS],
      nbf: 0,
      exp: Number.POSITIVE_INFINITY,
      jti: '',
    },
  }
  const { reply, leave } = answerAsked(state, asked, { requestId: 'r', clientRequestId: 'c' })
  leave()
  const json: Shape = JSON.parse(Buffer.concat(reply.body).toString())
  return { status: reply.status, json }
}
