import { crc32, deflateRawSync } from 'node:zlib'

/** A part of an archive: its name, and its text or bytes. */
export type ZipPart = readonly [name: string, body: string | Buffer]

const STORED = 0
const DEFLATED = 8
/** Names are UTF-8. */
const FLAGS = 0x0800

interface Entry {
  readonly name: Buffer
  readonly packed: Buffer
  readonly method: number
  readonly crc: number
  readonly size: number
  readonly at: number
}

/** A valid archive. `second` becomes the time of every part, so that two of the same content differ in their bytes, as Google's do. */
export function zip(parts: readonly ZipPart[], second: number): Buffer {
  const pieces: Buffer[] = []
  const entries: Entry[] = []
  let at = 0
  for (const [n, [title, body]] of parts.entries()) {
    const plain = Buffer.from(body)
    // The first part of an OpenDocument file names its type, and is not packed; nor is what only fills.
    const method = (n === 0 && title === 'mimetype') || title.endsWith('.bin') ? STORED : DEFLATED
    const packed = method === STORED ? plain : deflateRawSync(plain)
    const entry = { name: Buffer.from(title), packed, method, crc: crc32(plain), size: plain.length, at }
    const head = localHead(entry, second)
    pieces.push(head, entry.name, packed)
    at += head.length + entry.name.length + packed.length
    entries.push(entry)
  }
  const directory = entries.flatMap((entry) => [centralHead(entry, second), entry.name])
  const bytes = directory.reduce((sum, each) => sum + each.length, 0)
  return Buffer.concat([...pieces, ...directory, ending(entries.length, bytes, at)])
}

/** Two seconds is as fine as it gets. */
const timeOf = (second: number): number => (second % 30) | ((Math.floor(second / 30) % 60) << 5)
const DATE = ((2026 - 1980) << 9) | (1 << 5) | 1

function localHead({ name, packed, method, crc, size }: Entry, second: number): Buffer {
  const head = Buffer.alloc(30)
  head.writeUInt32LE(0x04034b50, 0)
  head.writeUInt16LE(20, 4)
  head.writeUInt16LE(FLAGS, 6)
  head.writeUInt16LE(method, 8)
  head.writeUInt16LE(timeOf(second), 10)
  head.writeUInt16LE(DATE, 12)
  head.writeUInt32LE(crc, 14)
  head.writeUInt32LE(packed.length, 18)
  head.writeUInt32LE(size, 22)
  head.writeUInt16LE(name.length, 26)
  return head
}

function centralHead({ name, packed, method, crc, size, at }: Entry, second: number): Buffer {
  const head = Buffer.alloc(46)
  head.writeUInt32LE(0x02014b50, 0)
  head.writeUInt16LE(20, 4)
  head.writeUInt16LE(20, 6)
  head.writeUInt16LE(FLAGS, 8)
  head.writeUInt16LE(method, 10)
  head.writeUInt16LE(timeOf(second), 12)
  head.writeUInt16LE(DATE, 14)
  head.writeUInt32LE(crc, 16)
  head.writeUInt32LE(packed.length, 20)
  head.writeUInt32LE(size, 24)
  head.writeUInt16LE(name.length, 28)
  head.writeUInt32LE(at, 42)
  return head
}

function ending(count: number, bytes: number, at: number): Buffer {
  const end = Buffer.alloc(22)
  end.writeUInt32LE(0x06054b50, 0)
  end.writeUInt16LE(count, 8)
  end.writeUInt16LE(count, 10)
  end.writeUInt32LE(bytes, 12)
  end.writeUInt32LE(at, 16)
  return end
}
