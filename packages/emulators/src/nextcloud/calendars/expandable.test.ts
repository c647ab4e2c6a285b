import { expect, test } from 'vitest'
import { CREATE, cardText, eventText, testCloud } from '../test-cloud.ts'

const put = (body: string) => testCloud({ version: '32.0.1' }).ask('PUT', 'calendars/alice/personal/a.ics', { body, headers: CREATE })

/** Each seen with Nextcloud 32.0.1, of a client that is strict. */
test.each([
  ['RRULE:FREQ=DAILY', 201, ''],
  ['RRULE:FREQ=DAILY;COUNT=3499', 201, ''],
  ['RRULE:FREQ=DAILY;COUNT=3500', 500, 'only allowed to generate 3500'],
  ['RRULE:FREQ=HOURLY;COUNT=5000', 500, 'MaxInstancesExceededException'],
  ['RRULE:FREQ=DAILY;UNTIL=99991231T000000Z', 500, 'only allowed to generate 3500'],
  ['RRULE:FREQ=WEEKLY;UNTIL=99991231T000000Z', 201, ''],
  ['RRULE:FREQ=DAILY;COUNT=0', 500, 'COUNT in RRULE must be a positive integer!'],
  ['RRULE:FREQ=DAILY;COUNT=1\r\nEXDATE:20100104T090000Z', 403, 'does not generate any valid instances'],
  ['RDATE;VALUE=PERIOD:20261210T100000Z/PT2H', 201, ''],
  ['RRULE:FREQ=DAILY;UNTIL=20090101T000000Z', 201, ''],
  ['RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30;UNTIL=20301231T000000Z', 201, ''],
  ['RDATE;VALUE=PERIOD:20100105T090000Z/20100105T100000Z,20100106T090000Z/PT1H', 201, ''],
] as const)('%s: %i', (rule, status, words) => {
  const times = ['UID:a', 'DTSTAMP:20260101T000000Z', 'DTSTART:20100104T090000Z', 'DTEND:20100104T100000Z']
  const made = put(eventText({ bare: true, lines: [...times, ...rule.split('\r\n')] }))
  expect([made.status, made.text]).toEqual([status, expect.stringContaining(words)])
})

test('a UID, a name or a description of more than 255 characters is an error of the database', () => {
  const long = 'ö'.repeat(256)
  const cloud = testCloud({ version: '32.0.1' })
  expect([put(eventText({ uid: long })).status, put(eventText({ uid: long.slice(1) })).status]).toEqual([500, 201])
  const card = cloud.ask('PUT', 'addressbooks/users/alice/contacts/a.vcf', { body: cardText([`UID:${long}`, 'FN:A']), headers: CREATE })
  const make = (property: string, text: string) =>
    cloud.ask('MKCALENDAR', `calendars/alice/${property.slice(2)}${text.length}/`, {
      body: `<c:mkcalendar xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav"><d:set><d:prop><${property}>${text}</${property}></d:prop></d:set></c:mkcalendar>`,
    }).status
  expect([card.status, make('d:displayname', long), make('c:calendar-description', long)]).toEqual([500, 500, 500])
  expect([make('d:displayname', long.slice(1)), make('c:calendar-description', long.slice(1))]).toEqual([201, 201])
})
