import { asFault, type Call, Fault, type Item } from '@offramp/core'

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

/**
 * A streamed item that remembers whether it was its own body that failed, so that the destination is not blamed for the source. It breaks off
 * once it proves longer than `most` bytes: measuring it beforehand would be a second reading of what is the dearest to read.
 */
export function tapped(item: Item, most = Number.POSITIVE_INFINITY): { readonly item: Item; fault(): Fault | undefined } {
  let fault: Fault | undefined
  return {
    item: {
      ...plain(item),
      async *body(call) {
        let size = 0
        try {
          for await (const part of item.body(call)) {
            size += part.length
            if (size > most) throw tooLargeFor(most)
            yield part
          }
        } catch (thrown) {
          fault = asFault(thrown)
          throw thrown
        }
      },
    },
    fault: () => fault,
  }
}

const tooLargeFor = (most: number): Fault =>
  new Fault({ reach: 'item', reason: 'too-large', code: 'larger-than-accepted', message: moreThan(most) })

/** For the owner. */
export const moreThan = (most: number): string => `It is larger than the ${most} bytes that the destination accepts.`

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
