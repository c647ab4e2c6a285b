import { createHash } from 'node:crypto'
import {
  asFault,
  type Call,
  type Destination,
  type DestinationProfile,
  Fault,
  type Item,
  type Kept,
  type Kind,
  type Place,
  type Receipt,
  type Search,
  type Trait,
  type Traits,
} from '@offramp/core'
import { readAll } from '../read-all.ts'
import { type Copy, type Folder, hashOf, type Mailbox, sameBytes } from './mailbox.ts'
import { directWire, type Wire } from './wire.ts'

export interface MemoryDestinationOptions {
  readonly kind?: Kind
  readonly wire?: Wire
  readonly keeps?: readonly Trait[]
  readonly maxItemBytes?: number
  /** Absent: no `putMany`. */
  readonly batch?: DestinationProfile['batch']
  /** Why this server refuses the item for good. */
  readonly refuses?: (body: Uint8Array) => string | undefined
  /** DAV-like: no mark, so that only items in doubt are ever looked for. */
  readonly markless?: boolean
}

const call = (code: string, message: string): Fault => new Fault({ reach: 'call', code, message })

/** Small enough for `Receipt.memo`, and equal exactly when the flags are. */
const flagsOf = (traits: Traits): string => {
  const flags = ['read', 'flagged', 'answered', 'draft'].map((name) => (traits[name as 'read'] ? name.charAt(0) : '-')).join('')
  const words = traits.keywords?.length
    ? createHash('sha256')
        .update([...traits.keywords].sort().join('\n'))
        .digest('base64url')
    : ''
  return flags + words.slice(0, 8)
}

const placeId = (folder: Folder): string => `${folder.generation}/${JSON.stringify(folder.path)}`

/** An IMAP-like destination over a `Mailbox`; several may look at one. */
export function memoryDestination(mailbox: Mailbox, options: MemoryDestinationOptions = {}): Destination {
  const wire = options.wire ?? directWire
  const keeps = options.keeps ?? ['read', 'flagged', 'receivedAt', 'keywords']
  const kept = (traits: Traits): Traits => Object.fromEntries(Object.entries(traits).filter(([name]) => keeps.includes(name as Trait)))

  /** Undefined where the place's generation is over. */
  const folderOf = (place: string): Folder | undefined => mailbox.folders().find((folder) => placeId(folder) === place)

  const receiptOf = (folder: Folder, copy: Copy): Receipt => ({
    place: placeId(folder),
    locator: String(copy.uid),
    size: copy.body.length,
    hash: hashOf(copy.body),
    memo: flagsOf(copy.traits),
  })

  const copyOf = (receipt: Receipt): { folder: Folder; copy: Copy } | undefined => {
    const folder = folderOf(receipt.place)
    const copy = folder?.copies.get(Number(receipt.locator))
    return folder && copy ? { folder, copy } : undefined
  }

  const mustFolder = (place: string): Folder => {
    const folder = folderOf(place)
    if (!folder) throw call('memory-place-gone', `The place ${place} is not there any more.`)
    return folder
  }

  const store = (place: Place, item: Item, body: Uint8Array): Receipt => {
    const folder = mustFolder(place.id)
    const refusal = options.refuses?.(body)
    if (refusal) {
      throw new Fault({ reach: 'item', code: 'memory-refused', reason: 'refused-by-destination', message: refusal })
    }
    if (mailbox.bytes() + body.length > mailbox.quota) {
      throw new Fault({ reach: 'account', code: 'memory-full', message: 'The mailbox is full.', remedy: 'Give it more room.' })
    }
    return receiptOf(folder, mailbox.append(folder, { body, naturalKey: item.naturalKey, traits: kept(item.traits) }))
  }

  const putNew = async (place: Place, item: Item, asked: Call): Promise<Receipt> => {
    const body = await readAll(item.body(asked))
    return wire('destination.put', () => store(place, item, body), asked)
  }

  /** Append first, then drop the old: whoever dies in between leaves two copies and not none. */
  const replace = async (place: Place, item: Item, over: Receipt, asked: Call): Promise<Receipt> => {
    const fresh = await putNew(place, item, asked)
    await wire('destination.expunge', () => copyOf(over)?.folder.copies.delete(Number(over.locator)), asked)
    return fresh
  }

  const putOver = async (place: Place, item: Item, over: Receipt, asked: Call): Promise<Receipt | Kept> => {
    const body = await readAll(item.body(asked))
    const wanted = kept(item.traits)
    const standing = await wire(
      'destination.look',
      () => {
        const found = copyOf(over)
        return found && { receipt: receiptOf(found.folder, found.copy), same: sameBytes(found.copy.body, body) }
      },
      asked,
    )
    if (!standing) return { kept: 'deleted' }
    const flags = standing.receipt.memo
    if (flags !== over.memo && flags !== flagsOf(wanted)) return { kept: 'changed', receipt: standing.receipt }
    if (!standing.same) return replace(place, item, over, asked)
    if (flags !== flagsOf(wanted)) {
      await wire('destination.store', () => Object.assign(copyOf(over)?.copy ?? {}, { traits: wanted }), asked)
    }
    return wire(
      'destination.move',
      () => {
        const found = copyOf(over)
        if (!found) return { kept: 'deleted' as const }
        const to = mustFolder(place.id)
        return receiptOf(to, to === found.folder ? found.copy : mailbox.move(found.folder, found.copy.uid, to))
      },
      asked,
    )
  }

  const putMany = async (place: Place, items: readonly Item[], asked: Call): Promise<readonly (Receipt | Fault)[]> => {
    const bodies = await Promise.all(items.map((item) => readAll(item.body(asked))))
    const answers: (Receipt | Fault)[] = []
    for (const [at, item] of items.entries()) {
      const one = () => {
        try {
          return store(place, item, bodies[at] ?? new Uint8Array())
        } catch (thrown) {
          const fault = asFault(thrown)
          if (fault.reach === 'item') return fault
          throw fault
        }
      }
      answers.push(await wire('destination.put', one, asked))
    }
    return answers
  }

  async function* copies(search: Search, asked: Call): AsyncIterable<{ folder: Folder; copy: Copy }> {
    const folder = folderOf(search.place)
    if (!folder) return
    const numbers = await wire('destination.walk', () => [...folder.copies.keys()].filter((uid) => uid >= Number(search.since ?? 0)), asked)
    for (const uid of numbers) {
      asked.signal.throwIfAborted()
      const copy = folder.copies.get(uid)
      if (copy) yield { folder, copy }
    }
  }

  const nameOf = (path: readonly string[]): string => path.join(' / ')

  const placeOf = (folder: Folder): Place => ({
    id: placeId(folder),
    name: nameOf(folder.path),
    ...(options.markless ? {} : { mark: String(folder.next) }),
  })

  return {
    name: 'memory',
    profile: {
      kind: options.kind ?? 'mail',
      keeps,
      ...(options.maxItemBytes === undefined ? {} : { maxItemBytes: options.maxItemBytes }),
      ...(options.batch ? { batch: options.batch } : {}),
    },
    prepare: (collection, asked) => wire('destination.prepare', () => placeOf(mailbox.make(collection.path)), asked),
    placeOf: (collection, asked) =>
      wire(
        'destination.placeOf',
        () => {
          const folder = mailbox.folder(collection.path)
          return folder && placeOf(folder)
        },
        asked,
      ),
    pathOf: async ({ path }) => nameOf(path),
    flagOf: (category) => category.replaceAll(' ', '_'),
    ...(options.markless
      ? {}
      : { mark: (place: Place, asked: Call) => wire('destination.mark', () => String(mustFolder(place.id).next), asked) }),
    async find(item, where, asked) {
      const body = await readAll(item.body(asked))
      const found: Receipt[] = []
      for (const search of where) {
        for await (const { folder, copy } of copies(search, asked)) if (sameBytes(copy.body, body)) found.push(receiptOf(folder, copy))
      }
      return found
    },
    put: (place, item, over, asked) => (over ? putOver(place, item, over, asked) : putNew(place, item, asked)),
    ...(options.batch ? { putMany } : {}),
    async *walk(search, asked) {
      for await (const { folder, copy } of copies(search, asked)) {
        yield { receipt: receiptOf(folder, copy), naturalKey: copy.naturalKey, traits: copy.traits }
      }
    },
    async *read(receipt, asked) {
      yield await wire(
        'destination.read',
        () => {
          const found = copyOf(receipt)
          if (!found)
            throw new Fault({ reach: 'item', code: 'memory-copy-gone', reason: 'gone', message: 'There is no such copy any more.' })
          return found.copy.body
        },
        asked,
      )
    },
    dropDouble: (extra, keeper, asked) =>
      wire(
        'destination.drop',
        () => {
          const [one, other] = [copyOf(extra), copyOf(keeper)]
          if (!one || !other || one.copy === other.copy || !sameBytes(one.copy.body, other.copy.body)) return false
          return one.folder.copies.delete(one.copy.uid)
        },
        asked,
      ),
  }
}
