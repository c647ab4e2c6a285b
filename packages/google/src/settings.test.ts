import { isIP } from 'node:net'
import { expect, test } from 'vitest'
import { hostsOf } from './settings.ts'

const SETTINGS = { name: 'fabrikam', admin: 'a@fabrikam.example', auth: { signAs: 'offramp@p.iam.gserviceaccount.com' } } as const

test('Google’s hosts are asked by name and over TLS; the metadata server by number, since no name may lead to such an address', () => {
  const { metadataUrl, ...others } = hostsOf(SETTINGS)
  expect(isIP(new URL(metadataUrl).hostname)).toBe(4)
  for (const url of Object.values(others)) expect(url).toMatch(/^https:\/\/[a-z0-9.]+\.googleapis\.com$/)
})

test.each(['http://gmail.example', 'https://gmail.example/path', 'gmail.example'])('%s is no address of a host with https', (apiUrl) => {
  expect(() => hostsOf({ ...SETTINGS, apiUrl })).toThrow(expect.objectContaining({ reach: 'run', code: 'google-bad-address' }))
})
