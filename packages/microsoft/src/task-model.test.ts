import { expect, test } from 'vitest'
import { LOSSES } from './losses.ts'
import { stepOf, taskOf } from './task-model.ts'

const of = (json: object, zone: string | undefined = 'Europe/Berlin') =>
  taskOf({ title: 'T', status: 'notStarted', ...json }, { uid: 'u1', zone })

const utc = (dateTime: string) => ({ dateTime: `${dateTime}.0000000`, timeZone: 'UTC' })

test.each([
  [{}, { uid: 'u1', title: 'T', status: 'needs-action' }, []],
  [{ status: 'inProgress' }, { status: 'in-process' }, []],
  [
    { status: 'completed', completedDateTime: utc('2026-03-01T23:00:00') },
    { status: 'completed', completedAt: Date.UTC(2026, 2, 1, 23) },
    [],
  ],
  [{ status: 'waitingOnOthers' }, { status: 'in-process' }, [LOSSES.waiting]],
  [{ status: 'deferred' }, { status: 'needs-action' }, [LOSSES.deferred]],
  [{ dueDateTime: utc('2026-03-01T23:00:00') }, { due: { date: '2026-03-02' } }, []],
  [
    { startDateTime: utc('2026-06-30T22:00:00'), dueDateTime: utc('2026-07-01T22:00:00') },
    { start: { date: '2026-07-01' }, due: { date: '2026-07-02' } },
    [],
  ],
  [
    { isReminderOn: true, reminderDateTime: utc('2026-03-02T08:00:00') },
    { reminders: [{ method: 'display', when: { at: { local: '2026-03-02T09:00:00', zone: 'Europe/Berlin' } } }] },
    [],
  ],
  [{ importance: 'high', categories: ['A'] }, { importance: 'high', categories: ['A'] }, []],
  [{ body: { contentType: 'html', content: '<p>x</p>' } }, { description: { text: 'x', html: '<p>x</p>' } }, []],
  [
    { linkedResources: [{ webUrl: 'https://x.example/1', applicationName: 'Mail' }, { displayName: 'nowhere' }, { webUrl: 'nonsense' }] },
    { links: [{ url: 'https://x.example/1', title: 'Mail' }] },
    [LOSSES.link],
  ],
  [
    {
      dueDateTime: utc('2026-03-01T23:00:00'),
      recurrence: { pattern: { type: 'daily', interval: 2 }, range: { type: 'endDate', startDate: '2026-03-02', endDate: '2026-04-01' } },
    },
    { start: { date: '2026-03-02' }, due: { date: '2026-03-02' }, recurrence: { rules: ['FREQ=DAILY;INTERVAL=2;UNTIL=20260401'] } },
    [],
  ],
])('%j', (json, task, losses) => {
  const read = of(json)
  expect(read.task).toMatchObject(task)
  expect(read.losses).toEqual(losses)
})

test('a reminder that is off is none', () => {
  expect(of({ isReminderOn: false, reminderDateTime: utc('2026-03-02T08:00:00') }).task).not.toHaveProperty('reminders')
})

test('a task that repeats begins with its own day, or with that of its rule; where nobody says one it is kept once, and told', () => {
  const pattern = { type: 'daily', interval: 1 }
  expect(of({ recurrence: { pattern, range: { type: 'noEnd', startDate: '2026-03-02' } } })).toMatchObject({
    task: { start: { date: '2026-03-02' }, recurrence: { rules: ['FREQ=DAILY'] } },
    losses: [],
  })
  const lost = of({ recurrence: { pattern, range: { type: 'noEnd', startDate: '0001-01-01' } } })
  expect(lost.task).not.toHaveProperty('recurrence')
  expect(lost.losses).toEqual([LOSSES.noFirstDay])
})

test('where the mailbox says no zone, days are those of UTC', () => {
  const setting = { uid: 'u1', zone: undefined }
  expect(taskOf({ title: 'T', dueDateTime: utc('2026-03-02T11:00:00') }, setting).task.due).toEqual({ date: '2026-03-02' })
  expect(taskOf({ title: 'T', dueDateTime: utc('2026-03-02T13:00:00') }, setting).task.due).toEqual({ date: '2026-03-03' })
})

test('a step is a task below its task', () => {
  const place = { uid: 's', parentUid: 'u1', order: 2 }
  expect(stepOf({ displayName: 'Pack', isChecked: true, checkedDateTime: '2026-03-02T08:00:00Z' }, place)).toEqual({
    ...place,
    title: 'Pack',
    status: 'completed',
    completedAt: Date.UTC(2026, 2, 2, 8),
  })
  expect(stepOf({ displayName: 'Pack', isChecked: false, checkedDateTime: '2026-03-02T08:00:00Z' }, place)).toEqual({
    ...place,
    title: 'Pack',
    status: 'needs-action',
  })
})
