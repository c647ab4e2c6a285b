import type { RuleTest } from '@offramp/core'
import type { Notes } from './notes.ts'
import { isPlainAddress, literal, spellings, strings } from './quote.ts'
import type { SieveNames } from './sieve-names.ts'
import { writeSort } from './write-sort.ts'

/** A test as Sieve, or what is known of it without looking at a message. */
export type Said = string | boolean

interface Around {
  readonly names: SieveNames
  readonly notes: Notes
  /**
   * What a test that cannot be said counts as. Chosen so that a rule never catches what it did not catch before: false, and true behind a
   * `not`.
   */
  readonly unsayable: boolean
}

/** Numbers that every implementation takes (RFC 5228, 2.4.1: at least 31 bits). */
const MOST_BYTES = 2_147_483_647

/** How deep tests may be nested: Pigeonhole 0.5 takes 32 (sieve-limits.h). */
const MOST_DEPTH = 24

/** A test for `if`. Notes what it needs and what it leaves out. */
export const writeTest = (test: RuleTest, names: SieveNames, notes: Notes): Said => write(test, { names, notes, unsayable: false }, 0)

function write(test: RuleTest, around: Around, depth: number): Said {
  if (depth > MOST_DEPTH) return lose(around, 'what it asks is nested more deeply than mail servers take')
  switch (test.is) {
    case 'all':
    case 'any':
      return join(
        test.is,
        test.of.map((each) => write(each, around, depth + 1)),
      )
    case 'not':
      return negate(write(test.of, { ...around, unsayable: !around.unsayable }, depth + 1))
    case 'header':
      return header(test, around)
    case 'address':
      return address(test, around)
    case 'body':
      return body(test, around)
    case 'size':
      return size(test, around)
    case 'to-me':
      return toMe(test, around)
    case 'sort':
      return writeSort(test.sort, around.notes)
    case 'attachment-name':
      return attachmentName(test, around)
    case 'unsayable':
      return lose(around, test.says)
  }
}

function lose({ notes, unsayable }: Around, sentence: string): boolean {
  notes.lose(sentence)
  return unsayable
}

const negate = (said: Said): Said => (typeof said === 'boolean' ? !said : `not ${said}`)

/** `allof` or `anyof`, without what is known already. Nothing at all is true of all, and false of any. */
export function join(how: 'all' | 'any', parts: readonly Said[]): Said {
  const decisive = how === 'any'
  if (parts.includes(decisive)) return decisive
  const open = [...new Set(parts.filter((part): part is string => typeof part === 'string'))]
  const [first] = open
  if (first === undefined) return !decisive
  return open.length === 1 ? first : `${how}of(${open.join(', ')})`
}

/** The words in each spelling; those that no message can hold are left out, and listed. */
function usable(words: readonly string[], around: Around): readonly string[] {
  return [
    ...new Set(
      words.flatMap((word) => {
        const found = spellings(word)
        if (found === undefined)
          around.notes.lose('it looks for a text that is empty or holds control characters, which Sieve cannot look for')
        return found ?? []
      }),
    ),
  ]
}

type Of<Kind extends RuleTest['is']> = Extract<RuleTest, { readonly is: Kind }>

function header({ fields, how, words }: Of<'header'>, around: Around): Said {
  const known = fields.filter((field) => /^[\w-]{1,70}$/.test(field))
  if (known.length < fields.length) around.notes.lose('it looks at a header field whose name Sieve does not take')
  if (known.length === 0) return around.unsayable
  if (how === 'exists')
    return join(
      'any',
      known.map((field) => `exists ${strings([field])}`),
    )
  const found = usable(words, around)
  if (found.length === 0) return around.unsayable
  if (how === 'begins') return `header :matches ${strings(known)} ${strings(found.map((word) => `${literal(word)}*`))}`
  return `header :${how} ${strings(known)} ${strings(found)}`
}

function address({ fields, words }: Of<'address'>, around: Around): Said {
  const whole = words.filter((word) => word.includes('@'))
  if (whole.length < words.length)
    around.notes.lose('it names somebody by an internal name instead of a mail address, which other servers do not know')
  const found = usable(whole, around)
  return found.length === 0 || fields.length === 0 ? around.unsayable : `address :is ${strings(fields)} ${strings(found)}`
}

function body({ words }: Of<'body'>, around: Around): Said {
  const found = usable(words, around)
  if (found.length === 0) return around.unsayable
  around.notes.need('body')
  return `body :text :contains ${strings(found)}`
}

function size({ atLeast, atMost }: Of<'size'>, around: Around): Said {
  const parts: Said[] = []
  if (atLeast !== undefined && atLeast > 0) {
    parts.push(atLeast - 1 > MOST_BYTES ? lose(around, 'it looks for messages of more than 2 GiB') : `size :over ${Math.ceil(atLeast) - 1}`)
  }
  if (atMost !== undefined && atMost < MOST_BYTES) parts.push(`size :under ${Math.max(0, Math.floor(atMost) + 1)}`)
  return join('all', parts)
}

function toMe({ how }: Of<'to-me'>, around: Around): Said {
  const addresses = around.names.addresses.filter(isPlainAddress)
  if (addresses.length === 0) return lose(around, 'it asks for the address of the account, which is not known')
  const fields = how === 'to-or-cc' ? ['to', 'cc'] : [how === 'cc' ? 'cc' : 'to']
  const mine = `address :is ${strings(fields)} ${strings(addresses)}`
  if (how !== 'only') return mine
  around.notes.need('relational', 'comparator-i;ascii-numeric')
  return `allof(${mine}, address :count "eq" :comparator "i;ascii-numeric" ["to", "cc"] "1")`
}

function attachmentName({ words }: Of<'attachment-name'>, around: Around): Said {
  const found = usable(words, around)
  if (found.length === 0) return around.unsayable
  around.notes.need('mime')
  const named = (field: string, parameter: string): string =>
    `header :mime :anychild :param "${parameter}" :contains "${field}" ${strings(found)}`
  return `anyof(${named('Content-Disposition', 'filename')}, ${named('Content-Type', 'name')})`
}
