import { type Account, type Call, Fault, type Item, type ItemRef, type Listing, type Measured, type Source } from '@offramp/core'
import { type Json, numberOf } from '@offramp/wire'
import type { DriveClient } from './files-client.ts'
import { decodeFiles } from './files-cursor.ts'
import { Exports } from './files-exports.ts'
import { Folders } from './files-folders.ts'
import { type FileChoices, refusalOf, targetOf } from './files-formats.ts'
import { blobItem, exportedItem, isShortcut, itemOf, shortcutItem, versionOf } from './files-item.ts'
import { measureFiles } from './files-measure.ts'
import { isBlob, isFolder, print, type RemoteFile } from './files-model.ts'
import { allFiles, formatsFor, readAbout, readOne } from './files-pages.ts'
import { type Earlier, earlierStates, unmarkedStates } from './files-versions.ts'
import { changesPage, firstPage, inBin, type WalkParts } from './files-walk.ts'

/** Whose files, and in whose name they are read. */
export interface FileSpace {
  readonly account: Pick<Account, 'id' | 'name'>
  /** Of a shared drive. */
  readonly driveId: string | undefined
  /** Asked once; of a shared drive, this finds a member. */
  client(call: Call): Promise<DriveClient>
}

export interface FileOptions {
  readonly choices?: FileChoices
  /** Where exports are held that are too large for memory. Absent: the system's own folder for what is temporary. */
  readonly folder?: string
}

/** How versions are made; part of every cursor. */
const MADE = 'files 1'

/** One drive, somebody's own or a shared one, read by delegation: one listing, each file an item, each folder a collection. */
export function fileSource(space: FileSpace, { choices = {}, folder }: FileOptions = {}): Source {
  const { account, driveId } = space
  const made = print(MADE, choices.documents, choices.bin, choices.shortcuts, choices.suspicious)
  const known = new WeakMap<ItemRef, RemoteFile>()
  const names = new WeakMap<ItemRef, string>()
  const exports = new Exports(folder)
  const client = once((call) => space.client(call))
  const about = once(async (call) => readAbout(await client(call), call))
  const folders = new Folders(client, { driveId })
  const parts: WalkParts = { client, driveId, folders, choices, made, refOf }

  function refOf(file: RemoteFile): ItemRef {
    const ref: ItemRef = { id: file.id, version: versionOf(file, choices), ...(file.size === undefined ? {} : { size: file.size }) }
    known.set(ref, file)
    return ref
  }

  async function ask(id: string, call: Call): Promise<RemoteFile> {
    const from = await client(call)
    const file = await readOne(from, id, { call })
    if (file !== undefined && file.driveId === driveId && !isFolder(file)) return file
    throw new Fault({ reach: 'item', reason: 'gone', code: 'google-gone', message: `A file in ${from.about} is no longer there.` })
  }

  /** A document in the format that Google has for it, in hand. */
  async function exported(file: RemoteFile, from: DriveClient, call: Call) {
    const target = targetOf(file, choices)
    const { formats } = await about(call)
    const offered = formatsFor(formats, file.mimeType)
    const mimeType = target?.mimeTypes.find((each) => target.downloadOnly || offered.includes(each))
    if (target !== undefined && mimeType !== undefined) return exports.take({ client: from, file, target, mimeType }, call)
    const message = `A document in ${from.about} is of a sort that Google gives in no open format.`
    throw new Fault({ reach: 'item', reason: 'no-open-format', code: 'google-no-export', message })
  }

  async function open(ref: ItemRef, call: Call): Promise<Item> {
    call.signal.throwIfAborted()
    const from = await client(call)
    const file = known.get(ref) ?? (await ask(ref.id, call))
    names.set(ref, file.name)
    const refusal = refusalOf(file, choices, { about: from.about, shared: driveId !== undefined })
    if (refusal !== undefined) throw refusal
    const home = await folders.homeOf(file, call)
    const on = { client: from, choices, stale: () => void known.delete(ref) }
    if (isBlob(file)) return blobItem(file, home, { ...on, earlier: await earlierOf(from, file, call) })
    if (isShortcut(file)) return shortcutItem(file, home, on)
    return exportedItem(file, home, { ...on, exported: await exported(file, from, call) })
  }

  let mayHave: ReturnType<typeof unmarkedStates> | undefined

  async function earlierOf(from: DriveClient, file: RemoteFile, call: Call): Promise<Earlier | undefined> {
    const { versions = 0 } = choices
    mayHave ??= unmarkedStates(from)
    return versions > 0 ? earlierStates(from, file, { most: versions, mayHave, call }) : undefined
  }

  async function* census(_: Listing, call: Call): AsyncGenerator<readonly Item[]> {
    const from = await client(call)
    for await (const files of allFiles(from, { driveId, ...inBin(choices) }, call)) {
      const items: Item[] = []
      for (const file of files.filter((each) => !isFolder(each)))
        items.push({ ...itemOf(file, await folders.homeOf(file, call), { choices }), body: (at) => bodyOf(refOf(file), at) })
      yield items
    }
  }

  async function* bodyOf(ref: ItemRef, call: Call): AsyncGenerator<Uint8Array> {
    yield* (await open(ref, call)).body(call)
  }

  async function* listings(call: Call & { readonly bare?: true }): AsyncGenerator<Listing> {
    call.signal.throwIfAborted()
    const bytes = call.bare || driveId !== undefined ? undefined : usedIn((await about(call)).quota)
    yield { id: driveId ?? 'my-drive', ...(bytes === undefined ? {} : { bytes }) }
  }

  async function* measure(call: Call): AsyncGenerator<Measured> {
    yield* measureFiles({ client: await client(call), driveId, folders, choices }, call)
  }

  return {
    name: `google files ${account.name}`,
    profile: { kind: 'file', offers: ['modifiedAt', 'createdAt'] },
    listings,
    async page(_, after, limit, call) {
      call.signal.throwIfAborted()
      const at = after === undefined ? undefined : decodeFiles(after, made)
      const room = { limit: Math.max(1, limit), call }
      return at?.mode === 'changes' ? changesPage(parts, at.token, room) : firstPage(parts, at, room)
    },
    open,
    labelOf: (ref) => names.get(ref),
    census,
    measure,
    close: () => exports.end(),
  }
}

/** Bytes in Drive, without mail and photos. */
const usedIn = (quota: Json): number | undefined => numberOf(quota['usageInDrive'])

/** Asked once a source; a failure is not kept. */
function once<T>(asked: (call: Call) => Promise<T>): (call: Call) => Promise<T> {
  let known: Promise<T> | undefined
  return (call) => {
    call.signal.throwIfAborted()
    known ??= asked(call).catch((thrown: unknown) => {
      known = undefined
      throw thrown
    })
    return known
  }
}
