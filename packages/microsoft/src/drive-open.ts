import { type Call, type Collection, Fault, type Item, type Version } from '@offramp/core'
import { type Json, objectOf, textOf } from '@offramp/wire'
import { type BytesSource, readBytes } from './drive-bytes.ts'
import { changesSeen } from './drive-changes.ts'
import { checksumOf, datesOf, lies, nameOf, refusalOf, revisionOf, sizeOf, sortOf, versionOf } from './drive-item.ts'
import { changed, type Opening, sourceOf, type Told } from './drive-present.ts'
import { heldBytes, measured } from './drive-size.ts'
import { readVersions } from './drive-versions.ts'
import { given } from './given.ts'
import { DOWNLOAD } from './limits.ts'
import { LOSSES } from './losses.ts'

interface Doubts {
  /** Files whose announced size or checksum has proved wrong, although they are of a sort that does not lie. */
  readonly liars: Set<string>
  /** What bytes hashed to that did not have the checksum that was named. */
  readonly computed: Map<string, string>
}

interface Named {
  readonly id: string
  readonly told: Told
  readonly home: Collection
}

interface FileOpener {
  open(what: Named, call: Call): Promise<Item>
  /** What a page has told of it is not good any more. */
  isRestless(id: string): boolean
}

/** Opens files of one account, and remembers of them what their listing did not say. */
export function fileOpener(opening: Opening): FileOpener {
  const changes = changesSeen(opening.client.about)
  const doubts: Doubts = { liars: new Set(), computed: new Map() }
  const { liars } = doubts

  async function open({ id, told, home }: Named, call: Call): Promise<Item> {
    const { item } = told
    const sort = sortOf(item)
    if (sort === 'shortcut' && opening.choices?.shortcuts === 'address') return shortcut(opening, { id, told, home })
    const refusal = refusalOf(sort)
    if (refusal !== undefined) throw refusal
    const { source, held, lost } = await exactly({ id, told, home }, call)
    async function* read(offset: number, bodyCall: Call): AsyncGenerator<Uint8Array> {
      if (held !== undefined) {
        if (offset < held.length) yield held.subarray(offset)
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
      size: source.size,
      ...given('checksum', isDoubtful(id, item) ? undefined : checksumOf(item)),
      get losses() {
        return [...lost]
      },
      body: (bodyCall) => read(0, bodyCall),
      bodyFrom: (offset, bodyCall) => read(offset, bodyCall),
      ...(kept === 0 ? {} : { versions: (bodyCall: Call): AsyncIterable<Version> => readVersions(opening, { told, kept }, bodyCall) }),
    }
  }

  const isDoubtful = (id: string, item: Json): boolean => lies(nameOf(item)) || liars.has(id)

  /** The bytes with their true length; those of a small file that may lie about it are read for that, and held. */
  async function exactly({ id, told }: Named, call: Call) {
    const { item } = told
    const doubtful = isDoubtful(id, item)
    const bytes = sourceOf(opening, told)
    const lost = new Set<string>()
    const held = doubtful && sizeOf(item) <= DOWNLOAD.heldBytes ? await heldBytes(bytes, checksumOf(item), call) : undefined
    if (held?.rewritten === true) lost.add(LOSSES.rewritten)
    const source: BytesSource = {
      ...bytes,
      size: held?.size ?? (doubtful ? await measured(bytes, call) : sizeOf(item)),
      same: (bodyCall) => changes.watch(id, () => bytes.same(bodyCall)),
      ...hashOf(item, { ...doubts, id, doubtful, lost, about: bytes.about }),
    }
    return { source, held: held?.bytes, lost }
  }

  return { open, isRestless: changes.isRestless }
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
