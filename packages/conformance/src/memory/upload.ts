import type { Item, PutCall } from '@offramp/core'
import { readAll } from '../read-all.ts'
import type { FileTree } from './file-tree.ts'
import type { Wire } from './wire.ts'

interface Uploading {
  readonly call: PutCall
  readonly wire: Wire
  readonly part: number | undefined
}

/**
 * The whole text of an item, at the server. A large one gets there in parts, each of which stays there when the next does not come; it is gone on with
 * after the last of them, unless the item has another text by now.
 */
export async function uploaded(tree: FileTree, item: Item, { call, wire, part }: Uploading): Promise<Uint8Array> {
  if (part === undefined || (item.size ?? 0) <= part) return readAll(item.body(call))
  const begun = tree.uploads.get(item.id)
  const standing = begun?.version === item.revision ? begun : { version: item.revision, parts: [] }
  const done = standing.parts.reduce((sum, one) => sum + one.length, 0)
  let held = new Uint8Array()
  let parts = standing.parts
  const take = async (bytes: Uint8Array): Promise<void> => {
    await wire(
      'destination.part',
      () => {
        parts = [...parts, bytes]
        tree.uploads.set(item.id, { version: item.revision, parts })
      },
      call,
    )
    call.progress?.(done > 0 ? 'resumed' : 'begun')
    // A stop that was asked for is heard between two parts.
    call.signal.throwIfAborted()
  }
  for await (const piece of done > 0 ? (item.bodyFrom?.(done, call) ?? item.body(call)) : item.body(call)) {
    held = Buffer.concat([held, piece])
    for (; held.length >= part; held = held.subarray(part)) await take(held.subarray(0, part))
  }
  if (held.length > 0) await take(held)
  const whole = Buffer.concat(parts)
  return whole
}
