import type { RuleTest } from '@offramp/core'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { bytesOf, gmailQuery, type QueryScope } from './gmail-query.ts'

/** Short for people: what a test asks, in one line. */
function short(test: RuleTest | undefined): string {
  if (test === undefined) return ''
  switch (test.is) {
    case 'all':
    case 'any':
      return `${test.is}(${test.of.map(short).join(', ')})`
    case 'not':
      return `not ${short(test.of)}`
    case 'header':
      return `${test.fields.join('+')}~${test.words.join('|')}`
    case 'address':
      return `${test.fields.join('+')}=${test.words.join('|')}`
    case 'body':
      return `body~${test.words.join('|')}`
    case 'size':
      return `size ${test.atLeast ?? ''}..${test.atMost ?? ''}`
    case 'to-me':
      return `me:${test.how}`
    case 'sort':
      return test.sort
    case 'attachment-name':
      return `name~${test.words.join('|')}`
    case 'unsayable':
      return '?'
  }
}

const bare = (word: string): string => `any(subject+from+to+cc~${word}, body~${word})`

it.each<[string, QueryScope, string]>([
  ['from:joe@x.example', 'anywhere', 'from=joe@x.example'],
  ['FROM:joe subject:"two words"', 'anywhere', 'all(from~joe, subject~two words)'],
  ['to:(a@x.example OR b@x.example)', 'anywhere', 'any(to+cc+bcc=a@x.example, to+cc+bcc=b@x.example)'],
  ['from:{a b c}', 'anywhere', 'any(from~a, from~b, from~c)'],
  ['a OR b c', 'subject', 'all(any(subject~a, subject~b), subject~c)'],
  ['a AND b', 'subject', 'all(subject~a, subject~b)'],
  ['-from:joe -"no way"', 'anywhere', `all(not from~joe, not ${bare('no way')})`],
  ['-{a b}', 'subject', 'not any(subject~a, subject~b)'],
  ['word', 'anywhere', bare('word')],
  ['has:attachment larger:10M', 'anywhere', 'all(with-attachment, size 10485760..)'],
  ['smaller:5k', 'anywhere', 'size ..5119'],
  ['filename:pdf', 'anywhere', 'name~pdf'],
  ['list:news.example.org', 'anywhere', 'list-id+list-post~news.example.org'],
  ['deliveredto:me@x.example', 'anywhere', 'delivered-to+x-original-to~me@x.example'],
  ['to:me cc:me', 'anywhere', 'all(me:to-or-cc, me:cc)'],
  ['from:me', 'anywhere', '?'],
  ['*@x.example', 'from', 'from~@x.example'],
  ['Re: your order https://x.example/y', 'subject', 'all(subject~Re:, subject~your, subject~order, subject~https://x.example/y)'],
  ['foo-bar well-known', 'subject', 'all(subject~foo-bar, subject~well-known)'],
  ['subject:(one two)', 'anywhere', 'all(subject~one, subject~two)'],
  ['is:starred', 'anywhere', '?'],
  ['in:trash older_than:2d a', 'subject', 'all(?, ?, subject~a)'],
  ['has:drive', 'anywhere', '?'],
  ['a AROUND 5 b', 'subject', 'all(subject~a, ?, subject~5, subject~b)'],
  ['from:()', 'anywhere', '?'],
  ['(a', 'subject', 'subject~a'],
  ['a) b', 'subject', 'all(subject~a, ?, subject~b)'],
  ['""', 'anywhere', '?'],
  ['*', 'from', '?'],
  ['a OR', 'subject', 'subject~a'],
  ['', 'anywhere', ''],
  ['  ', 'anywhere', ''],
])('%s', (query, scope, test) => expect(short(gmailQuery(query, scope))).toBe(test))

it('never takes what it does not understand for something that is always true', () => {
  const always = (test: RuleTest): boolean => test.is === 'all' && test.of.every(always)
  const pieces = fc.constantFrom('(', ')', '{', '}', '"', '-', ' ', 'OR', 'AND', 'AROUND', 'from:', 'is:', 'x', '*', '|', ':', '(()')
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 30 }), (all) => {
      const test = gmailQuery(all.join(''))
      if (test !== undefined) expect(always(test)).toBe(false)
    }),
    { numRuns: 3000 },
  )
})

it('ends, whatever it is given', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => void gmailQuery(text)))
  for (const piece of ['(', '-', '{', 'from:', '"', 'a OR ', '(a ', 'x'.repeat(50)])
    expect(() => gmailQuery(piece.repeat(50_000))).not.toThrow()
})

it('reads sizes as Gmail writes them', () => {
  expect(['10M', '5k', '1000', '2GB', 'x', '', '1.5M'].map(bytesOf)).toEqual([
    10_485_760,
    5120,
    1000,
    2 ** 31,
    undefined,
    undefined,
    undefined,
  ])
})
