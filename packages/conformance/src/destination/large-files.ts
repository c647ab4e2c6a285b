import { createHash } from 'node:crypto'
import type { Item, Version } from '@offramp/core'
import { expect } from 'vitest'
import type { DestinationFiles, DestinationLab, PartialUploads } from '../lab.ts'
import { receivedAt, specimenBytes } from '../specimens.ts'
import { type FileCase, ofFiles, owning } from './file-case.ts'
import { bytesOf, call, type DestinationCase, expectSame, faultOf, item, place, receipt, seen, seenIn, sentBytes } from './shared.ts'

const digest = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

interface Large {
  readonly item: Item
  readonly bytes: Uint8Array
  /** Bytes that were read of it. */
  read(): number
}

/** A file that takes several parts, and counts what is read of it. */
function large(lab: DestinationLab, { bytes: size }: PartialUploads): Large {
  const bytes = Uint8Array.from({ length: size }, (_, at) => (at ^ (at >> 8) ^ (at >> 16)) & 255)
  let read = 0
  const whole = item(lab, 1, { body: bytes, naturalKey: 'large.bin' })
  async function* counted(body: AsyncIterable<Uint8Array>) {
    for await (const part of body) {
      read += part.length
      yield part
    }
  }
  const { bodyFrom } = whole
  return {
    bytes,
    read: () => read,
    item: {
      ...whole,
      body: (asked) => counted(whole.body(asked)),
      ...(bodyFrom ? { bodyFrom: (offset, asked) => counted(bodyFrom(offset, asked)) } : {}),
    },
  }
}

const inParts: NonNullable<FileCase['lacks']> = (_, { parts }): string | undefined =>
  parts ? undefined : 'the server takes a file only as a whole'

const withHistory: NonNullable<FileCase['lacks']> = (_, { history }): string | undefined =>
  history ? undefined : 'the server keeps no earlier states'

const versionOf = (n: number): Version => {
  const bytes = specimenBytes('file', n, { fill: n })
  return {
    id: `v${n}`,
    modifiedAt: receivedAt(n),
    size: bytes.length,
    async *body() {
      yield bytes
    },
  }
}

async function keepsHistory(lab: DestinationLab, files: DestinationFiles, name: string): Promise<void> {
  const at = await place(lab)
  const plain = item(lab, 9, { naturalKey: name })
  const sent: Item = {
    ...plain,
    async *versions() {
      yield* [1, 2, 3].map(versionOf)
    },
  }
  const proof = receipt(await lab.destination.put(at, sent, undefined, owning()))
  expectSame(lab, await sentBytes(plain), (await seen(lab, at, proof)).body)
  const wanted = await Promise.all([1, 2, 3].map((n) => bytesOf(versionOf(n).body(call))))
  expect(await files.history?.(proof)).toEqual(wanted)
  await (await lab.again()).put(at, sent, undefined, owning())
  expect(await files.history?.(proof)).toEqual(wanted)
  expect(await seenIn(lab, at)).toHaveLength(1)
}

const CASES: readonly FileCase[] = [
  {
    name: 'a large file arrives whole, says that it goes on meanwhile, and leaves nothing else behind',
    lacks: inParts,
    async run(lab, { parts }) {
      if (!parts) return
      const at = await place(lab)
      const sent = large(lab, parts)
      let told = 0
      const proof = receipt(await lab.destination.put(at, sent.item, undefined, { ...owning(), progress: () => void told++ }))
      expect(digest(await bytesOf((await lab.again()).read(proof, call)))).toBe(digest(sent.bytes))
      expect([proof.size, proof.hash]).toEqual([parts.bytes, digest(sent.bytes).slice(0, 16)])
      expect(told).toBeGreaterThan(1)
      expect([(await seenIn(lab, at)).length, await parts.leftovers()]).toEqual([1, []])
    },
  },
  {
    name: 'an upload that was broken off shows no file, and is gone on with where it was',
    lacks: inParts,
    async run(lab, { parts }) {
      if (!parts) return
      const at = await place(lab)
      const sent = large(lab, parts)
      await parts.breakOff(Math.floor(parts.bytes * 0.6))
      expect(await faultOf(lab.destination.put(at, sent.item, undefined, owning()))).toMatchObject({ reach: 'call' })
      expect(await seenIn(lab, at)).toEqual([])
      const proof = receipt(await (await lab.again()).put(at, sent.item, undefined, owning()))
      expect(digest((await seen(lab, at, proof)).body)).toBe(digest(sent.bytes))
      expect(proof.hash).toBe(digest(sent.bytes).slice(0, 16))
      // Whole again would be 1.6 times as much.
      expect(await parts.taken()).toBeLessThan(parts.bytes * 1.5)
      expect(await parts.leftovers()).toEqual([])
    },
  },
  {
    name: 'parts of a text that the source has changed since are not mixed with the new one',
    lacks: inParts,
    async run(lab, { parts }) {
      if (!parts) return
      const at = await place(lab)
      await parts.breakOff(Math.floor(parts.bytes * 0.6))
      await faultOf(lab.destination.put(at, large(lab, parts).item, undefined, owning()))
      const body = large(lab, parts).bytes.map((byte) => byte ^ 255)
      const changed = item(lab, 1, { body, naturalKey: 'large.bin' })
      const proof = receipt(await (await lab.again()).put(at, changed, undefined, owning()))
      expect(digest((await seen(lab, at, proof)).body)).toBe(digest(body))
      expect(await parts.leftovers()).toEqual([])
    },
  },
  {
    name: 'a stop within a large upload is obeyed, and the next one goes on with it',
    lacks: inParts,
    async run(lab, { parts }) {
      if (!parts) return
      const at = await place(lab)
      const sent = large(lab, parts)
      const stop = new AbortController()
      const put = lab.destination.put(at, sent.item, undefined, { signal: stop.signal, progress: () => stop.abort(new Error('stop')) })
      await expect(put).rejects.toThrow()
      expect(await seenIn(lab, at)).toEqual([])
      const proof = receipt(await (await lab.again()).put(at, sent.item, undefined, owning()))
      expect(digest((await seen(lab, at, proof)).body)).toBe(digest(sent.bytes))
      expect(await parts.leftovers()).toEqual([])
    },
  },
  {
    name: 'earlier states are written first, and once',
    lacks: withHistory,
    run: (lab, files) => keepsHistory(lab, files, 'versions.txt'),
  },
  {
    name: 'earlier states are kept however long the name is',
    lacks: withHistory,
    run: (lab, files) => keepsHistory(lab, files, `${'versions '.repeat(30)}.txt`),
  },
]

/** Promises of uploads that take long, and of earlier states. */
export const largeFileCases: readonly DestinationCase[] = CASES.map(ofFiles)
