import { createHash } from 'node:crypto'
import {
  type Call,
  type Collection,
  type Cursor,
  Fault,
  type Item,
  type ItemRef,
  type Listing,
  type Page,
  type Source,
} from '@offramp/core'
import type { DriveFile, DriveFolder, MemoryDrive } from './drive.ts'
import { directWire, type Wire } from './wire.ts'

export interface MemoryDriveOptions {
  readonly wire?: Wire
  /** Files that cannot be read, with the fault that says so. Thrown from the body. */
  readonly poison?: ReadonlyMap<string, () => Fault>
  /** 0 to 1 as `Math.random` gives it: now and then a page is empty, short, or names a file twice. Absent: never. */
  readonly noise?: () => number
  readonly chunk?: number
  /** Earlier states that are given along. */
  readonly versions?: number
}

type Standing = { readonly phase: 'all' | 'log'; readonly seq: number; readonly after: number }

const gone = (id: string): Fault =>
  new Fault({ reach: 'item', code: 'drive-gone', reason: 'gone', message: `File ${id} is no longer in the drive.` })

const changed = (): Fault => new Fault({ reach: 'call', code: 'drive-changed', message: 'It has changed since it was opened.' })

const LISTING: Listing = { id: 'drive' }

/**
 * A drive as Graph gives it: one listing, folders and files mixed in the order in which they were made, parents not first; of a moved folder
 * the folder alone is named; a path is put together from folders that were named, and asked for where one was not.
 */
export function memoryDrive(drive: MemoryDrive, options: MemoryDriveOptions = {}): Source {
  const wire = options.wire ?? directWire
  const noise = options.noise ?? (() => 1)
  const known = new Map<string, DriveFolder>()
  const seen = new WeakMap<ItemRef, DriveFile>()

  const refOf = (file: DriveFile): ItemRef => {
    const ref: ItemRef = { id: file.id, version: String(file.version), size: file.body.length }
    seen.set(ref, file)
    return ref
  }

  const folderOf = async (id: string, call: Call): Promise<DriveFolder> => {
    const cached = known.get(id)
    if (cached) return cached
    const folder = await wire('source.folder', () => drive.folder(id), call)
    if (!folder) throw gone(id)
    known.set(id, folder)
    return folder
  }

  const collectionOf = async (id: string, call: Call): Promise<Collection> => {
    const path: string[] = []
    const { modifiedAt } = await folderOf(id, call)
    for (let at = await folderOf(id, call); at.parent !== undefined; at = await folderOf(at.parent, call)) {
      path.unshift(at.name)
      // What is known of two folders may be of two times, in which each lay in the other.
      if (path.length > 50) known.clear()
      if (path.length > 100) throw new Fault({ reach: 'call', code: 'drive-loop', message: 'Folders lie in each other.' })
    }
    return { id, path, modifiedAt }
  }

  const writeCursor = ({ phase, seq, after }: Standing): Cursor => `${drive.generation}:${phase}:${seq}:${after}`

  const readCursor = (cursor: Cursor | undefined): Standing => {
    if (cursor === undefined) return { phase: 'all', seq: drive.sequence, after: -1 }
    const [generation, phase, seq, after] = cursor.split(':')
    if (Number(generation) === drive.generation && (phase === 'all' || phase === 'log'))
      return { phase, seq: Number(seq), after: Number(after) }
    throw new Fault({ reach: 'listing', code: 'drive-cursor-dead', message: 'The drive has forgotten this cursor.' })
  }

  const listAll = (at: Standing, limit: number) => {
    const all = [...drive.folders(), ...drive.files()].filter(({ order }) => order > at.after).sort((a, b) => a.order - b.order)
    const nodes = all.slice(0, limit)
    const last = nodes.length === all.length
    const next: Standing = last ? { phase: 'log', seq: at.seq, after: 0 } : { ...at, after: nodes.at(-1)?.order ?? at.after }
    return { ids: nodes.map(({ id }) => id), next, last }
  }

  const listChanges = (at: Standing, limit: number) => {
    const changes = drive.changes(at.seq)
    const some = changes.slice(0, limit)
    const last = some.length === changes.length
    return { ids: some.map(({ id }) => id), next: { ...at, seq: last ? drive.sequence : (some.at(-1)?.seq ?? at.seq) + 1 }, last }
  }

  const list = (cursor: Cursor | undefined, limit: number) => {
    const at = readCursor(cursor)
    if (noise() < 0.05) return { refs: [], folders: [], cursor: writeCursor(at), last: false }
    const most = noise() < 0.2 ? Math.max(1, limit >> 1) : limit
    const { ids, next, last } = at.phase === 'all' ? listAll(at, most) : listChanges(at, most)
    const folders = ids.flatMap((id) => drive.folder(id) ?? [])
    const refs = ids.flatMap((id): ItemRef[] => {
      const file = drive.file(id)
      if (file) return [refOf(file)]
      return drive.folder(id) ? [] : [{ id, version: '', removed: true }]
    })
    return { refs, folders, cursor: writeCursor(next), last }
  }

  const page = async (after: Cursor | undefined, limit: number, call: Call): Promise<Page> => {
    const { folders, ...told } = await wire('source.page', () => list(after, limit), call)
    for (const folder of folders) known.set(folder.id, folder)
    const collections: Collection[] = []
    for (const { id } of folders) collections.push(await collectionOf(id, call))
    return { ...told, collections }
  }

  async function* bodyOf(file: DriveFile, offset: number, call: Call): AsyncIterable<Uint8Array> {
    const read = () => {
      const poison = options.poison?.get(file.id)
      if (poison) throw poison()
      const now = drive.file(file.id)
      if (!now) throw gone(file.id)
      if (now.revision !== file.revision) throw changed()
    }
    await wire('source.body', read, call)
    const chunk = options.chunk ?? 65_536
    for (let at = offset; at < file.body.length; at += chunk) {
      call.signal.throwIfAborted()
      yield file.body.subarray(at, at + chunk)
    }
  }

  async function* versionsOf({ earlier }: DriveFile) {
    const from = Math.max(0, earlier.length - (options.versions ?? 0))
    for (const [n, { body, modifiedAt }] of earlier.entries()) {
      if (n < from) continue
      const one = async function* () {
        yield body
      }
      yield { id: `v${n}`, modifiedAt, size: body.length, body: one }
    }
  }

  const itemOf = async (file: DriveFile, call: Call): Promise<Item> => ({
    id: file.id,
    version: String(file.version),
    size: file.body.length,
    kind: 'file',
    naturalKey: file.name,
    home: await collectionOf(file.parent, call),
    traits: { modifiedAt: file.modifiedAt },
    revision: String(file.revision),
    label: file.name,
    address: `https://drive.example.org/open/${file.id}`,
    checksum: { algorithm: 'sha256', value: createHash('sha256').update(file.body).digest('hex') },
    body: (asked) => bodyOf(file, 0, asked),
    bodyFrom: (offset, asked) => bodyOf(file, offset, asked),
    ...(options.versions === undefined ? {} : { versions: () => versionsOf(file) }),
  })

  return {
    name: 'memory drive',
    profile: { kind: 'file', offers: ['modifiedAt'] },
    async *listings(call) {
      yield await wire('source.listings', () => LISTING, call)
    },
    page: (_, after, limit, call) => page(after, limit, call),
    async open(ref, call) {
      const file = seen.get(ref) ?? (await wire('source.open', () => drive.file(ref.id), call))
      if (!file) throw gone(ref.id)
      return itemOf(file, call)
    },
  }
}
