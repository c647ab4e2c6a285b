import { expect, test } from 'vitest'
import { WINDOWS_TO_IANA_MAP } from 'windows-iana'
import { ianaZone } from './iana-zone.ts'

test.each([
  ['W. Europe Standard Time', 'Europe/Berlin'],
  ['romance standard time', 'Europe/Paris'],
  ['FLE Standard Time', 'Europe/Kyiv'],
  ['Mid-Atlantic Standard Time', 'Etc/GMT+2'],
  ['Kamchatka Standard Time', 'Asia/Kamchatka'],
  ['tzone://Microsoft/Utc', 'UTC'],
  ['UTC', 'UTC'],
  ['Etc/UTC', 'UTC'],
  ['(UTC+01:00) Amsterdam, Berlin, Bern, Rome, Stockholm, Vienna', 'Europe/Berlin'],
  ['(UTC-05:00) Eastern Time (US & Canada)', 'America/New_York'],
  ['(UTC+05:30) Chennai, Kolkata, Mumbai, New Delhi', 'Asia/Kolkata'],
  ['(UTC-03:00) Brasilia', 'America/Sao_Paulo'],
  ['(UTC) Coordinated Universal Time', 'UTC'],
  ['europe/kiev', 'Europe/Kyiv'],
  ['US/Pacific', 'America/Los_Angeles'],
  ['Asia/Calcutta', 'Asia/Kolkata'],
  ['/freeassociation.sourceforge.net/Tzfile/Europe/Berlin', 'Europe/Berlin'],
  ['"Europe/Berlin"', 'Europe/Berlin'],
])('%s is %s', (name, zone) => {
  expect(ianaZone(name)).toBe(zone)
})

test.each([
  undefined,
  '',
  'Customized Time Zone',
  'tzone://Microsoft/Custom',
  '+01:00',
  'Europe/Atlantis',
  '(UTC+01:00) Atlantis',
  'x'.repeat(1000),
])('%s is nobody knows what', (name) => {
  expect(ianaZone(name)).toBeUndefined()
})

test('every Windows zone of CLDR and every zone of the runtime has a name', () => {
  const nameless = [...WINDOWS_TO_IANA_MAP.map(({ windowsName }) => windowsName), ...Intl.supportedValuesOf('timeZone')].filter(
    (name) => ianaZone(name) === undefined,
  )
  expect(nameless).toEqual([])
})
