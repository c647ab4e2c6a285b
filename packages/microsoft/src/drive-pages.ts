import { type Call, type Cursor, Fault } from '@offramp/core'
import { type Json, objectsOf, textOf } from '@offramp/wire'
import { linkOf } from './client.ts'
import { type DriveClient, foreignLink } from './drive-client.ts'
import { FILE_SELECT } from './drive-item.ts'
import type { FoundDrive } from './drive-list.ts'
import { PAGE } from './limits.ts'

export interface DrivePage {
  /** One of each id, as it was named last. */
  readonly values: readonly Json[]
  readonly cursor: Cursor
  readonly last: boolean
}

/** How often a link that is refused with 400 is followed again before it is given up: it may be good the next time (Corso does the same). */
const MOST_TRIES = 3

interface From {
  readonly drive: FoundDrive
  readonly after: Cursor | undefined
  readonly select?: string
  readonly prefer?: string
}

/**
 * A page of the feed of a drive, from its root: the one way of reading that is promised to be complete. Links are spelled in many ways and followed as they
 * came. With a token it costs one unit, without one two.
 */
export async function readDrivePage(client: DriveClient, from: From, call: Call): Promise<DrivePage> {
  const { drive, after, select = FILE_SELECT } = from
  if (after !== undefined && !after.startsWith('/v1.0/')) throw unreadable()
  const path = after ?? `/drives/${encodeURIComponent(drive.id)}/root/delta?$top=${PAGE.files}&$select=${select}`
  const ask = {
    path,
    asks: 'drive-page',
    units: after === undefined ? 2 : 1,
    ...(from.prefer === undefined ? {} : { prefer: from.prefer }),
  } as const
  const answer = await followed(client, ask, call)
  const values = new Map<string, Json>()
  for (const item of objectsOf(answer['value'])) {
    const id = textOf(item['id'])
    if (id === undefined) continue
    values.delete(id)
    values.set(id, item)
  }
  const next = linkOf(answer, '@odata.nextLink')
  const cursor = next ?? linkOf(answer, '@odata.deltaLink')
  if (cursor === undefined) throw foreignLink()
  return { values: [...values.values()], cursor, last: next === undefined }
}

async function followed(client: DriveClient, ask: Parameters<DriveClient['json']>[0], call: Call): Promise<Json> {
  for (let tries = 1; ; tries++) {
    try {
      return await client.json(ask, call)
    } catch (thrown) {
      if (!(thrown instanceof Fault) || thrown.code !== 'graph-bad-request') throw thrown
      if (tries < MOST_TRIES) continue
      throw ask.units === 1 ? refused(client) : thrown
    }
  }
}

const refused = (client: DriveClient): Fault =>
  new Fault({
    reach: 'listing',
    code: 'graph-cursor-refused',
    message: `Microsoft refuses the stored cursor of ${client.about}; it is listed anew.`,
  })

const unreadable = (): Fault =>
  new Fault({ reach: 'listing', code: 'graph-cursor-unreadable', message: 'A stored cursor cannot be read; the drive is listed anew.' })
