import { DavError } from '../serve/errors.ts'

/** Characters of what Nextcloud keeps in a column of its database: UIDs, names and descriptions. */
const MOST = 255

export const databaseError = (words: string): DavError =>
  new DavError(500, {
    message: `An exception occurred while executing a query: ${words}`,
    exception: 'OC\\DB\\Exceptions\\DbalException',
  })

/** PostgreSQL refuses what is longer, and so does MySQL in its strict mode: 500 (seen with 32.0.1). */
export function mustFit(text: string): void {
  if ([...text].length > MOST)
    throw databaseError('SQLSTATE[22001]: String data, right truncated: 7 ERROR:  value too long for type character varying(255)')
}

export const notUnique = (): DavError =>
  databaseError('SQLSTATE[23505]: Unique violation: 7 ERROR:  duplicate key value violates unique constraint "calobjects_by_uid_index"')
