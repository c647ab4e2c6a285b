import { asFault } from '@offramp/core'
import { expect, test } from 'vitest'
import { decodePosition, encodePosition, type Position } from './outlook-cursor.ts'

test.each<Position>([
  { mode: 'delta' },
  { mode: 'delta', link: "/v1.0/users('u')/mailFolders('f')/messages/delta?$deltatoken=a b=c" },
  { mode: 'ids', link: '/v1.0/users/u/messages/delta?$skiptoken=x', size: 25 },
  { mode: 'list', size: 1 },
  { mode: 'list-ids', link: '/v1.0/x?$skip=10' },
])('%j survives being kept', (position) => {
  expect(decodePosition(encodePosition(position))).toEqual(position)
})

test('no cursor is the start of a delta', () => {
  expect(decodePosition(undefined, 'delta')).toEqual({ mode: 'delta' })
})

test.each(['', 'x', 'https://evil.example/v1.0/users', 'd https://evil.example/', 'd /beta/users', '{"mode":"delta"}'])(
  'a cursor that nobody here wrote rewinds the listing: %j',
  (cursor) => {
    let thrown: unknown
    try {
      decodePosition(cursor)
    } catch (each) {
      thrown = each
    }
    expect([asFault(thrown).reach, asFault(thrown).code]).toEqual(['listing', 'graph-cursor-unreadable'])
  },
)
