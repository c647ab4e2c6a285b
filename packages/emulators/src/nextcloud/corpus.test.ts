import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { testCloud } from './test-cloud.ts'

/** Calendars and cards from the field, where there are any beside the repository. */
const corpus = fileURLToPath(new URL('../../../../../shared/corpus', import.meta.url))
const KINDS = [
  ['calendar', 'calendars/alice/personal/', 'x.ics'],
  ['contacts', 'addressbooks/users/alice/contacts/', 'x.vcf'],
] as const

const query =
  '<c:calendar-query xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav"><d:prop><c:calendar-data/></d:prop><c:filter><c:comp-filter name="VCALENDAR"><c:comp-filter name="VEVENT"><c:time-range start="20200101T000000Z" end="20270101T000000Z"/></c:comp-filter></c:comp-filter></c:filter></c:calendar-query>'

const there = existsSync(corpus)
describe.skipIf(!there)(there ? 'the corpus' : 'skipped: no corpus beside the repository', () => {
  test.each(KINDS)('each file of %s is stored or refused, strictly and leniently, and the server stays upright', (kind, base, name) => {
    for (const file of readdirSync(join(corpus, kind)))
      for (const prefer of ['handling=strict', 'handling=lenient']) {
        const cloud = testCloud()
        const body = readFileSync(join(corpus, kind, file))
        const { status } = cloud.ask('PUT', `${base}${name}`, { body, headers: { 'if-none-match': '*', prefer } })
        expect([file, [201, 403, 415].includes(status)]).toEqual([file, true])
        expect(() => cloud.ask('REPORT', base, { body: query }).xml()).not.toThrow()
        expect(cloud.violations().filter((each) => each.includes('itself'))).toEqual([])
      }
  })
})
