import { asFault, type Call, Fault, type Item, type Version } from '@offramp/core'

/** An item whose bytes are in hand: every further reading replays them. `size` is what was really read. */
export const withBytes = (item: Item, parts: readonly Uint8Array[]): Item => ({
  ...plain(item),
  ...versionsOf(item, (body) => body),
  size: sizeOf(parts),
  body: (call) => replay(parts, 0, call),
  bodyFrom: (offset, call) => replay(parts, offset, call),
})

const sizeOf = (parts: readonly Uint8Array[]): number => parts.reduce((sum, part) => sum + part.length, 0)

async function* replay(parts: readonly Uint8Array[], offset: number, { signal }: Call): AsyncIterable<Uint8Array> {
  let left = offset
  for (const part of parts) {
    signal.throwIfAborted()
    if (left < part.length) yield left === 0 ? part : part.subarray(left)
    left = Math.max(0, left - part.length)
  }
}

interface Tapped {
  readonly item: Item
  /** What a body of it failed with, if one did. */
  fault(): Fault | undefined
}

/**
 * A streamed item that remembers whether it was its own body that failed, so that the destination is not blamed for the source. It breaks off
 * once it proves longer than `most` bytes: measuring it beforehand would be a second reading of what is the dearest to read.
 */
export function tapped(item: Item, most = Number.POSITIVE_INFINITY): Tapped {
  let fault: Fault | undefined
  async function* tap(body: AsyncIterable<Uint8Array>, from = 0): AsyncIterable<Uint8Array> {
    let size = from
    try {
      for await (const part of body) {
        size += part.length
        if (size > most) throw tooLargeFor(most)
        yield part
      }
    } catch (thrown) {
      fault = asFault(thrown)
      throw thrown
    }
  }
  return { item: through(item, tap), fault: () => fault }
}

/** The same item, telling of every part that is taken of it how far into its bytes that leads. */
export function heard(item: Item, hear: (at: number) => void): Item {
  return through(item, async function* (body, from = 0) {
    let at = from
    for await (const part of body) {
      at += part.length
      hear(at)
      yield part
    }
  })
}

type Through = (body: AsyncIterable<Uint8Array>, from?: number) => AsyncIterable<Uint8Array>

/** Every way in which bytes of it may be read. */
const through = (item: Item, tap: Through): Item => ({
  ...plain(item),
  ...versionsOf(item, tap),
  body: (call) => tap(item.body(call)),
  ...(item.bodyFrom === undefined ? {} : { bodyFrom: (offset, call) => tap(item.bodyFrom?.(offset, call) ?? item.body(call), offset) }),
})

function versionsOf(item: Item, tap: Through): Pick<Item, 'versions'> {
  if (item.versions === undefined) return {}
  return {
    async *versions(call) {
      for await (const version of item.versions?.(call) ?? []) {
        const one: Version = {
          id: version.id,
          modifiedAt: version.modifiedAt,
          size: version.size,
          body: (asked) => tap(version.body(asked)),
        }
        yield one
      }
    },
  }
}

const tooLargeFor = (most: number): Fault =>
  new Fault({ reach: 'item', reason: 'too-large', code: 'larger-than-accepted', message: moreThan(most) })

/** For the owner. */
export const moreThan = (most: number): string => `It is larger than the ${most} bytes that the destination accepts.`

/** Everything that is not read; an item may be an object with getters, which a spread would not carry over. */
const plain = (item: Item): Omit<Item, 'body' | 'bodyFrom' | 'versions'> => ({
  id: item.id,
  version: item.version,
  ...(item.size === undefined ? {} : { size: item.size }),
  kind: item.kind,
  naturalKey: item.naturalKey,
  home: item.home,
  traits: item.traits,
  revision: item.revision,
  ...(item.label === undefined ? {} : { label: item.label }),
  ...(item.address === undefined ? {} : { address: item.address }),
  ...(item.checksum === undefined ? {} : { checksum: item.checksum }),
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
