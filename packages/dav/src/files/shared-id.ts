import type { Call } from '@offramp/core'
import { isRefusal } from '../faults.ts'
import type { FilesDesk } from './desk.ts'
import { askOcs, factsOf } from './ocs.ts'

const SHAREES = '/apps/files_sharing/api/v1/sharees'

/** Ids as the server writes them, by account that asks and id that was asked for. */
const written = new WeakMap<FilesDesk['client'], Map<string, string>>()

/**
 * A share to a user whose id is written in another case is taken, and seen by nobody (Nextcloud 32.0.1): so the server is asked once how it writes it. Who is
 * not told of there is left as it is.
 */
export async function sharedId({ client, server }: FilesDesk, id: string, call: Call): Promise<string> {
  const known = written.get(client) ?? new Map<string, string>()
  written.set(client, known)
  const before = known.get(id)
  if (before !== undefined) return before
  const fields = { search: id, itemType: 'file', shareType: '0', lookup: 'false', perPage: '200' }
  const told = factsOf(
    await askOcs(client, server.webRoot, { method: 'GET', path: SHAREES, asks: 'share', fields }, call).catch((thrown: unknown) => {
      if (isRefusal(thrown) && thrown.reach !== 'account') return {}
      throw thrown
    }),
  )
  const people = [factsOf(told['exact'])['users'], told['users']].flatMap((list) => (Array.isArray(list) ? list : []))
  const ids = people.map((one) => String(factsOf(factsOf(one)['value'])['shareWith'] ?? ''))
  const found = ids.find((one) => one === id) ?? ids.find((one) => one.toLowerCase() === id.toLowerCase()) ?? id
  known.set(id, found)
  return found
}
