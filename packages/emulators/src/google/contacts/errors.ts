import { errorInfo, GoogleError } from '../serve/errors.ts'

export const invalid = (message: string): GoogleError => new GoogleError(400, { message, reason: 'badRequest', form: 'aip' })

export const noSuchPerson = (): GoogleError =>
  new GoogleError(404, { message: 'Requested entity was not found.', reason: 'notFound', form: 'aip' })

const SAYS = 'Sync token is expired. Clear local cache and retry call without the sync token.'

/** Seven days after the full sync a token is dead: 400 in two spellings, and 410 (facts 6). */
export function expiredToken(turn: number): GoogleError {
  const service = 'people.googleapis.com'
  if (turn % 3 === 2) return new GoogleError(410, { message: SAYS, reason: 'gone', form: 'aip', status: 'FAILED_PRECONDITION' })
  const reason = turn % 3 === 0 ? 'EXPIRED_SYNC_TOKEN' : 'SYNC_TOKEN_EXPIRED'
  return new GoogleError(400, { message: SAYS, reason, form: 'aip', status: 'FAILED_PRECONDITION', details: [errorInfo(reason, service)] })
}
