import { specimen, topCollection } from '@offramp/conformance'
import type { Item } from '@offramp/core'
import { expect, test } from 'vitest'
import { type Ready, Window } from './window.ts'

const call = { signal: new AbortController().signal }
const limits = { pageItems: 100, windowItems: 4, windowBytes: 1_000, sliceMs: 1, putMs: 1 }

/** Items of these sizes that count how many bytes are out at once. */
function items(sizes: readonly { readonly says?: number; readonly is: number }[]) {
  const seen = { now: 0, most: 0, reading: 0, mostReading: 0 }
  const jobs = sizes.map(({ says, is }, n) => {
    const { size: _size, ...rest } = specimen('file', topCollection('x'), n)
    const item: Item = {
      ...rest,
      ...(says === undefined ? {} : { size: says }),
      async *body() {
        seen.mostReading = Math.max(seen.mostReading, ++seen.reading)
        for (let left = is; left > 0; left -= 100) {
          await new Promise(setImmediate)
          seen.now += Math.min(100, left)
          seen.most = Math.max(seen.most, seen.now)
          yield new Uint8Array(Math.min(100, left))
        }
        seen.reading--
      },
    }
    return { item }
  })
  return { jobs, seen }
}

async function drain(sizes: Parameters<typeof items>[0]) {
  const { jobs, seen } = items(sizes)
  const window = new Window(jobs, { limits, call })
  const out: Ready<{ item: Item }>[] = []
  let held: { bytes: number }[] = []
  while (!window.empty) {
    const ready = await window.next()
    if (ready) out.push(ready)
    if (ready?.state === 'held') held.push(ready)
    if (ready && held.length < 3) continue
    for (const { bytes } of held) seen.now -= bytes
    window.release(held)
    held = []
  }
  return { out, seen }
}

test('reads ahead, in order, within count and bytes', async () => {
  const { out, seen } = await drain(Array.from({ length: 20 }, () => ({ says: 200, is: 200 })))
  expect(out.map(({ job }) => job.item.id)).toEqual(Array.from({ length: 20 }, (_, n) => `specimen-${n}`))
  expect(seen.mostReading).toBeGreaterThan(1)
  expect(seen.most).toBeLessThanOrEqual(limits.windowBytes)
})

test('an item that is larger than the window is handed out to be streamed', async () => {
  const { out } = await drain([
    { says: 100, is: 100 },
    { says: 5_000, is: 5_000 },
    { says: 100, is: 100 },
  ])
  expect(out.map(({ state }) => state)).toEqual(['held', 'large', 'held'])
})

test('a size that was a lie does not break the bound', async () => {
  const { out, seen } = await drain([{ says: 10, is: 50_000 }, { is: 700 }, { says: 900, is: 900 }, { says: 1, is: 900 }])
  expect(out[0]?.state).toBe('large')
  expect(out).toHaveLength(4)
  // Beside what is held, what is being dropped has read one part too many.
  expect(seen.most).toBeLessThanOrEqual(2 * limits.windowBytes + 200)
})

const roomy = { ...limits, windowItems: 150, windowBytes: 1_000_000 }

test('no more reads wait at the gate than any source lets in at once', async () => {
  const { jobs, seen } = items(Array.from({ length: 120 }, () => ({ says: 300, is: 300 })))
  const window = new Window(jobs, { limits: roomy, call })
  const order: string[] = []
  while (!window.empty) {
    const ready = await window.next()
    if (ready) order.push(ready.job.item.id)
  }
  expect(order).toEqual(jobs.map(({ item }) => item.id))
  expect(seen.mostReading).toBe(40)
})

test('after a stop no further read is begun', async () => {
  const stop = new AbortController()
  const { jobs, seen } = items(Array.from({ length: 120 }, () => ({ says: 300, is: 300 })))
  let begun = 0
  const counted = jobs.map(({ item }) => {
    const body: Item['body'] = (asked) => {
      begun++
      return item.body(asked)
    }
    return { item: { ...item, body } }
  })
  const window = new Window(counted, { limits: roomy, call: stop })
  await window.next()
  const before = begun
  stop.abort()
  for (let n = 0; n < 20; n++) await new Promise(setImmediate)
  expect(seen.reading).toBe(0)
  expect(begun).toBe(before)
})
