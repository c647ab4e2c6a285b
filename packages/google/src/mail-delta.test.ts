import { expect, test } from 'vitest'
import { reachedBefore } from './mail-delta.ts'

const records = (...ids: string[]) => ids.map((record) => ({ record }))

test.each<[string, string[], string]>([
  ['9', [], '3'],
  ['9', ['5', '7'], '7'],
  // The message that waits is in the same record as one that is done with.
  ['7', ['5', '7', '7'], '5'],
  ['5', ['5'], '3'],
  // Longer than a double can tell apart, and not in the order of text.
  ['10000000000000000002', ['9999999999999999999', '10000000000000000001'], '10000000000000000001'],
])('while a change in record %s waits and %j are done with, the walk goes on after %s', (waiting, handled, to) => {
  expect(reachedBefore(waiting, records(...handled), '3')).toBe(to)
})
