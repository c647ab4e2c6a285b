import { expect, test } from 'vitest'
import { extendedNumber } from './mail-folders.ts'
import { LAST_VERB, revisionOf, SIZE, traitsOf, versionOf } from './mail-traits.ts'

const extended = (id: string, value: string) => ({ singleValueExtendedProperties: [{ id, value }] })

test('what a message carries', () => {
  const message = {
    isRead: true,
    isDraft: false,
    flag: { flagStatus: 'flagged' },
    importance: 'high',
    categories: ['Blau', 'Été'],
    receivedDateTime: '2026-03-19T02:00:07Z',
  }
  expect(traitsOf(message)).toEqual({
    read: true,
    flagged: true,
    answered: false,
    forwarded: false,
    draft: false,
    importance: 'high',
    keywords: ['Blau', 'Été'],
    receivedAt: Date.parse('2026-03-19T02:00:07Z'),
  })
})

test('a flag that was ticked off becomes a keyword and no flag', () => {
  const traits = traitsOf({ flag: { flagStatus: 'complete' }, categories: ['Blau'] })
  expect([traits.flagged, traits.keywords]).toEqual([false, ['Blau', 'Completed']])
})

test.each([
  ['102', true, false],
  ['103', true, false],
  ['104', false, true],
  ['0', false, false],
])('last verb %s', (value, answered, forwarded) => {
  const traits = traitsOf(extended('Integer 0x1081', value))
  expect([traits.answered, traits.forwarded]).toEqual([answered, forwarded])
})

test.each([
  [{ receivedDateTime: '1601-01-01T00:00:00Z', sentDateTime: '2020-01-01T00:00:00Z' }, '2020-01-01T00:00:00Z'],
  [{ receivedDateTime: null, lastModifiedDateTime: '2021-01-01T00:00:00.9Z' }, '2021-01-01T00:00:00Z'],
  [{ createdDateTime: '2022-01-01T00:00:00Z' }, '2022-01-01T00:00:00Z'],
])('the received date of %j', (message, at) => {
  expect(traitsOf(message).receivedAt).toBe(Date.parse(at))
})

test('no date at all is no trait', () => {
  expect('receivedAt' in traitsOf({ receivedDateTime: 'never' })).toBe(false)
})

test.each(['Integer 0xe08', 'Integer 0x0E08', 'integer 0x0e08'])('an extended property is found as %s', (id) => {
  expect(extendedNumber(extended(id, '48231'), SIZE)).toBe(48231)
  expect(extendedNumber(extended(id, '48231'), LAST_VERB)).toBeUndefined()
})

test('the version follows the change key, which the etag repeats, and the folder', () => {
  expect(versionOf({ changeKey: 'CQAAAB' }, 'F')).toBe(versionOf({ '@odata.etag': 'W/"CQAAAB"' }, 'F'))
  expect(versionOf({ changeKey: 'CQAAAB' }, 'F')).not.toBe(versionOf({ changeKey: 'CQAAAC' }, 'F'))
  expect(versionOf({ changeKey: 'CQAAAB' }, 'F')).not.toBe(versionOf({ changeKey: 'CQAAAB' }, 'G'))
})

test('the revision follows the text, and for a draft every change', () => {
  const mail = { subject: 'a', internetMessageId: '<1>', sentDateTime: 's', hasAttachments: false, bodyPreview: 'b', changeKey: '1' }
  expect(revisionOf({ ...mail, changeKey: '2', isRead: true, flag: { flagStatus: 'flagged' }, categories: ['x'] })).toBe(revisionOf(mail))
  expect(revisionOf({ ...mail, bodyPreview: 'c' })).not.toBe(revisionOf(mail))
  expect(revisionOf({ ...mail, hasAttachments: true })).not.toBe(revisionOf(mail))
  const draft = { ...mail, isDraft: true }
  expect(revisionOf({ ...draft, changeKey: '2' })).not.toBe(revisionOf(draft))
})
