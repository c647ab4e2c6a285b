import { expect, test } from 'vitest'
import { atSource, endpointName, sourceId } from './catalog.ts'
import type { DestinationSettings, SourceSettings } from './settings.ts'

const microsoft: SourceSettings = { kind: 'microsoft-365', tenantId: 'Contoso.example', clientId: '1', secret: 'env:X' }
const google: SourceSettings = { kind: 'google-workspace', admin: 'Admin@Fabrikam.example', key: 'env:X' }
const at = (host: string): DestinationSettings => ({ kind: 'imap', host })

test('a source goes by its tenant or domain, in any case of letters', () => {
  expect(sourceId(microsoft)).toBe('microsoft-365:contoso.example')
  expect(sourceId(google)).toBe('google-workspace:fabrikam.example')
})

test('CalDAV by its address: the host names it, and Google is known there too', () => {
  const dav = (url: string): DestinationSettings => ({ kind: 'dav', url })
  expect(endpointName(dav('https://cloud.example.org:8443/nc'))).toBe('cloud.example.org:8443')
  expect(atSource(google, dav('https://apidata.googleusercontent.com/caldav/v2'))).toBe(true)
  expect(atSource(microsoft, dav('https://cloud.example.org'))).toBe(false)
  expect(() => endpointName(dav('cloud'))).toThrow(/cannot be read/)
})

test.each<[SourceSettings, string, boolean]>([
  [microsoft, 'outlook.office365.com', true],
  [microsoft, 'imap.gmail.com', false],
  [google, 'imap.gmail.com', true],
  [google, 'IMAP.googlemail.com', true],
  [google, 'outlook.office365.com', false],
  [google, 'notgmail.com', false],
])('%j and %s: the same service? %s', (source, host, same) => {
  expect(atSource(source, at(host))).toBe(same)
})
