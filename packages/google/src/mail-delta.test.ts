import { expect, test } from 'vitest'
import { type Affected, note, reachedBefore } from './mail-delta.ts'

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

const message = (id: string, labelIds: readonly string[] = []) => ({
  message: { id, threadId: 't', ...(labelIds.length === 0 ? {} : { labelIds }) },
})

test('messages come in the order of their last change, with what happened to them', () => {
  const messages = new Map<string, Affected>()
  note(messages, { messages: [{ id: 'a' }], messagesAdded: [message('a', ['INBOX'])] }, '1')
  note(messages, { messages: [{ id: 'b' }], labelsRemoved: [{ ...message('b'), labelIds: ['INBOX', 'L1'] }] }, '2')
  note(messages, { labelsAdded: [{ ...message('b'), labelIds: ['L1'] }] }, '3')
  note(messages, { messagesDeleted: [message('c', ['L2'])] }, '4')
  note(messages, { labelsAdded: [message('a')] }, '5')
  // No typed list at all: something has changed all the same.
  note(messages, { messages: [{ id: 'd', threadId: 't' }] }, '6')
  const told = [...messages.values()].map(({ id, record, added, deleted, lost, had }) => [id, record, added, deleted, [...lost], [...had]])
  expect(told).toEqual([
    ['b', '3', false, false, ['INBOX'], []],
    ['c', '4', false, true, [], ['L2']],
    ['a', '5', true, false, [], ['INBOX']],
    ['d', '6', false, false, [], []],
  ])
})
