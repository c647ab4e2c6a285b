import { expect, test } from 'vitest'
import { sentAt } from './sent-at.ts'
import { subjectOf } from './subject.ts'

test.each([
  ['Subject: =?utf-8?B?R3LDvMOfZQ==?= =?utf-8?Q?_aus?=\r\n  Köln\r\n\r\n', 'Grüße aus Köln'],
  ['From: a\r\n\r\nSubject: in the body\r\n', ''],
  ['', ''],
])('the subject of %j is %j', (text, subject) => {
  expect(subjectOf(Buffer.from(text))).toBe(subject)
})

test.each([
  ['Date: Thu, 19 Mar 2026 02:00:00 +0100 (CET)\r\n\r\n', Date.UTC(2026, 2, 19, 1)],
  ['Date: yesterday\r\n\r\n', undefined],
  ['\r\n', undefined],
])('the date of %j is %j', (text, at) => {
  expect(sentAt(Buffer.from(text))).toBe(at)
})
