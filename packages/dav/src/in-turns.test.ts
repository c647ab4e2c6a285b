import { expect, test } from 'vitest'
import { inTurns } from './in-turns.ts'

test('never more at once than asked for, and the answers in the order of the items', async () => {
  let running = 0
  let most = 0
  const done: number[] = []
  const answers = await inTurns([5, 1, 4, 2, 3], 2, async (n) => {
    running += 1
    most = Math.max(most, running)
    for (let turn = 0; turn < n; turn += 1) await Promise.resolve()
    running -= 1
    done.push(n)
    return n * 10
  })
  expect(answers).toEqual([50, 10, 40, 20, 30])
  expect(most).toBe(2)
  expect(done).not.toEqual([5, 1, 4, 2, 3])
  await expect(inTurns([1, 2], 2, async () => Promise.reject(new Error('no')))).rejects.toThrow('no')
  expect(await inTurns([], 4, async () => 1)).toEqual([])
})
