import { expect, test } from 'vitest'
import { bareCause, redactUrl } from './redact.ts'

test('a URL is told without its query and without whom or what it names', () => {
  const url =
    'https://graph.microsoft.com/v1.0/users/anna%40example.com/messages/AAkALgAAAAAAHYQDEapmEc2byACqAC-EWg0A/$value?$skiptoken=s3cret'
  expect(redactUrl(url)).toBe('graph.microsoft.com/v1.0/users/…/messages/…/$value')
  expect(redactUrl("https://graph.microsoft.com/v1.0/users('0a1b')/mailFolders")).toBe('graph.microsoft.com/v1.0/…/mailFolders')
  expect(redactUrl('https://graph.microsoft.com/v1.0/users/00000003-0000-0000-c000-000000000000')).not.toContain('c000')
  expect(redactUrl('nothing of the kind s3cret')).not.toContain('s3cret')
})

test('an error is told by name and code alone', () => {
  const error = Object.assign(new Error('Bearer s3cret'), { code: 'ECONNRESET', headers: { authorization: 's3cret' } })
  expect(JSON.stringify(bareCause(error))).toBe('{"name":"Error","code":"ECONNRESET"}')
})
