import fc from 'fast-check'
import { block, line } from './arbitrary-events.ts'

const labelled = fc.record({ value: line, label: line.filter((one) => !one.includes('$')) }, { requiredKeys: ['value'] })
/** Cards that come back from `fromVCard` exactly as they are. */
export const cards = fc.record(
  {
    uid: line,
    fullName: line,
    name: fc.record({ family: line, given: line, additional: line, prefix: line, suffix: line }),
    organization: fc.record({ name: line, units: fc.array(line, { minLength: 1, maxLength: 2 }) }),
    title: line,
    role: line,
    nicknames: fc.uniqueArray(line, { minLength: 1, maxLength: 3 }),
    emails: fc.array(labelled, { minLength: 1, maxLength: 3 }),
    phones: fc.array(
      labelled.filter(({ value }) => !/^tel:/i.test(value)),
      { minLength: 1, maxLength: 3 },
    ),
    note: block,
    categories: fc.uniqueArray(line, { minLength: 1, maxLength: 3 }),
    custom: fc.array(labelled, { minLength: 1, maxLength: 2 }),
    birthday: fc.record(
      { year: fc.integer({ min: 1900, max: 2030 }), month: fc.integer({ min: 1, max: 12 }), day: fc.integer({ min: 1, max: 28 }) },
      { requiredKeys: ['month', 'day'] },
    ),
  },
  { requiredKeys: ['uid', 'fullName'] },
)
