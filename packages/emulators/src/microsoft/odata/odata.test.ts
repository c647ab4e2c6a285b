import { expect, test } from 'vitest'
import { GraphError } from '../serve/errors.ts'
import { pathParts } from '../serve/path.ts'
import { parseFilter } from './filter.ts'
import { matches, readPath } from './matches.ts'
import { parsePrefer } from './prefer.ts'
import { parseQuery } from './query.ts'

const message = {
  subject: "O'Neil",
  isRead: false,
  size: 12,
  flag: { flagStatus: 'flagged' },
  receivedDateTime: '2020-05-01T10:00:00Z',
  addresses: ['smtp:a@b', 'SMTP:c@d'],
  none: null,
}

const passes = (filter: string): boolean => matches(parseFilter(filter), (path) => readPath(message, path))

test.each([
  ["subject eq 'O''Neil'", true],
  ["subject eq 'o''neil'", true],
  ["subject ne 'x'", true],
  ['isRead eq false and size gt 11', true],
  ['isRead eq true or size le 12', true],
  ['isRead eq true or size lt 12 and size gt 0', false],
  ['(isRead eq true or size le 12) and size ge 13', false],
  ['not (isRead eq true)', true],
  ["flag/flagStatus eq 'flagged'", true],
  ['receivedDateTime ge 2020-05-01T10:00:00Z', true],
  ['receivedDateTime gt 2020-05-01T10:00:00Z', false],
  ['receivedDateTime lt 2020-05-02', true],
  ["startswith(subject,'o')", true],
  ["endsWith(subject, 'L')", true],
  ["contains(subject,'x')", false],
  ["addresses/any(a:a eq 'smtp:c@d')", true],
  ["addresses/any(a:startswith(a,'x'))", false],
  ["subject in ('a', 'O''Neil')", true],
  ['none eq null', true],
])('$filter %s is %s', (filter, expected) => {
  expect(passes(filter)).toBe(expected)
})

test.each(['subject eq', 'subject xx 1', "subject eq 'open", 'subject eq 1)', '(a eq 1', '', 'a eq 1 b', "startswith(a 'x')"])(
  '$filter %j is a 400',
  (filter) => {
    expect(() => parseFilter(filter)).toThrow(GraphError)
  },
)

test('a query is split into system and other options, nested expands included', () => {
  const query = parseQuery(
    "$select=id,subject&$expand=singleValueExtendedProperties($filter=id%20eq%20'Integer%200x0E08'%20or%20id%20eq%20'a;b,c'),attachments($select=id)&%24top=5&includeHiddenFolders=true&$orderby=receivedDateTime%20desc,subject",
  )
  expect(query).toMatchObject({
    select: ['id', 'subject'],
    top: 5,
    orderby: [
      { path: 'receivedDateTime', descending: true },
      { path: 'subject', descending: false },
    ],
  })
  expect(query.expand.map((each) => each.path)).toEqual(['singleValueExtendedProperties', 'attachments'])
  expect(query.expand[0]?.filter).toMatchObject({ op: 'or' })
  expect(query.expand[1]?.select).toEqual(['id'])
  expect(query.custom.get('includeHiddenFolders')).toBe('true')
})

test.each(['$top=-1', '$top=x', '$skip=1.5', '$nope=1', '$top=1&$top=2', '$filter=%zz', '$orderby=a%20sideways'])(
  'the query %s is a 400',
  (raw) => {
    expect(() => parseQuery(raw)).toThrow(GraphError)
  },
)

test.each([
  ['IdType="ImmutableId"', 'immutable', undefined],
  ['odata.maxpagesize=200, IdType="ImmutableId"', 'immutable', 200],
  ['outlook.body-content-type="text"', 'default', undefined],
  ['odata.maxpagesize=5000', 'default', 1000],
  [undefined, 'default', undefined],
] as const)('Prefer %s', (header, ids, size) => {
  expect(parsePrefer(header)).toMatchObject({ ids, maxPageSize: size })
})

test('paths name keys in either way, and functions with or without brackets and namespace', () => {
  const plain = ['users', "o'neil+x@y", 'mailFolders', 'a=', 'messages', 'delta']
  expect(pathParts("/users('o''neil%2Bx@y')/mailFolders('a%3D')/messages/microsoft.graph.delta()")).toEqual(plain)
  expect(pathParts("/users/o'neil+x@y/mailFolders/a=/messages/delta")).toEqual(plain)
})
