import type { MessageSort, RuleTest } from '@offramp/core'

// https://support.google.com/mail/answer/7190: Gmail's search operators. A filter's `from`, `to` and `subject` take the same language.

/** Where bare words are looked for. */
export type QueryScope = 'anywhere' | 'from' | 'to' | 'cc' | 'bcc' | 'subject' | 'list' | 'deliveredto' | 'filename'

/** Deeper, or longer, is nothing that a person wrote. */
const MOST_DEPTH = 8
const MOST_TOKENS = 2000

interface Token {
  readonly text: string
  /** What the person put in quotation marks: never an operator. */
  readonly phrase: boolean
}

const unsayable = (says: string): RuleTest => ({ is: 'unsayable', says })

/** Brackets, quoted phrases, and words, an operator's `name:` being a word of its own and its value following. */
const TOKEN = /\s*(?:([(){}])|"([^"]*)"?|(-)(?=\S)|([a-z][a-z_0-9]*:)(?=\S)|([^\s(){}"]+))/giy

function tokensOf(query: string): readonly Token[] {
  const tokens: Token[] = []
  TOKEN.lastIndex = 0
  for (let found = TOKEN.exec(query); found !== null && tokens.length <= MOST_TOKENS; found = TOKEN.exec(query)) {
    const [, bracket, phrase, minus, operator, word] = found
    if (phrase !== undefined) tokens.push({ text: phrase, phrase: true })
    else if (operator !== undefined && !isOperator(operator)) {
      // `Re:` and `https:` are words, and go on to the next blank.
      const rest = /[^\s(){}"]*/y
      rest.lastIndex = TOKEN.lastIndex
      const more = rest.exec(query)?.[0] ?? ''
      TOKEN.lastIndex += more.length
      tokens.push({ text: operator + more, phrase: false })
    } else tokens.push({ text: bracket ?? minus ?? operator ?? word ?? '', phrase: false })
  }
  return tokens
}

const SCOPES: Readonly<Record<string, QueryScope>> = {
  from: 'from',
  to: 'to',
  cc: 'cc',
  bcc: 'bcc',
  subject: 'subject',
  list: 'list',
  deliveredto: 'deliveredto',
  filename: 'filename',
}

/** Operators about what Gmail knows and a message does not say, or that change with time. */
const ELSEWHERE = new Set(
  'is in label category after before older newer older_than newer_than has larger smaller size larger_than smaller_than rfc822msgid around'.split(
    ' ',
  ),
)

const nameOf = (operator: string): string => operator.slice(0, -1).toLowerCase()
const isOperator = (operator: string): boolean => Object.hasOwn(SCOPES, nameOf(operator)) || ELSEWHERE.has(nameOf(operator))

const FIELDS: Readonly<Record<Exclude<QueryScope, 'anywhere' | 'filename'>, readonly string[]>> = {
  from: ['from'],
  // Gmail's `to:` finds all recipients.
  to: ['to', 'cc', 'bcc'],
  cc: ['cc'],
  bcc: ['bcc'],
  subject: ['subject'],
  list: ['list-id', 'list-post'],
  deliveredto: ['delivered-to', 'x-original-to'],
}
const PEOPLE = { from: ['from'], to: ['to', 'cc', 'bcc'], cc: ['cc'], bcc: ['bcc'] } as const

const isPeople = (scope: QueryScope): scope is keyof typeof PEOPLE => Object.hasOwn(PEOPLE, scope)

/** `to:me` and the like. */
const ME: Readonly<Partial<Record<QueryScope, RuleTest>>> = {
  to: { is: 'to-me', how: 'to-or-cc' },
  cc: { is: 'to-me', how: 'cc' },
  from: unsayable('it asks for mail from the owner themselves'),
}

/** One word or phrase, where it is looked for. A star is part of no word in Gmail. */
function wordTest(token: Token, scope: QueryScope): RuleTest {
  const word = token.phrase ? token.text.trim() : token.text.replaceAll(/^[*+]+|[*]+$/g, '')
  if (word === '') return unsayable('it looks for a text of no letters')
  const me = token.phrase || word.toLowerCase() !== 'me' ? undefined : ME[scope]
  if (me !== undefined) return me
  if (scope === 'filename') return { is: 'attachment-name', words: [word] }
  if (scope === 'anywhere') {
    const fields = ['subject', 'from', 'to', 'cc']
    return {
      is: 'any',
      of: [
        { is: 'header', fields, how: 'contains', words: [word] },
        { is: 'body', words: [word] },
      ],
    }
  }
  // A whole address is one; `@example.org` is a part of one.
  if (isPeople(scope) && /^[^@\s<>]+@[^@\s<>]+\.[^@\s<>]+$/.test(word)) return { is: 'address', fields: PEOPLE[scope], words: [word] }
  return { is: 'header', fields: FIELDS[scope], how: 'contains', words: [word] }
}

/** Bytes. Gmail takes `10M`, `500k`, `1000000`. */
export function bytesOf(text: string): number | undefined {
  const [, digits, unit = ''] = /^(\d{1,12})([kmg]?)b?$/i.exec(text) ?? []
  const factor = { '': 1, k: 1024, m: 1_048_576, g: 1_073_741_824 }[unit.toLowerCase()]
  return digits === undefined || factor === undefined ? undefined : Number(digits) * factor
}

const HAS: Readonly<Record<string, MessageSort>> = { attachment: 'with-attachment' }

function operatorTest(name: string, value: string): RuleTest {
  const bytes = bytesOf(value)
  if (/^(larger|larger_than|size)$/.test(name) && bytes !== undefined) return { is: 'size', atLeast: bytes }
  if (/^(smaller|smaller_than)$/.test(name) && bytes !== undefined) return { is: 'size', atMost: Math.max(0, bytes - 1) }
  const sort = name === 'has' && Object.hasOwn(HAS, value.toLowerCase()) ? HAS[value.toLowerCase()] : undefined
  if (sort !== undefined) return { is: 'sort', sort }
  if (name === 'rfc822msgid') return { is: 'header', fields: ['message-id'], how: 'contains', words: [value.replaceAll(/[<>]/g, '')] }
  return unsayable(`it asks for “${name}:${value.slice(0, 40)}”, which only Gmail knows of a message`)
}

class Reader {
  readonly #tokens: readonly Token[]
  #at = 0

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens
  }

  /** Everything up to the closing bracket: all of it, and of what `OR` joins, one. `OR` binds more closely than a blank. */
  group(scope: QueryScope, close: string | undefined, depth: number): RuleTest {
    const terms: RuleTest[] = []
    let either = close === '}'
    for (;;) {
      const token = this.#peek()
      if (token === undefined || this.#is(close)) break
      if (this.#is('OR') || this.#is('|')) {
        this.#at++
        const [left, right] = [terms.pop(), this.#peek() === undefined ? undefined : this.#term(scope, depth)]
        const both = [left, right].filter((each) => each !== undefined)
        terms.push(both.length === 1 && both[0] !== undefined ? both[0] : { is: 'any', of: both })
      } else if (this.#is('AND')) this.#at++
      else if (this.#is('AROUND') || this.#is(')') || this.#is('}')) {
        this.#at++
        terms.push(unsayable('its search is written in a way that is not understood here'))
        either = false
      } else terms.push(this.#term(scope, depth))
    }
    if (close !== undefined && this.#peek() !== undefined) this.#at++
    const [only] = terms
    if (only === undefined) return unsayable('its search is not complete')
    if (terms.length === 1) return only
    return { is: either ? 'any' : 'all', of: terms }
  }

  #peek(): Token | undefined {
    return this.#tokens[this.#at]
  }

  #is(text: string | undefined): boolean {
    const token = this.#peek()
    return token !== undefined && !token.phrase && token.text === text
  }

  #term(scope: QueryScope, depth: number): RuleTest {
    const token = this.#peek()
    if (token === undefined || this.#is(')') || this.#is('}')) return unsayable('its search is not complete')
    if (depth > MOST_DEPTH) {
      this.#at = this.#tokens.length
      return unsayable('its search is nested too deeply')
    }
    this.#at++
    if (token.phrase) return wordTest(token, scope)
    if (token.text === '-') return { is: 'not', of: this.#term(scope, depth + 1) }
    if (token.text === '(') return this.group(scope, ')', depth + 1)
    if (token.text === '{') return this.group(scope, '}', depth + 1)
    if (!token.text.endsWith(':') || !isOperator(token.text)) return wordTest(token, scope)
    const name = nameOf(token.text)
    const inner = Object.hasOwn(SCOPES, name) ? SCOPES[name] : undefined
    if (inner !== undefined) return this.#term(inner, depth + 1)
    const value = this.#peek()
    this.#at++
    return operatorTest(name, value?.text ?? '')
  }
}

/** Gmail's search language as a test. What is not understood, or only Gmail knows, is in it as such. Undefined where nothing is asked. */
export function gmailQuery(query: string, scope: QueryScope = 'anywhere'): RuleTest | undefined {
  if (query.trim() === '') return undefined
  const tokens = tokensOf(query)
  if (tokens.length > MOST_TOKENS) return unsayable('its search is longer than mail servers take')
  return new Reader(tokens).group(scope, undefined, 0)
}
