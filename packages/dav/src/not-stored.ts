import { Fault } from '@offramp/core'

export const notStored = (host: string): Fault =>
  new Fault({
    reach: 'call',
    code: 'dav-not-stored',
    message: `${host} answered a write with a page instead of a confirmation: something in between may have taken it.`,
  })
