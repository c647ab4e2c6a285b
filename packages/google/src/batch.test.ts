import { expect, test } from 'vitest'
import { BATCH_HEADERS, batchAnswers, batchBody } from './batch.ts'

const CALLS = [
  { url: 'https://gmail.googleapis.com/gmail/v1/users/me/labels?fields=labels(id)', asks: 'mailbox' },
  { url: 'https://gmail.googleapis.com/gmail/v1/users/me/history?startHistoryId=7', asks: 'history' },
]

const part = (id: string, status: string, body: string, head = ''): string =>
  `--x\r\nContent-Type: application/http\r\nContent-ID: ${id}\r\n\r\nHTTP/1.1 ${status}\r\nContent-Type: application/json\r\n${head}\r\n${body}\r\n`

test('a batch holds each call by its path, and says how it is cut', () => {
  expect(BATCH_HEADERS['content-type']).toContain('offramp-cut')
  expect(
    batchBody(CALLS)
      .split('--offramp-cut')
      .map((each) => /^GET (\S+)$/m.exec(each)?.[1]),
  ).toEqual([undefined, '/gmail/v1/users/me/labels?fields=labels(id)', '/gmail/v1/users/me/history?startHistoryId=7', undefined])
})

test.each(['boundary=x', 'multipart/mixed; boundary="x"'])('answers come in the order of the calls, whatever theirs was (%s)', (type) => {
  const text = `${part('<response-1>', '404 Not Found', '{\r\n\r\n"error":{}}', 'Retry-After: 3\r\n')}${part('response-0', '200 OK', '{"labels":[]}')}--x--`
  expect(batchAnswers(CALLS, type, text)).toEqual([
    { status: 200, headers: { 'content-type': 'application/json' }, body: '{"labels":[]}', asks: 'mailbox' },
    { status: 404, headers: { 'content-type': 'application/json', 'retry-after': '3' }, body: '{\r\n\r\n"error":{}}', asks: 'history' },
  ])
})

test.each([
  ['one answer is missing', 'boundary=x', `${part('<response-0>', '200 OK', '{}')}--x--`],
  ['it is cut off in the middle of a head', 'boundary=x', `${part('<response-0>', '200 OK', '{}')}--x\r\nContent-ID: <response-1>\r\n`],
  ['it is a page', 'text/html', '<html>'],
])('nothing is taken for an answer where %s', (_why, type, text) => {
  expect(() => batchAnswers(CALLS, type, text)).toThrow(expect.objectContaining({ reach: 'call', code: 'google-batch-unreadable' }))
})
