import { type Call, type Collection, Fault, type Item } from '@offramp/core'
import { type Blob, readBlob, readBlobFrom } from './files-body.ts'
import type { DriveClient } from './files-client.ts'
import type { Exported } from './files-exports.ts'
import { type FileChoices, lossesOf, nameOf, shortcutText, targetOf } from './files-formats.ts'
import { addressOf, isBlob, print, type RemoteFile, SHORTCUT } from './files-model.ts'
import { type Earlier, NO_EARLIER, readVersions } from './files-versions.ts'

/** What decides an item, besides the file itself. */
export interface ItemParts {
  readonly client: DriveClient
  readonly choices: FileChoices
}

/** Of the bytes alone. A document has no checksum, and no two exports of it are alike: only its own counter tells. */
export const revisionOf = (file: RemoteFile, choices: FileChoices): string =>
  isBlob(file)
    ? print('blob', file.head ?? file.md5 ?? file.modifiedAt, file.size)
    : print('native', file.modifiedAt, file.version, targetOf(file, choices)?.ending, file.target)

export const versionOf = (file: RemoteFile, choices: FileChoices): string =>
  print(revisionOf(file, choices), nameOf(file, choices), file.parents, file.modifiedAt, file.createdAt, file.trashed, file.ownedByMe)

/** Everything but the bytes. Of a document, the size is known once it is exported. */
export function itemOf(file: RemoteFile, home: Collection, { choices }: Pick<ItemParts, 'choices'>): Omit<Item, 'body'> {
  const name = nameOf(file, choices)
  const address = addressOf(file)
  const losses = lossesOf(file, choices)
  return {
    id: file.id,
    version: versionOf(file, choices),
    ...(file.size === undefined ? {} : { size: file.size }),
    kind: 'file',
    naturalKey: name,
    home,
    traits: {
      ...(file.modifiedAt === undefined ? {} : { modifiedAt: file.modifiedAt }),
      ...(file.createdAt === undefined ? {} : { createdAt: file.createdAt }),
    },
    revision: revisionOf(file, choices),
    label: name,
    ...(losses.length === 0 ? {} : { losses }),
    ...(address === undefined ? {} : { address }),
  }
}

/** A file with bytes of its own. `stale`: what is known of it no longer holds. */
export function blobItem(
  file: RemoteFile,
  home: Collection,
  parts: ItemParts & { readonly stale: () => void; readonly earlier: Earlier | undefined },
): Item {
  const { client, choices, stale, earlier } = parts
  const blob: Blob = { client, file, suspicious: choices.suspicious === 'keep' }
  return {
    ...withLosses(itemOf(file, home, parts), earlier?.losses ?? []),
    ...(file.md5 === undefined ? {} : { checksum: { algorithm: 'md5', value: file.md5 } as const }),
    body: (call) => watched(readBlob(blob, call), stale),
    bodyFrom: (offset, call) => watched(readBlobFrom(blob, offset, call), stale),
    ...(earlier === undefined ? {} : { versions: (_: Call) => readVersions(client, file, earlier) }),
  }
}

const withLosses = (item: Omit<Item, 'body'>, more: readonly string[]): Omit<Item, 'body'> =>
  more.length === 0 ? item : { ...item, losses: [...(item.losses ?? []), ...more] }

/** Whoever opens it once more after it was changed shall see it as it is. */
async function* watched(body: AsyncIterable<Uint8Array>, stale: () => void): AsyncGenerator<Uint8Array> {
  try {
    yield* body
  } catch (thrown) {
    if (thrown instanceof Fault && thrown.reach !== 'gate') stale()
    throw thrown
  }
}

export function exportedItem(
  file: RemoteFile,
  home: Collection,
  on: ItemParts & { readonly exported: Exported; readonly stale: () => void },
): Item {
  const { exported, stale, choices } = on
  return {
    ...withLosses(itemOf(file, home, on), (choices.versions ?? 0) > 0 ? [NO_EARLIER] : []),
    size: exported.size,
    body: (call) => watched(exported.read(0, call), stale),
    bodyFrom: (offset, call) => watched(exported.read(offset, call), stale),
  }
}

export function shortcutItem(file: RemoteFile, home: Collection, parts: ItemParts): Item {
  const bytes = shortcutText(file)
  return {
    ...itemOf(file, home, parts),
    size: bytes.length,
    async *body(call) {
      call.signal.throwIfAborted()
      yield bytes
    },
  }
}

export const isShortcut = ({ mimeType }: RemoteFile): boolean => mimeType === SHORTCUT
