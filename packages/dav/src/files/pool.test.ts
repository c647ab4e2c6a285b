import { expect, test } from 'vitest'
import { makePool } from './pool.ts'

const call = { signal: new AbortController().signal }
const turn = () => new Promise<void>((resolve) => setImmediate(resolve))

test('no more is given than there is, in the order of asking', async () => {
  const pool = makePool(100)
  const first = await pool.take(60, call)
  const given: number[] = []
  const second = pool.take(60, call).then(() => given.push(2))
  const third = pool.take(10, call).then(() => given.push(3))
  await turn()
  expect(given).toEqual([])
  first.free()
  first.free()
  await Promise.all([second, third])
  expect(given).toEqual([2, 3])
})

test('what is larger than all of it gets it alone', async () => {
  const pool = makePool(100)
  const small = await pool.take(1, call)
  let came = false
  const large = pool.take(1_000, call).then((held) => {
    came = true
    return held
  })
  await turn()
  expect(came).toBe(false)
  small.free()
  expect((await large).buffer.length).toBe(1_000)
})

test('who goes away holds nobody up', async () => {
  const pool = makePool(100)
  const first = await pool.take(100, call)
  const leaving = new AbortController()
  const waiting = pool.take(100, { signal: leaving.signal })
  const next = pool.take(50, call)
  leaving.abort(new Error('gone'))
  await expect(waiting).rejects.toThrow('gone')
  first.free()
  expect((await next).buffer.length).toBe(50)
})

test('large buffers are used again', async () => {
  const pool = makePool(10_000_000)
  const one = await pool.take(2_000_000, call)
  const { buffer } = one.buffer
  one.free()
  expect((await pool.take(2_000_000, call)).buffer.buffer).toBe(buffer)
})
