import { createHash } from 'node:crypto'
import {
  type Call,
  type Destination,
  type DestinationProfile,
  Fault,
  type Item,
  type Kept,
  type Place,
  type PutCall,
  type Receipt,
  type Search,
} from '@offramp/core'
import { readAll } from '../read-all.ts'
import { type Copy, type Folder, hashOf, type Mailbox, sameBytes } from './mailbox.ts'
import { directWire, type Wire } from './wire.ts'

export interface MemoryShelfOptions {
  readonly wire?: Wire
  /** Wrong on purpose, for a test that shows what it breaks: what is written bears no seal. */
  readonly unsealed?: boolean
  /** Absent: no `putMany`. */
  readonly batch?: DestinationProfile['batch']
}

const placeId = (folder: Folder): string => `${folder.generation}/${JSON.stringify(folder.path)}`

/** Far above the numbers that people's own copies get. */
const numberOf = (...parts: readonly string[]): number =>
  2 ** 40 + createHash('sha256').update(JSON.stringify(parts)).digest().readUIntBE(0, 5)

/** The name under which an item is written, as a number: made from its natural key, as a DAV href is from a UID. */
export const shelfName = (naturalKey: string): number => numberOf(naturalKey)

/** Under which else, where another item of the lane has that name. */
const derivedName = ({ naturalKey, id }: Item): number => numberOf(naturalKey, id)

const gone = (): Fault => new Fault({ reach: 'item', code: 'shelf-gone', reason: 'gone', message: 'There is no such copy any more.' })

const taken = (message: string): Fault => new Fault({ reach: 'item', code: 'shelf-taken', reason: 'stands-already', message })

interface Created {
  readonly fresh: boolean
  readonly receipt: Receipt
  /** It was written for this very item, and nobody has changed it since. */
  readonly ours: boolean
  /** It was written for another item, whether or not the ledger has heard of it. */
  readonly others: boolean
}

const isOurs = (copy: Copy, { id }: Item): boolean => copy.by?.id === id && copy.by.hash === hashOf(copy.body) && memoOf(copy) === ''

const isOthers = (copy: Copy, { id }: Item): boolean => copy.by !== undefined && copy.by.id !== id

const MARKED = '*'

/** What a person does to a copy without moving it shows here, as a changed ETag does. */
const memoOf = ({ traits }: Copy): string => (traits.flagged === undefined ? '' : MARKED)

/**
 * A destination as DAV is: a name that is derived from the item makes writing idempotent, an existing name is never overwritten by a new item,
 * a change is made under the condition that nobody has changed the copy since, and a move is one step at the server. Keeps no traits.
 */
export function memoryShelf(mailbox: Mailbox, options: MemoryShelfOptions = {}): Destination {
  const wire = options.wire ?? directWire

  const sealOf = ({ id }: Item, body: Uint8Array): Pick<Copy, 'by'> => (options.unsealed ? {} : { by: { id, hash: hashOf(body) } })

  const folderOf = (place: string): Folder | undefined => mailbox.folders().find((folder) => placeId(folder) === place)

  const mustFolder = (place: string): Folder => {
    const folder = folderOf(place)
    if (folder) return folder
    throw new Fault({ reach: 'call', code: 'shelf-place-gone', message: `The place ${place} is not there any more.` })
  }

  const receiptOf = (folder: Folder, copy: Copy): Receipt => ({
    place: placeId(folder),
    locator: String(copy.uid),
    size: copy.body.length,
    hash: hashOf(copy.body),
    memo: memoOf(copy),
  })

  const copyAt = ({ place, locator }: Receipt): Copy | undefined => folderOf(place)?.copies.get(Number(locator))

  /** If-None-Match: what stands there stays, and is told. */
  const create = (place: Place, name: number, item: Item, body: Uint8Array): Created => {
    const folder = mustFolder(place.id)
    const there = folder.copies.get(name)
    if (there) return { fresh: false, receipt: receiptOf(folder, there), ours: isOurs(there, item), others: isOthers(there, item) }
    const copy: Copy = { uid: name, body, naturalKey: item.naturalKey, traits: {}, ...sealOf(item, body) }
    folder.copies.set(name, copy)
    return { fresh: true, receipt: receiptOf(folder, copy), ours: true, others: false }
  }

  /** Where it stands under its second name already, it is not written under the first, though that may be free by now. */
  const namesFor = async (place: Place, item: Item, asked: Call): Promise<readonly number[]> => {
    const second = derivedName(item)
    if (item.naturalKey === '') return [second]
    const there = await wire('destination.look', () => mustFolder(place.id).copies.has(second), asked)
    return there ? [second] : [shelfName(item.naturalKey), second]
  }

  const putNew = async (place: Place, item: Item, asked: PutCall): Promise<Receipt> => {
    const body = await readAll(item.body(asked))
    for (const name of await namesFor(place, item, asked)) {
      const { fresh, receipt, ours, others } = await wire('destination.put', () => create(place, name, item, body), asked)
      if (fresh) return receipt
      const same = receipt.hash === hashOf(body)
      if (ours) {
        // Written by a process that died, or before the ledger was lost; perhaps in an earlier text.
        const answer = same ? receipt : await wire('destination.put', () => rewrite(receipt, item, body), asked)
        if (!('kept' in answer)) return answer
        throw taken('Somebody is changing it at this moment.')
      }
      const owned = others || ((await asked.owned?.([receipt]))?.[0] ?? false)
      if (same && !owned) return receipt
      if (same) throw new Fault({ reach: 'item', code: 'shelf-double', reason: 'double-at-source', message: 'It stands there already.' })
      if (!owned) throw taken('Another one stands there.')
    }
    throw taken('Both names are taken.')
  }

  /** If-Match: only what is as it was when it was looked at. */
  const rewrite = (at: Receipt, item: Item, body: Uint8Array): Receipt | Kept => {
    const folder = mustFolder(at.place)
    const copy = folder.copies.get(Number(at.locator))
    if (!copy) return { kept: 'deleted' }
    if (hashOf(copy.body) !== at.hash || memoOf(copy) !== at.memo) return { kept: 'changed', receipt: receiptOf(folder, copy) }
    const next: Copy = { ...copy, body, ...sealOf(item, body) }
    folder.copies.set(copy.uid, next)
    return receiptOf(folder, next)
  }

  /** Undefined where the name is taken over there. */
  const carry = (at: Receipt, place: Place, name: number): Receipt | Kept | undefined => {
    const [from, to] = [mustFolder(at.place), mustFolder(place.id)]
    const copy = from.copies.get(Number(at.locator))
    if (!copy) return { kept: 'deleted' }
    if (to.copies.has(name)) return undefined
    from.copies.delete(copy.uid)
    const moved = { ...copy, uid: name }
    to.copies.set(name, moved)
    return receiptOf(to, moved)
  }

  /** A write of ours that was broken off may have left it somewhere else. */
  const isAnywhere = (item: Item): boolean =>
    mailbox.folders().some(({ copies }) => [...copies.values()].some((copy) => isOurs(copy, item)))

  /** Moved by ourselves, before the ledger forgot of it: then it stands in its home and bears the item's seal. */
  const atHome = async (place: Place, item: Item, body: Uint8Array, asked: Call): Promise<Receipt | Kept | undefined> => {
    const folder = mustFolder(place.id)
    const names = [shelfName(item.naturalKey), derivedName(item)]
    const there = await wire(
      'destination.look',
      () => names.map((name) => folder.copies.get(name)).find((copy) => copy && isOurs(copy, item)),
      asked,
    )
    if (!there) return undefined
    const at = receiptOf(folder, there)
    return sameBytes(there.body, body) ? at : wire('destination.put', () => rewrite(at, item, body), asked)
  }

  const putOver = async (place: Place, item: Item, over: Receipt, asked: PutCall): Promise<Receipt | Kept> => {
    const body = await readAll(item.body(asked))
    const standing = await wire('destination.look', () => copyAt(over), asked)
    if (!standing) {
      const home = await atHome(place, item, body, asked)
      if (home) return home
      const left = await wire('destination.look', () => isAnywhere(item), asked)
      return { kept: 'deleted', ...(left ? {} : { certain: true as const }) }
    }
    const folder = mustFolder(over.place)
    const now = receiptOf(folder, standing)
    // The receipt keeps what we wrote, so that a person's text is never taken for ours when the source changes once more.
    if (!isOurs(standing, item)) return { kept: 'changed', receipt: { ...over, size: now.size } }
    let at: Receipt | Kept = now
    if (now.place !== place.id) {
      const names = [standing.uid, derivedName(item)]
      let carried: Receipt | Kept | undefined
      for (const name of names) carried ??= await wire('destination.move', () => carry(now, place, name), asked)
      if (carried === undefined) throw taken('Both names are taken over there.')
      at = carried
    }
    if ('kept' in at || sameBytes(standing.body, body)) return at
    const from = at
    return wire('destination.put', () => rewrite(from, item, body), asked)
  }

  const put: Destination['put'] = (place, item, over, asked) => (over ? putOver(place, item, over, asked) : putNew(place, item, asked))

  /** Where a name is taken nobody is asked whose it is: alone the item will show. */
  const putMany = async (place: Place, items: readonly Item[], asked: Call): Promise<readonly (Receipt | Fault)[]> => {
    const answers: (Receipt | Fault)[] = []
    for (const item of items) {
      const body = await readAll(item.body(asked))
      const [name = derivedName(item)] = await namesFor(place, item, asked)
      const unknown = (thrown: unknown): Fault => {
        if (thrown instanceof Fault && thrown.reach === 'call') return thrown
        throw thrown
      }
      const answer = await wire('destination.put', () => create(place, name, item, body), asked).catch(unknown)
      if (answer instanceof Fault) answers.push(answer)
      else if (answer.fresh || (answer.ours && answer.receipt.hash === hashOf(body))) answers.push(answer.receipt)
      else answers.push(new Fault({ reach: 'call', code: 'shelf-taken', message: 'Something stands under this name.', unwritten: true }))
    }
    return answers
  }

  async function* copies({ place }: Search, asked: Call): AsyncIterable<{ folder: Folder; copy: Copy }> {
    const folder = folderOf(place)
    if (!folder) return
    const numbers = await wire('destination.walk', () => [...folder.copies.keys()].toSorted((a, b) => a - b), asked)
    for (const uid of numbers) {
      asked.signal.throwIfAborted()
      const copy = folder.copies.get(uid)
      if (copy) yield { folder, copy }
    }
  }

  return {
    name: 'memory shelf',
    profile: { kind: 'event', keeps: [], ...(options.batch ? { batch: options.batch } : {}) },
    prepare: ({ path }, asked) =>
      wire(
        'destination.prepare',
        () => {
          const folder = mailbox.make(path)
          return { id: placeId(folder), name: path.join(' / ') }
        },
        asked,
      ),
    async find(item, where, asked) {
      const hash = hashOf(await readAll(item.body(asked)))
      const found: Receipt[] = []
      for (const search of where) {
        for await (const { folder, copy } of copies(search, asked))
          if (hashOf(copy.body) === hash && !isOthers(copy, item)) found.push(receiptOf(folder, copy))
      }
      return found
    },
    put,
    ...(options.batch ? { putMany } : {}),
    async *walk(search, asked) {
      for await (const { folder, copy } of copies(search, asked))
        yield { receipt: receiptOf(folder, copy), naturalKey: copy.naturalKey, traits: {} }
    },
    async *read(receipt, asked) {
      const copy = await wire('destination.read', () => copyAt(receipt), asked)
      if (!copy) throw gone()
      yield copy.body
    },
    // What looks like a double may be a person's: only what bears the same item's seal, unchanged, was written twice.
    dropDouble: (extra, keeper, asked) =>
      wire(
        'destination.drop',
        () => {
          const [one, other] = [copyAt(extra), copyAt(keeper)]
          const twice = one !== undefined && one !== other && one.by !== undefined && one.by.id === other?.by?.id
          if (!twice || one.by.hash !== hashOf(one.body) || memoOf(one) !== '' || !sameBytes(one.body, other.body)) return false
          return folderOf(extra.place)?.copies.delete(one.uid) ?? false
        },
        asked,
      ),
  }
}
