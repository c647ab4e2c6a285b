import { GoogleError } from '../serve/errors.ts'

export const eventNotFound = (): GoogleError => new GoogleError(404, { message: 'Not Found', reason: 'notFound', form: 'classic' })

export const badRequest = (message: string, reason = 'badRequest'): GoogleError =>
  new GoogleError(400, { message, reason, form: 'classic' })

/** Some come without a reason, so that nothing but the status tells (facts 5.2). */
export const fullSyncRequired = (plain: boolean): GoogleError =>
  new GoogleError(410, {
    message: plain ? 'Gone' : 'Sync token is no longer valid, a full sync is required.',
    reason: plain ? 'gone' : 'fullSyncRequired',
    domain: 'calendar',
    form: 'classic',
    ...(plain ? {} : { location: { type: 'parameter', name: 'syncToken' } as const }),
  })
