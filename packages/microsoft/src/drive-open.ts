import { type Account, type Call, type Clock, type Collection, Fault, type Item, type Version } from '@offramp/core'
import type { Choices } from '@offramp/formats'
import { type Json, objectOf, textOf, type WireAnswer } from '@offramp/wire'
import { type BytesSource, readBytes } from './drive-bytes.ts'
import { changesSeen } from './drive-changes.ts'
import type { BytesAt, DriveClient } from './drive-client.ts'
import {
  checksumOf,
  datesOf,
  FILE_SELECT,
  isPage,
  lies,
  nameOf,
  refusalOf,
  revisionOf,
  sameBytes,
  sizeOf,
  sortOf,
  versionOf,
} from './drive-item.ts'
import type { FoundDrive } from './drive-list.ts'
import { heldBytes, measured } from './drive-size.ts'
import { readVersions } from './drive-versions.ts'
import { given } from './given.ts'
import { DOWNLOAD } from './limits.ts'
import { LOSSES } from './losses.ts'

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

interface Doubts {
  /** Files whose announced size or checksum has proved wrong, although they are of a sort that does not lie. */
  readonly liars: Set<string>
  /** What bytes hashed to that did not have the checksum that was named. */
  readonly computed: Map<string, string>
}

/** Opens files of one account, and remembers of them what their listing did not say. */
export function fileOpener(opening: Opening): (id: string, told: Told, home: Collection, call: Call) => Promise<Item> {
  const changes = changesSeen(opening.client.about)
  const doubts: Doubts = { liars: new Set(), computed: new Map() }
  const { liars } = doubts

  return async (id, told, home, call) => {
    const { item } = told
    const sort = sortOf(item)
    if (sort === 'shortcut' && opening.choices?.shortcuts === 'address') return shortcut(opening, { id, told, home })
    const refusal = refusalOf(sort)
    if (refusal !== undefined) throw refusal
    const doubtful = lies(nameOf(item)) || liars.has(id)
    const bytes = sourceOf(opening, told)
    const lost = new Set<string>()
    const held = doubtful && sizeOf(item) <= DOWNLOAD.heldBytes ? await heldBytes(bytes, checksumOf(item), call) : undefined
    const size = held?.size ?? (doubtful ? await measured(bytes, call) : sizeOf(item))
    if (held?.rewritten === true) lost.add(LOSSES.rewritten)
    const checksum = doubtful ? undefined : checksumOf(item)
    const source: BytesSource = {
      ...bytes,
      size,
      same: (bodyCall) => changes.watch(id, () => bytes.same(bodyCall)),
      ...hashOf(item, { ...doubts, id, doubtful, lost, about: bytes.about }),
    }
    async function* read(offset: number, bodyCall: Call): AsyncGenerator<Uint8Array> {
      if (held?.bytes !== undefined) {
        if (offset < held.bytes.length) yield held.bytes.subarray(offset)
        return
      }
      try {
        yield* readBytes(source, offset, bodyCall)
      } catch (thrown) {
        if (thrown instanceof Fault && thrown.code === 'graph-size-differs') liars.add(id)
        throw thrown
      }
      changes.settled(id)
    }
    const kept = opening.choices?.versions ?? 0
    return {
      ...factsOf(id, item, home),
      naturalKey: nameOf(item),
      label: nameOf(item),
      size,
      ...(checksum === undefined ? {} : { checksum }),
      get losses() {
        return [...lost]
      },
      body: (bodyCall) => read(0, bodyCall),
      bodyFrom: (offset, bodyCall) => read(offset, bodyCall),
      ...(kept === 0 ? {} : { versions: (bodyCall: Call): AsyncIterable<Version> => readVersions(opening, { told, kept }, bodyCall) }),
    }
  }
}

/** What of an item a listing says as well. */
export const factsOf = (
  id: string,
  item: Json,
  home: Collection,
): Pick<Item, 'id' | 'version' | 'kind' | 'home' | 'traits' | 'revision' | 'address'> => ({
  id,
  version: versionOf(item),
  kind: 'file',
  home,
  traits: datesOf(item),
  revision: revisionOf(item),
  ...given('address', textOf(item['webUrl'])),
})

/**
 * Where SharePoint's own checksum is not of what it gives, that is said of the item; elsewhere it is a broken copy. What comes the same twice was not broken on
 * the way: a library whose files are protected gives other bytes than it names, whatever their sort.
 */
function hashOf(
  item: Json,
  on: Doubts & { readonly id: string; readonly doubtful: boolean; readonly lost: Set<string>; readonly about: string },
): Pick<BytesSource, 'hash'> {
  const expects = checksumOf(item)?.value
  if (expects === undefined) return {}
  return {
    hash: {
      expects,
      differs(computed) {
        if (on.doubtful) {
          on.lost.add(LOSSES.rewritten)
          return
        }
        if (on.computed.get(on.id) === computed) on.liars.add(on.id)
        on.computed.set(on.id, computed)
        const message = `${on.about} does not have the checksum that Microsoft names. It is read again.`
        throw new Fault({ reach: 'call', code: 'graph-hash-differs', message })
      },
    },
  }
}

/** Bytes of the present state: by the address that the listing brought while it is fresh, then by one that is fetched just in time. */
function sourceOf(opening: Opening, told: Told): BytesSource {
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

const changed = (client: DriveClient): Fault =>
  new Fault({ reach: 'call', code: 'graph-changed', message: `A file of ${client.about} was changed while it was being read.` })

function shortcut(opening: Opening, { id, told, home }: { readonly id: string; readonly told: Told; readonly home: Collection }): Item {
  const url = textOf(objectOf(told.item['remoteItem'])['webUrl'])
  const refusal = refusalOf('shortcut')
  if (url === undefined || /[\r\n]/.test(url)) throw refusal ?? changed(opening.client)
  const bytes = Buffer.from(`[InternetShortcut]\r\nURL=${url}\r\n`)
  const name = `${nameOf(told.item)}.url`
  return {
    ...factsOf(id, told.item, home),
    revision: url,
    naturalKey: name,
    label: name,
    size: bytes.length,
    async *body() {
      yield bytes
    },
  }
}
