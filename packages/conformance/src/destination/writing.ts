import { createHash } from 'node:crypto'
import type { Item } from '@offramp/core'
import { expect } from 'vitest'
import type { DestinationLab } from '../lab.ts'
import { receivedAt, specimenBytes } from '../specimens.ts'
import {
  arrive,
  brokenOff,
  bytesOf,
  call,
  type DestinationCase,
  expectSame,
  faultOf,
  hasUid,
  isFiles,
  item,
  keepsOr,
  place,
  receipt,
  SUITE,
  seen,
  seenIn,
  sentBytes,
  uidLacks,
  walked,
} from './shared.ts'

const digest = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

/** As `Receipt.hash` has it. */
const hashOf = async ({ destination }: DestinationLab, sent: Item): Promise<string> =>
  destination.hashOf ? destination.hashOf(sent.body(call)) : digest(await sentBytes(sent)).slice(0, 16)

/** Promises of `put` and `putMany` for new items, and of `read`. */
export const writingCases: readonly DestinationCase[] = [
  {
    name: 'put: the receipt is true, small, and reads back byte for byte',
    async run(lab) {
      const at = await place(lab)
      const sent = item(lab, 1, { fill: 5_000 })
      const bytes = await sentBytes(sent)
      const proof = await arrive(lab, at, sent)
      expect(proof.place).toBe(at.id)
      expect(proof.hash).toBe(await hashOf(lab, sent))
      expect(Buffer.byteLength(proof.memo ?? '', 'latin1')).toBeLessThanOrEqual(12)
      expectSame(lab, bytes, await bytesOf((await lab.again()).read(proof, call)))
      const standing = await seen(lab, at, proof)
      expectSame(lab, bytes, standing.body)
      expect(proof.size).toBe(standing.body.length)
    },
  },
  {
    name: 'put: keeps when the item was received',
    lacks: keepsOr('receivedAt'),
    async run(lab) {
      const at = await place(lab)
      for (const when of [receivedAt(1), Date.UTC(1999, 11, 31, 23, 59, 59), Date.UTC(2020, 2, 29, 1, 30)]) {
        const proof = await arrive(lab, at, item(lab, when % 1000, { traits: { receivedAt: when } }))
        const found = (await walked(lab, { place: at.id })).find((one) => one.receipt.locator === proof.locator)
        expect(found?.traits.receivedAt).toBe(when)
        const { traits } = await seen(lab, at, proof)
        if (traits.receivedAt !== undefined) expect(traits.receivedAt).toBe(when)
      }
    },
  },
  {
    name: 'put: keeps read and flagged, each way',
    lacks: keepsOr('read', 'flagged'),
    async run(lab) {
      const at = await place(lab)
      for (const [n, read, flagged] of [
        [1, true, false] as const,
        [2, false, true] as const,
        [3, true, true] as const,
        [4, false, false] as const,
      ]) {
        const proof = await arrive(lab, at, item(lab, n, { traits: { read, flagged, receivedAt: receivedAt(n) } }))
        const { traits } = await seen(lab, at, proof)
        expect([Boolean(traits.read), Boolean(traits.flagged)]).toEqual([read, flagged])
      }
    },
  },
  {
    name: 'put: an odd keyword never costs the item',
    async run(lab) {
      const at = await place(lab)
      const keywords = [
        'Rot',
        'Zwei Wörter',
        'TEST:FLAG211',
        '\\Indexed',
        '(',
        '"',
        '',
        'ä'.repeat(200),
        ...Array.from({ length: 50 }, (_, n) => `k${n}`),
      ]
      const proof = await arrive(lab, at, item(lab, 1, { traits: { keywords } }))
      await seen(lab, at, proof)
    },
  },
  {
    name: 'put: an item of no bytes arrives or is refused as an item',
    async run(lab) {
      const at = await place(lab)
      const empty = item(lab, 1, { body: new Uint8Array(), ...(isFiles(lab) ? {} : { naturalKey: '' }) })
      const answer = await lab.destination.put(at, empty, undefined, call).catch((thrown: unknown) => thrown)
      const reason = hasUid(lab) ? 'not-understood' : 'refused-by-destination'
      if (answer instanceof Error && !isFiles(lab)) expect(answer).toMatchObject({ reach: 'item', reason })
      else expect(await seenIn(lab, at)).toHaveLength(1)
    },
  },
  {
    name: 'put: items without a natural key are all written',
    lacks: uidLacks,
    async run(lab) {
      const at = await place(lab)
      for (const n of [1, 2]) await arrive(lab, at, item(lab, n, { naturalKey: '' }))
      expect(await seenIn(lab, at)).toHaveLength(2)
    },
  },
  {
    name: 'put: a large item arrives whole',
    async run(lab) {
      const at = await place(lab)
      const most = lab.destination.profile.maxItemBytes ?? Number.POSITIVE_INFINITY
      const large = item(lab, 1, { fill: Math.min(hasUid(lab) ? 1_000_000 : 8_000_000, most - 10_000) })
      const proof = await arrive(lab, at, large)
      const there = await bytesOf(lab.destination.read(proof, call))
      // A digest, because a difference of so many bytes is nothing to look at.
      if (lab.differences) expectSame(lab, await sentBytes(large), there)
      else expect(digest(there)).toBe(digest(await sentBytes(large)))
    },
  },
  {
    name: 'put: writes nothing once the caller has broken off',
    async run(lab) {
      const at = await place(lab)
      await expect(lab.destination.put(at, item(lab, 1), undefined, brokenOff())).rejects.toThrow()
      if (lab.destination.putMany) await expect(lab.destination.putMany(at, [item(lab, 2), item(lab, 3)], brokenOff())).rejects.toThrow()
      expect(await seenIn(lab, at)).toEqual([])
    },
  },
  {
    name: 'put: writes nothing when the body breaks off half-way',
    async run(lab) {
      const at = await place(lab)
      const whole = item(lab, 1, { fill: 200_000 })
      const half = {
        ...whole,
        async *body() {
          yield specimenBytes(whole.kind, 1).subarray(0, 40)
          throw new Error('The source broke off.')
        },
      }
      await expect(lab.destination.put(at, half, undefined, call)).rejects.toThrow()
      expect(await seenIn(lab, at)).toEqual([])
      await arrive(lab, at, whole)
    },
  },
  {
    name: 'put: what is refused is a fault of the item, and its neighbours arrive',
    lacks: (lab) => (lab.refusable ? undefined : 'nothing that this server would refuse is known'),
    async run(lab) {
      const at = await place(lab)
      const bad = lab.refusable?.(SUITE) ?? item(lab, 0)
      expect(await faultOf(lab.destination.put(at, bad, undefined, call))).toMatchObject({ reach: 'item' })
      const around = [item(lab, 1), bad, item(lab, 2)]
      if (lab.destination.putMany) {
        const answers = await lab.destination.putMany(at, around, call)
        expect(answers.map((answer) => (answer instanceof Error ? answer.reach : 'arrived'))).toEqual(['arrived', 'item', 'arrived'])
      } else for (const n of [1, 2]) await arrive(lab, at, item(lab, n))
      expect(await seenIn(lab, at)).toHaveLength(2)
    },
  },
  {
    name: 'putMany: one answer an item, in order, each true',
    lacks: (lab) => (lab.destination.putMany ? undefined : 'the destination writes one at a time'),
    async run(lab) {
      const at = await place(lab)
      const items = Array.from({ length: lab.destination.profile.batch?.items ?? 20 }, (_, n) => item(lab, n, { fill: n * 50 }))
      const answers = (await lab.destination.putMany?.(at, items, call)) ?? []
      expect(answers).toHaveLength(items.length)
      for (const [n, sent] of items.entries()) {
        const answer = answers[n]
        if (!answer) throw new Error(`There is no answer for item ${n}.`)
        expectSame(lab, await sentBytes(sent), await bytesOf(lab.destination.read(receipt(answer), call)))
      }
      expect(await seenIn(lab, at)).toHaveLength(items.length)
    },
  },
  {
    name: 'read: what is gone is a fault of the item',
    async run(lab) {
      const at = await place(lab)
      const proof = await arrive(lab, at, item(lab, 1))
      await lab.person.remove(proof)
      expect(await faultOf(bytesOf(lab.destination.read(proof, call)))).toMatchObject({ reach: 'item', reason: 'gone' })
    },
  },
]
