import type { Call } from '@offramp/core'
import type { Desk } from './desk.ts'
import { LISTED_MS } from './limits.ts'

/**
 * Whether a calendar is not among those of the account any more. Nextcloud keeps a deleted one in its trash bin, and still serves what is in it and
 * takes what is written into it, with nothing in the answer that says so (seen with 32.0.1): only the listing of the home does. Where other servers
 * have none, they answer 404.
 */
export async function isInBin({ kind, server, places }: Desk, place: string, call: Call): Promise<boolean> {
  if (kind === 'contact' || server.kind !== 'nextcloud') return false
  return !(await places.list(call, LISTED_MS)).some(({ path }) => path === place)
}
