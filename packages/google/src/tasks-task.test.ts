import type { Json } from '@offramp/wire'
import { expect, test } from 'vitest'
import { taskOf, uidOfTask } from './tasks-task.ts'

test.each<[string, Json, Json]>([
  ['nothing but an id', {}, { status: 'needs-action' }],
  ['a day, in no zone another one', { due: '2026-03-29T00:00:00.000Z' }, { status: 'needs-action', due: { date: '2026-03-29' } }],
  [
    'done',
    { status: 'completed', completed: '2026-01-02T03:04:05.000Z', hidden: true },
    { status: 'completed', completedAt: Date.UTC(2026, 0, 2, 3, 4, 5) },
  ],
  ['below another', { parent: 'p' }, { status: 'needs-action', parentUid: uidOfTask('p') }],
  ['its place', { position: '00000000000000000012' }, { status: 'needs-action', order: 12 }],
  [
    'links',
    {
      links: [{ link: 'https://mail.example/1', description: 'Re: offer', type: 'email' }],
      assignmentInfo: { linkToTask: 'https://docs.example/1' },
    },
    {
      status: 'needs-action',
      links: [
        { url: 'https://mail.example/1', title: 'Re: offer' },
        { url: 'https://docs.example/1', title: 'Assigned from' },
      ],
    },
  ],
  ['words', { title: 'T', notes: 'a\nb' }, { status: 'needs-action', title: 'T', description: { text: 'a\nb' } }],
])('%s', (_, task, wanted) => {
  expect(taskOf({ id: 't', ...task })).toEqual({ uid: uidOfTask('t'), ...wanted })
})

test('positions of many digits keep their order', () => {
  const order = (position: string): number => taskOf({ id: 't', position }).order ?? -1
  const places = ['1', '1073741823', '1073741824', '2147483647', '12345678901234', '98765432109876543210'].map((place) =>
    place.padStart(20, '0'),
  )
  const orders = places.map(order)
  expect(orders).toEqual([...orders].sort((left, right) => left - right))
  expect(new Set(orders).size).toBe(places.length)
  expect(orders.every((place) => Number.isInteger(place) && place >= 0 && place <= 2_147_483_647)).toBe(true)
})
