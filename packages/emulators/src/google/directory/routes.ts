import type { Asked, Shown } from '../serve/asked.ts'
import type { Route } from '../serve/routes.ts'
import { listUsers } from './users.ts'

const PREFIX = 'https://www.googleapis.com/auth/admin.'

interface Facts {
  readonly scope: string
  readonly parameters?: readonly string[]
  readonly fields: readonly string[]
  readonly answer: (asked: Asked) => Shown
}

const route = (method: string, path: string, { scope, parameters = [], fields, answer }: Facts): Route => ({
  method,
  api: 'admin',
  path: `/admin/${path}`,
  scopes: [`${PREFIX}${scope}.readonly`, `${PREFIX}${scope}`],
  parameters,
  fields,
  answer,
})

export const ADMIN_ROUTES: readonly Route[] = [
  route('users.list', 'directory/v1/users', {
    scope: 'directory.user',
    parameters: ['customer', 'domain', 'maxResults', 'pageToken', 'orderBy', 'sortOrder', 'projection', 'query', 'showDeleted', 'viewType'],
    fields: ['kind', 'etag', 'users', 'nextPageToken'],
    answer: listUsers,
  }),
]
