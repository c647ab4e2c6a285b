import fc from 'fast-check'
import { expect, test } from 'vitest'
import { flagChanges, flagsOf, flagsPrint, traitsOf } from './flags.ts'
import { categoryOf, keywordOf } from './keywords.ts'
import { isRevision, memoOf, readMemo } from './memo.ts'

// biome-ignore lint/suspicious/noControlCharactersInRegex: RFC 9051 defines its atom by them
const ATOM = /^[^\x00-\x20\x7f-\uffff(){%*"\\\]]+$/

test.each([
  ['Rot', 'Rot'],
  ['Red category', 'Red_category'],
  ['Größe', 'Gr=C3=B6=C3=9Fe'],
  ['a_b=c', 'a=5Fb=3Dc'],
  ['TEST:FLAG211', 'TEST:FLAG211'],
  ['(urgent) 100%', '=28urgent=29_100=25'],
  ['Junk', '=4Aunk'],
  ['$Forwarded', '=24Forwarded'],
  ['$Important', '$Important'],
  ['CATEGORY_FORUMS', 'CATEGORY_FORUMS'],
  ['CATEGORY FORUMS', '=43ATEGORY_FORUMS'],
])('%j becomes %j', (category, keyword) => {
  expect(keywordOf(category)).toBe(keyword)
  expect(categoryOf(keyword)).toBe(category)
})

test('every category is an atom of at most 50 bytes, and comes back unless it had to be cut', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), (category) => {
      const keyword = keywordOf(category)
      expect(keyword).toMatch(ATOM)
      expect(keyword.length).toBeLessThanOrEqual(50)
      if (!keyword.includes('=~')) expect(categoryOf(keyword)).toBe(category.normalize('NFC'))
    }),
  )
})

test('two long categories that begin alike stay two', () => {
  expect(keywordOf(`${'x'.repeat(80)}1`)).not.toBe(keywordOf(`${'x'.repeat(80)}2`))
})

test('traits and flags are each other', () => {
  const traits = { read: true, flagged: false, answered: true, draft: false, forwarded: true, keywords: ['Blue', 'A b'] }
  expect(flagsOf(traits)).toEqual(['\\Seen', '\\Answered', '$Forwarded', 'Blue', 'A_b'])
  expect(traitsOf(flagsOf(traits))).toEqual(traits)
})

test('what programs set by themselves is neither a category nor a sign of a person', () => {
  expect(traitsOf(['\\Recent', 'NonJunk', '$MDNSent', '\\Deleted']).keywords).toEqual([])
  expect(traitsOf(['$HasAttachment', '$HasNoAttachment', '$IsMailingList']).keywords).toEqual([])
  expect(flagsPrint(['\\Seen', 'NonJunk', '$MDNSent', '$HasAttachment'])).toBe(flagsPrint(['\\seen']))
  expect(flagsPrint(['\\Seen', 'Blue'])).not.toBe(flagsPrint(['\\Seen']))
  expect(flagsPrint(['a', 'B'])).toBe(flagsPrint(['b', 'A']))
})

test('flags that are not ours are never taken away', () => {
  expect(flagChanges(['\\Seen', '\\Deleted', 'NonJunk', 'Old'], ['\\Flagged', 'New'])).toEqual({
    add: ['\\Flagged', 'New'],
    remove: ['\\Seen', 'Old'],
  })
})

test('a memo is small and tells revision and flags', () => {
  const memo = memoOf('revision 1', flagsPrint(['\\Seen', 'Blue']))
  expect(memo.length).toBeLessThanOrEqual(12)
  const read = readMemo(memo)
  expect(read && isRevision(read, 'revision 1')).toBe(true)
  expect(read && isRevision(read, 'revision 2')).toBe(false)
  expect(read?.flags).toBe(flagsPrint(['\\Seen', 'Blue']))
  expect(readMemo(undefined)).toBeUndefined()
})
