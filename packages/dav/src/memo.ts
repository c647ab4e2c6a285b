import { createHash } from 'node:crypto'

/** ETags compare by what they name: a weak one (`W/`, mod_dav in the first second) and its strong one are the same state. */
export const bareTag = (etag: string): string => etag.replace(/^W\//i, '').replaceAll('"', '')

/** What a receipt remembers of an ETag: 12 characters. Empty tags give none, and a change is then told by content alone. */
export const memoOf = (etag: string | undefined): string | undefined =>
  etag === undefined || bareTag(etag) === '' ? undefined : createHash('sha256').update(bareTag(etag)).digest('base64url').slice(0, 12)
