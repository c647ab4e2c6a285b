import { createHash, randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { afterAll, describe, expect, test } from 'vitest'
import { type Blob, hashInTurns, hashNow, joined, readAll, slices, zeros } from './blob.ts'
import { Spool } from './spool.ts'

const spool = new Spool()
afterAll(() => spool.close())

const stored = (pieces: readonly Buffer[]): Blob => {
  const writer = spool.writer()
  for (const piece of pieces) writer.add(piece)
  return writer.finish()
}

const MB = 1024 * 1024

describe('bytes that are kept', () => {
  test.each([0, 1, 4096, 4097, MB, MB + 1, 3 * MB])('%i of them come back as they were', (size) => {
    const bytes = randomBytes(size)
    const pieces = Array.from({ length: Math.ceil(size / 65_536) }, (_, n) => bytes.subarray(n * 65_536, (n + 1) * 65_536))
    const blob = stored(pieces)
    expect([blob.size, readAll(blob).equals(bytes)]).toEqual([size, true])
    const [from, to] = [Math.floor(size / 3), Math.floor(size / 2)]
    expect(Buffer.concat([...slices(blob, from, to)]).equals(bytes.subarray(from, to))).toBe(true)
  })

  test('zeros take no room, wherever they are', () => {
    const pieces = [randomBytes(MB), Buffer.alloc(MB), Buffer.alloc(MB), randomBytes(10)]
    const blob = stored(pieces)
    expect(readAll(blob).equals(Buffer.concat(pieces))).toBe(true)
    expect(blob.pieces.map((piece) => ['file' in piece, piece.length])).toEqual([
      [true, MB],
      [false, 2 * MB],
      [true, 10],
    ])
    const huge = zeros(250 * 1024 ** 3)
    expect([huge.size, huge.pieces.length]).toEqual([250 * 1024 ** 3, 1])
  })

  test('several are one, without a copy, and are hashed as one', async () => {
    const [one, other] = [randomBytes(3 * MB), randomBytes(100)]
    const both = joined([stored([one]), zeros(70_000), stored([other])])
    const hash = createHash('sha256')
      .update(Buffer.concat([one, Buffer.alloc(70_000), other]))
      .digest('hex')
    expect([await hashInTurns(both, 'sha256'), hashNow(both, 'sha256')]).toEqual([hash, hash])
  })

  test('what is dropped is not there, and nothing is once it is closed', () => {
    const own = new Spool()
    const writer = own.writer()
    for (let n = 0; n < 3; n++) writer.add(randomBytes(MB))
    writer.drop()
    const kept = own.writer()
    kept.add(randomBytes(2 * MB))
    const [piece] = kept.finish().pieces
    if (!piece || !('file' in piece)) throw new Error('A large one lies in a file.')
    expect(existsSync(piece.file.path)).toBe(true)
    own.close()
    expect(existsSync(piece.file.path)).toBe(false)
  })
})
