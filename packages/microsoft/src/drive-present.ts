import type { Account, Call, Clock } from '@offramp/core'
import { Fault } from '@offramp/core'
import type { Choices } from '@offramp/formats'
import { type Json, textOf, type WireAnswer } from '@offramp/wire'
import type { BytesSource } from './drive-bytes.ts'
import type { BytesAt, DriveClient } from './drive-client.ts'
import { FILE_SELECT, isPage, sameBytes, sizeOf } from './drive-item.ts'
import type { FoundDrive } from './drive-list.ts'
import { given } from './given.ts'
import { DOWNLOAD } from './limits.ts'

export interface Opening {
  readonly client: DriveClient
  readonly account: Account
  readonly clock: Clock
  readonly choices: Choices['files']
}

/** Something in a drive as Graph told it, and when. */
export interface Told {
  readonly drive: FoundDrive
  readonly item: Json
  /** Milliseconds since the Unix epoch. */
  readonly at: number
}

export const itemPath = (drive: FoundDrive, item: Json): string =>
  `/drives/${encodeURIComponent(drive.id)}/items/${encodeURIComponent(textOf(item['id']) ?? '')}`

/** Asks for one thing anew, with a fresh address. */
export async function tellItem({ client, clock }: Opening, drive: FoundDrive, id: string, call: Call): Promise<Told> {
  const path = `${itemPath(drive, { id })}?$select=${FILE_SELECT}`
  return { drive, item: await client.json({ path, asks: 'drive-item' }, call), at: clock.now() }
}

/** Bytes of the present state: by the address that the listing brought while it is fresh, then by one that is fetched just in time. */
export function sourceOf(opening: Opening, told: Told): BytesSource {
  const { client, clock } = opening
  const { drive } = told
  let now = told
  let stale = false
  const renew = async (call: Call): Promise<void> => {
    now = await tellItem(opening, drive, textOf(told.item['id']) ?? '', call)
    stale = false
    if (!sameBytes(told.item, now.item)) throw changed(client)
  }
  const where = (): BytesAt => {
    const address = addressOf(now.item)
    return address === undefined ? { path: `${itemPath(drive, now.item)}/content` } : { address }
  }
  async function ask(part: { readonly range?: string; readonly ifRange?: string }, call: Call): Promise<WireAnswer> {
    if (stale || (now.at + DOWNLOAD.freshMs < clock.now() && addressOf(now.item) !== undefined)) await renew(call)
    const asked = { ...part, isPage: isPage(told.item), bytes: part.range === 'bytes=0-0' ? 1 : sizeOf(told.item) }
    try {
      return await client.bytes({ ...asked, at: where() }, call)
    } catch (thrown) {
      if (!(thrown instanceof Fault) || thrown.code !== 'graph-address-refused') throw thrown
      // The address has run out. Only once: whoever asks again does it with a new one.
      await renew(call)
      return client.bytes({ ...asked, at: where() }, call)
    }
  }
  return {
    size: sizeOf(told.item),
    about: `A file of ${client.about}`,
    ask: (offset, tag, call) => ask(offset === 0 ? {} : { range: `bytes=${offset}-`, ...given('ifRange', tag) }, call),
    first: (call) => ask({ range: 'bytes=0-0' }, call),
    async same(call) {
      stale = true
      await renew(call)
    },
  }
}

/** The property goes by two names (SharePoint/sp-dev-docs#5715). */
const addressOf = (item: Json): string | undefined => textOf(item['@microsoft.graph.downloadUrl']) ?? textOf(item['@content.downloadUrl'])

export const changed = (client: DriveClient): Fault =>
  new Fault({ reach: 'call', code: 'graph-changed', message: `A file of ${client.about} was changed while it was being read.` })
