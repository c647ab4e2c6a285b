import type { Call } from '@offramp/core'
import type { Desk } from './desk.ts'
import { LISTED_MS } from './limits.ts'
import { textOf } from './multistatus.ts'
import { writeXml } from './write-xml.ts'

/**
 * Whether a calendar is not among those of the account any more. Nextcloud keeps a deleted one in its trash bin, and still serves what is in it and
 * takes what is written into it, with nothing in the answer that says so (seen with 32.0.1): only the listing of the home does. Where other servers
 * have none, they answer 404.
 */
export async function isInBin({ kind, server, places }: Desk, place: string, call: Call): Promise<boolean> {
  if (kind === 'contact' || server.kind !== 'nextcloud') return false
  return !(await places.list(call, LISTED_MS)).some(({ path }) => path === place)
}

const ALL = writeXml('C:calendar-query', { 'D:prop': { 'D:getetag': '' }, 'C:filter': { 'C:comp-filter': { '@name': 'VCALENDAR' } } })

/**
 * Takes what was just deleted out of Nextcloud's trash bin as well, where people would find it for thirty days: on an event `X-NC-CalDAV-No-Trashbin` has no
 * effect. The bin lists by REPORT alone, everything, under names of its own, with the ETags that it had (24.0.5 and 32). What cannot be taken out stays,
 * and is no reason to stop.
 */
export async function takeOutOfBin({ client, home, server }: Desk, etag: string, call: Call): Promise<void> {
  if (server.kind !== 'nextcloud') return
  const bin = `${home.path}trashbin/objects/`
  const found: string[] = []
  try {
    const asked = { method: 'REPORT', href: bin, depth: '1', body: ALL, asks: 'look' } as const
    await client.multistatus(asked, (one) => void (textOf(one, 'D:getetag') === etag && found.push(one.href)), call)
    for (const href of found) await client.send({ method: 'DELETE', href: client.pathOf(href) ?? href, asks: 'remove' }, call)
  } catch (thrown) {
    if (call.signal.aborted) throw thrown
  }
}
