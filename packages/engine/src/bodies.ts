import { asFault, type Call, type Fault, type Item } from '@offramp/core'

/** An item whose bytes are in hand: every further reading replays them. `size` is what was really read. */
export const withBytes = (item: Item, parts: readonly Uint8Array[]): Item => ({
  ...plain(item),
  size: parts.reduce((sum, part) => sum + part.length, 0),
  async *body(call) {
    for (const part of parts) {
      call.signal.throwIfAborted()
      yield part
    }
  },
})

/** A streamed item that remembers whether it was its own body that failed, so that the destination is not blamed for the source. */
export function tapped(item: Item): { readonly item: Item; fault(): Fault | undefined } {
  let fault: Fault | undefined
  return {
    item: {
      ...plain(item),
      async *body(call) {
        try {
          yield* item.body(call)
        } catch (thrown) {
          fault = asFault(thrown)
          throw thrown
        }
      },
    },
    fault: () => fault,
  }
}

/** Everything but the body; an item may be an object with getters, which a spread would not carry over. */
const plain = (item: Item): Omit<Item, 'body'> => ({
  id: item.id,
  version: item.version,
  ...(item.size === undefined ? {} : { size: item.size }),
  kind: item.kind,
  naturalKey: item.naturalKey,
  home: item.home,
  traits: item.traits,
  revision: item.revision,
  ...(item.label === undefined ? {} : { label: item.label }),
})

/** The body in pieces, or undefined as soon as it proves longer than `most` bytes; then nothing of it is held. */
export async function readUpTo(item: Item, most: number, call: Call): Promise<readonly Uint8Array[] | undefined> {
  const parts: Uint8Array[] = []
  let size = 0
  for await (const part of item.body(call)) {
    size += part.length
    if (size > most) return undefined
    parts.push(part)
  }
  return parts
}

/** Whether the body is longer than `most` bytes, read and dropped piece by piece. */
export async function isLonger(item: Item, most: number, call: Call): Promise<boolean> {
  let size = 0
  for await (const part of item.body(call)) {
    size += part.length
    if (size > most) return true
  }
  return false
}
