import type { Call } from '@offramp/core'
import type { Desk } from './desk.ts'
import { hasGuests, withoutGuests } from './edit-calendar.ts'
import { isRefusal } from './faults.ts'
import { type Standing, writeObject } from './objects.ts'

/**
 * Removes one object of ours, in the state in which it was seen, and tells nobody. Where the method of silence does not cover deletions (Nextcloud
 * before 32.0.7), an event is first written over without its guests, so that there is nobody left to tell. False: somebody was quicker.
 */
export async function removeQuietly(desk: Desk, path: string, standing: Standing, call: Call): Promise<boolean> {
  try {
    let etag = standing.etag
    if (desk.kind !== 'contact' && !desk.silence.coversRemoval && hasGuests(standing.bytes)) {
      const written = await writeObject(desk, { path, bytes: withoutGuests(standing.bytes), over: etag ?? '*' }, call)
      etag = written.etag
    }
    const headers = { ...desk.silence.headers, ...(etag === undefined ? {} : { 'if-match': etag }), 'x-nc-caldav-no-trashbin': '1' }
    await desk.client.send({ method: 'DELETE', href: path, asks: 'remove', headers }, call)
    return true
  } catch (thrown) {
    if (isRefusal(thrown, 404, 410, 412)) return false
    throw thrown
  }
}
