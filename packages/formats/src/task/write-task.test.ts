import { describe, expect, test } from 'vitest'
import type { Task } from './model.ts'
import { writeTask } from './write-task.ts'

const BERLIN = 'Europe/Berlin'
const lines = (task: Partial<Task>, name = ''): readonly string[] =>
  Buffer.from(writeTask({ uid: 't1', status: 'needs-action', ...task }).bytes)
    .toString()
    .replaceAll('\r\n ', '')
    .replaceAll(/BEGIN:VTIMEZONE[\s\S]*?END:VTIMEZONE\r\n/g, '')
    .split('\r\n')
    .filter((line) => line.startsWith(name))

test('a task with everything', () => {
  expect(
    lines({
      title: 'Pay; now',
      description: { text: '', html: '<p>a<br>b' },
      status: 'completed',
      completedAt: Date.UTC(2024, 1, 1, 9),
      due: { date: '2024-02-03' },
      importance: 'low',
      categories: ['x'],
      parentUid: 'p1',
      order: 3,
      links: [{ url: 'https://example.org/m', title: 'Mail' }],
      modifiedAt: Date.UTC(2024, 1, 2),
    }),
  ).toEqual([
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//Offramp//Offramp//EN',
    'CALSCALE:GREGORIAN',
    'BEGIN:VTODO',
    'UID:t1',
    'DTSTAMP:20240202T000000Z',
    'LAST-MODIFIED:20240202T000000Z',
    'SUMMARY:Pay\\; now',
    'DESCRIPTION:a\\nb',
    'X-ALT-DESC;FMTTYPE=text/html:<p>a<br>b',
    'DUE;VALUE=DATE:20240203',
    'STATUS:COMPLETED',
    'PERCENT-COMPLETE:100',
    'COMPLETED:20240201T090000Z',
    'PRIORITY:9',
    'CATEGORIES:x',
    'RELATED-TO;RELTYPE=PARENT:p1',
    'X-APPLE-SORT-ORDER:3',
    'URL:https://example.org/m',
    'ATTACH;FILENAME=Mail:https://example.org/m',
    'END:VTODO',
    'END:VCALENDAR',
    '',
  ])
})

describe('times', () => {
  test('the start takes the sort of the due date, and is left out where it is behind it', () => {
    const start = { local: '2024-02-01T10:00:00', zone: BERLIN }
    expect(lines({ start, due: { date: '2024-02-03' } }, 'DTSTART')).toEqual(['DTSTART;VALUE=DATE:20240201'])
    expect(lines({ start, due: { date: '2024-01-03' } }, 'DTSTART')).toEqual([])
    expect(lines({ start: { date: '2024-02-01' }, due: { local: '2024-02-03T10:00:00', zone: BERLIN } }, 'DTSTART')).toEqual([
      'DTSTART;TZID=Europe/Berlin:20240201T000000',
    ])
  })

  test('a task that repeats counts from its start or its due date', () => {
    expect(lines({ due: { date: '2024-02-03' }, recurrence: { rules: ['FREQ=WEEKLY'] } })).toEqual(
      expect.arrayContaining(['DTSTART;VALUE=DATE:20240203', 'DUE;VALUE=DATE:20240203', 'RRULE:FREQ=WEEKLY']),
    )
    expect(() => lines({ recurrence: { rules: ['FREQ=WEEKLY'] } })).toThrow(expect.objectContaining({ reason: 'not-understood' }))
  })

  test('reminders at a moment, and before it is due', () => {
    const at = { method: 'display', when: { at: { local: '2024-02-01T10:00:00', zone: BERLIN } } } as const
    const before = { method: 'display', when: { minutesBefore: 30 } } as const
    expect(lines({ reminders: [at, before], due: { date: '2024-02-03' } }, 'TRIGGER')).toEqual([
      'TRIGGER;VALUE=DATE-TIME:20240201T090000Z',
      'TRIGGER;RELATED=END:-PT30M',
    ])
    const undated = writeTask({ uid: 't', status: 'needs-action', reminders: [at, before] })
    expect(undated.losses).toHaveLength(1)
  })

  test.each<Partial<Task>>([{ due: { date: '2024-02-30' } }, { start: { local: 'x' } }, { uid: '' }])('%j makes no sense', (task) => {
    expect(() => lines(task)).toThrow(expect.objectContaining({ reach: 'item', reason: 'not-understood' }))
  })
})
