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
} from '@offramp/core'
import { readAll } from '../read-all.ts'
import type { FileTree, StoredFile } from './file-tree.ts'
import { type FolderOptions, memoryFolders } from './folders.ts'
import { hashOf, sameBytes } from './mailbox.ts'
import { uploaded } from './upload.ts'
import { directWire, type Wire } from './wire.ts'

export interface MemoryFilesOptions extends FolderOptions {
  readonly wire?: Wire
  /** Absent: no `putMany`. */
  readonly batch?: DestinationProfile['batch']
  /** Bytes of the parts in which a larger file is uploaded. Absent: every file is taken as a whole. */
  readonly part?: number
  /** Folders have no dates. */
  readonly undated?: boolean
  /** Wrong on purpose, for a test that shows what it breaks: what stands there is taken although it is another item's. */
  readonly takesOwned?: boolean
}

/** Reversible, and safe in one part of a path. */
export const encodeName = (name: string): string => {
  const encoded = name.normalize('NFC').replaceAll('%', '%25').replaceAll('/', '%2F')
  if (encoded === '') return '%00'
  return encoded === '.' || encoded === '..' ? encoded.replaceAll('.', '%2E') : encoded
}

const print = (...of: readonly string[]): string => createHash('sha256').update(JSON.stringify(of)).digest('hex').slice(0, 8)

function beside(name: string, mark: string): string {
  const dot = name.lastIndexOf('.')
  const [stem, ending] = dot > 0 ? [name.slice(0, dot), name.slice(dot)] : [name, '']
  return `${stem} (${mark})${ending}`
}

/** Under its own name; under one that its id makes; and under one that its text makes as well, where somebody has a file under both. */
const namesOf = ({ naturalKey, id }: Item, body: Uint8Array): readonly string[] => {
  const name = encodeName(naturalKey)
  return [name, beside(name, print(id)), beside(name, print(id, hashOf(body)))]
}

const gone = (): Fault => new Fault({ reach: 'item', code: 'files-gone', reason: 'gone', message: 'There is no such file any more.' })

const BESIDE = 'Another file of this name stood in its folder already, so it was given another name.'

/** A server of files, as WebDAV is: a name is a file, nothing is overwritten unseen, a move is one step, and nothing tells whose a file is. */
export function memoryFiles(tree: FileTree, options: MemoryFilesOptions = {}): Destination {
  const wire = options.wire ?? directWire

  const receiptOf = (place: string, locator: string, { body, etag }: StoredFile): Receipt => ({
    place,
    locator,
    size: body.length,
    hash: hashOf(body),
    memo: String(etag),
  })

  const look = (place: string, name: string, call: Call): Promise<Receipt | undefined> =>
    wire(
      'destination.look',
      () => {
        const file = tree.file(place, name)
        return file && receiptOf(place, name, file)
      },
      call,
    )

  const must = (file: StoredFile | undefined): StoredFile => {
    if (file) return file
    throw new Fault({ reach: 'call', code: 'files-place-gone', message: 'The folder is not there any more.' })
  }

  /** If-None-Match: undefined where something stands there. */
  const create = (place: string, name: string, { body, date }: { body: Uint8Array; date: number | undefined }): Receipt | undefined =>
    tree.file(place, name) ? undefined : receiptOf(place, name, must(tree.write(place, name, body, date)))

  /** If-Match. */
  const rewrite = (at: Receipt, body: Uint8Array, date: number | undefined): Receipt | Kept => {
    const now = tree.file(at.place, at.locator)
    if (!now) return { kept: 'deleted' }
    if (String(now.etag) !== at.memo) return { kept: 'changed', receipt: { ...at, size: now.body.length } }
    return receiptOf(at.place, at.locator, must(tree.write(at.place, at.locator, body, date)))
  }

  const isOwned = async (copy: Receipt, call: PutCall): Promise<boolean> =>
    options.takesOwned !== true && ((await call.owned?.([copy]))?.[0] ?? false)

  /** As it stands, with the item's date. */
  const dated = (copy: Receipt, { traits: { modifiedAt } }: Item, call: Call): Promise<Receipt> => {
    const give = () => {
      const now = tree.file(copy.place, copy.locator)
      if (!now || modifiedAt === undefined || now.modifiedAt === modifiedAt || String(now.etag) !== copy.memo) return copy
      return receiptOf(copy.place, copy.locator, must(tree.date(copy.place, copy.locator, modifiedAt)))
    }
    return wire('destination.store', give, call)
  }

  /** Earlier states first. Where some were written before, from there on. */
  const putVersions = async (place: string, name: string, item: Item, call: PutCall): Promise<Receipt | undefined> => {
    const bodies: { readonly body: Uint8Array; readonly date: number }[] = []
    for await (const { body, modifiedAt } of item.versions?.(call) ?? []) bodies.push({ body: await readAll(body(call)), date: modifiedAt })
    let at = await look(place, name, call)
    const begun = at ? bodies.findIndex(({ body }) => hashOf(body) === at?.hash) : -1
    if (at && begun < 0) return undefined
    for (const { body, date } of bodies.slice(begun + 1)) {
      const over = at
      const answer = await wire('destination.put', () => (over ? rewrite(over, body, date) : create(place, name, { body, date })), call)
      if (!answer || 'kept' in answer) return undefined
      at = answer
      call.progress?.()
    }
    return at
  }

  const putNew = async (place: string, item: Item, call: PutCall): Promise<Receipt> => {
    const body = await uploaded(tree, item, { call, wire, part: options.part })
    const date = item.traits.modifiedAt
    let losses: readonly string[] = []
    const names = namesOf(item, body)
    const second = await look(place, names[1] ?? '', call)
    for (const name of second ? names.slice(1) : names) {
      const version = item.versions && (await putVersions(place, name, item, call))
      const put = () => (version ? rewrite(version, body, date) : create(place, name, { body, date }))
      const written = await wire('destination.put', put, call)
      if (written && !('kept' in written)) {
        tree.uploads.delete(item.id)
        return losses.length > 0 ? { ...written, losses } : written
      }
      const there = await look(place, name, call)
      const owned = there !== undefined && (await isOwned(there, call))
      if (there && !owned && there.hash === hashOf(body)) return dated(there, item, call)
      if (!owned) losses = [BESIDE]
    }
    throw new Fault({ reach: 'call', code: 'files-taken', message: 'Every name that it may have is taken.' })
  }

  /** The receipt leads nowhere: it may have been carried on by ourselves, before somebody forgot of it. */
  const carriedOn = async (place: string, item: Item, of: { over: Receipt; body: Uint8Array }, call: PutCall) => {
    for (const name of namesOf(item, of.body)) {
      const there = await look(place, name, call)
      const alike = there && (there.hash === hashOf(of.body) || there.hash === of.over.hash)
      if (there && alike && !(await isOwned(there, call))) return there
    }
    return undefined
  }

  const putOver = async (place: string, item: Item, over: Receipt, call: PutCall): Promise<Receipt | Kept> => {
    const body = await uploaded(tree, item, { call, wire, part: options.part })
    const names = namesOf(item, body)
    const standing = await look(over.place, over.locator, call)
    // Ours may have been carried on, before somebody forgot of it, and another item have come by the name since.
    const isAnothers = standing !== undefined && standing.memo !== over.memo && (await isOwned(standing, call))
    let at = (isAnothers ? undefined : standing) ?? (await carriedOn(place, item, { over, body }, call))
    if (!at) return { kept: 'deleted' }
    const isOurs = at.memo === over.memo || at.hash === over.hash || at.hash === hashOf(body)
    if (!isOurs) return { kept: 'changed', receipt: { ...over, place: at.place, locator: at.locator, size: at.size } }
    if (at.place !== place || !names.includes(at.locator)) {
      const from = at
      let carried: Receipt | undefined
      for (const name of names) {
        const carry = () => {
          const file = tree.move([from.place, from.locator], [place, name])
          return file && receiptOf(place, name, file)
        }
        carried ??= await wire('destination.move', carry, call)
      }
      if (!carried) throw new Fault({ reach: 'call', code: 'files-taken', message: 'It could not be moved.' })
      at = carried
    }
    if (at.hash === hashOf(body)) return dated(at, item, call)
    const current = at
    return wire('destination.put', () => rewrite(current, body, item.traits.modifiedAt), call)
  }

  const putMany = async (place: Place, items: readonly Item[], call: Call): Promise<readonly (Receipt | Fault)[]> => {
    const answers: (Receipt | Fault)[] = []
    for (const item of items) {
      const body = await readAll(item.body(call))
      const [name = '', second = ''] = namesOf(item, body)
      const one = () => (tree.file(place.id, second) ? undefined : create(place.id, name, { body, date: item.traits.modifiedAt }))
      const taken = new Fault({ reach: 'call', code: 'files-taken', message: 'Something stands under this name.' })
      const unknown = (thrown: unknown): Fault => {
        if (thrown instanceof Fault && thrown.reach === 'call') return thrown
        throw thrown
      }
      answers.push((await wire('destination.put', one, call).catch(unknown)) ?? taken)
    }
    return answers
  }

  return {
    name: 'memory files',
    profile: { kind: 'file', keeps: ['modifiedAt'], ...(options.batch ? { batch: options.batch } : {}) },
    ...memoryFolders({ tree, wire, encodeName, ...(options.leaves === undefined ? {} : { leaves: options.leaves }) }),
    nameOf: ({ naturalKey, home }) => ({ folder: home.path.map(encodeName).join('/'), name: encodeName(naturalKey) }),
    async find(item, where, call) {
      const body = await readAll(item.body(call))
      const found: Receipt[] = []
      for (const { place } of where)
        for (const name of namesOf(item, body)) {
          const there = await look(place, name, call)
          if (there?.hash === hashOf(body)) found.push(there)
        }
      return found
    },
    put: (place, item, over, call) => (over ? putOver(place.id, item, over, call) : putNew(place.id, item, call)),
    ...(options.batch ? { putMany } : {}),
    async *walk({ place }, call) {
      const files = await wire('destination.walk', () => [...(tree.folder(place)?.files ?? [])], call)
      for (const [name, file] of files.toSorted(([a], [b]) => (a < b ? -1 : 1))) {
        const { hash: _, ...receipt } = receiptOf(place, name, file)
        yield { receipt, naturalKey: name, traits: { modifiedAt: file.modifiedAt } }
      }
    },
    async *read({ place, locator }, call) {
      const file = await wire('destination.read', () => tree.file(place, locator), call)
      if (!file) throw gone()
      yield file.body
    },
    dropDouble: (extra, keeper, call) =>
      wire(
        'destination.drop',
        () => {
          const [one, other] = [tree.file(extra.place, extra.locator), tree.file(keeper.place, keeper.locator)]
          if (!one || !other || one === other || !sameBytes(one.body, other.body)) return false
          return tree.remove(extra.place, extra.locator)
        },
        call,
      ),
    ...(options.undated
      ? {}
      : {
          async date(dates, call) {
            for (const { place, modifiedAt } of dates) await wire('destination.date', () => tree.dateFolder(place, modifiedAt), call)
          },
        }),
  }
}
