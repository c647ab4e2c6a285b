import { type Attachment, fromICalendar, writeEvent } from '@offramp/formats'
import { expect, test } from 'vitest'
import { fitAttachments, IN_FILES, LEFT_OUT } from './attachments.ts'
import { hasGuests, withClientAgent, withDuration, withoutGuests, withUid } from './edit-calendar.ts'
import type { FileSpace } from './file-space.ts'

const call = { signal: new AbortController().signal }
const file = (name: string, size: number): Attachment => ({ name, mediaType: 'application/pdf', bytes: Buffer.alloc(size, name) })
const noon = { local: '2027-03-01T12:00:00', zone: 'Europe/Berlin' }

const event = (attachments: readonly Attachment[]): Uint8Array =>
  writeEvent({ uid: 'a', start: noon, end: { ...noon, local: '2027-03-01T13:00:00' }, summary: 'With files', attachments }).bytes

const attached = (bytes: Uint8Array): readonly Attachment[] => {
  const [read] = fromICalendar(bytes)
  return read === undefined || read instanceof Error ? [] : (read.attachments ?? [])
}

test('what fits stays inside', async () => {
  const bytes = event([file('a.pdf', 1_000)])
  expect(await fitAttachments(bytes, 10_000, undefined, call)).toEqual({ bytes, losses: [] })
})

test('the largest goes first, and only as many as must; without a file space it is a loss', async () => {
  const { bytes, losses } = await fitAttachments(event([file('small.pdf', 1_000), file('large.pdf', 50_000)]), 10_000, undefined, call)
  expect(losses).toEqual([LEFT_OUT])
  expect(attached(bytes).map(({ name }) => name)).toEqual(['small.pdf'])
})

test('with a file space it is kept there once, and linked', async () => {
  const kept: string[] = []
  const files: FileSpace = {
    keep: async ({ name, bytes }) => {
      kept.push(`${name} ${bytes.length}`)
      return { url: 'https://cloud.example/f/7', path: `/Calendar attachments/${name}`, fileId: '7' }
    },
  }
  const { bytes, losses } = await fitAttachments(event([file('large.pdf', 50_000)]), 10_000, files, call)
  expect([kept, losses]).toEqual([['large.pdf 50000'], [IN_FILES]])
  expect(attached(bytes)).toMatchObject([{ url: 'https://cloud.example/f/7' }])
  expect(Buffer.from(bytes).toString().replaceAll(/\r\n /g, '')).toMatch(
    /ATTACH;.*FILENAME="?\/Calendar attachments\/large\.pdf"?.*:https:\/\/cloud\.example\/f\/7/,
  )
})

const meeting = writeEvent({
  uid: 'm',
  start: noon,
  end: { ...noon, local: '2027-03-01T13:00:00' },
  recurrence: { rules: ['FREQ=DAILY;COUNT=5'] },
  organizer: { address: 'anna@example.org' },
  guests: [{ address: 'ben@example.org', role: 'required', type: 'individual', answer: 'accepted' }],
  overrides: [
    {
      insteadOf: { ...noon, local: '2027-03-02T12:00:00' },
      start: noon,
      summary: 'Moved',
      guests: [{ address: 'cleo@example.org', role: 'optional', type: 'individual', answer: 'declined' }],
    },
  ],
}).bytes

test('every guest of every occurrence is marked, and the organiser; or nobody is left', () => {
  const text = Buffer.from(withClientAgent(meeting)).toString().replaceAll(/\r\n /g, '')
  const people = text.split('\r\n').filter((line) => /^(ATTENDEE|ORGANIZER)/.test(line))
  expect(people.length).toBeGreaterThanOrEqual(3)
  for (const line of people) expect(line).toContain('SCHEDULE-AGENT=CLIENT')
  expect([hasGuests(meeting), hasGuests(withoutGuests(meeting))]).toEqual([true, false])
})

test('another UID is in every part', () => {
  const text = Buffer.from(withUid(meeting, 'other')).toString()
  expect(text.match(/^UID:.*$/gm)).toEqual(['UID:other', 'UID:other'])
  const [before, after] = [Buffer.from(meeting).toString(), text].map((one) => one.replaceAll(/^UID:.*\r\n/gm, ''))
  expect(after).toBe(before)
})

test('only what takes no time gets a minute', () => {
  const of = (more: object) => withDuration(writeEvent({ uid: 'z', start: noon, ...more }).bytes)
  expect(Buffer.from(of({}) ?? []).toString()).toContain('DURATION:PT1M')
  expect(Buffer.from(of({ end: noon }) ?? []).toString()).toContain('DURATION:PT1M')
  expect(of({ end: { ...noon, local: '2027-03-01T12:01:00' } })).toBeUndefined()
  const backwards = Buffer.from(writeEvent({ uid: 'b', start: noon, end: { ...noon, local: '2027-03-01T12:30:00' } }).bytes)
  expect(withDuration(Buffer.from(backwards.toString().replace('T123000', 'T113000')))).toBeUndefined()
  expect(withDuration(writeEvent({ uid: 'd', start: { date: '2027-03-01' } }).bytes)).toBeUndefined()
})
