import { badRequest } from '../serve/errors.ts'
import { type Token, tokenize } from './tokens.ts'

/** A parsed `$filter`. */
export type Filter =
  | { readonly op: 'and' | 'or'; readonly left: Filter; readonly right: Filter }
  | { readonly op: 'not'; readonly of: Filter }
  | { readonly op: Comparison; readonly left: Operand; readonly right: Operand }
  | { readonly op: Test; readonly left: Operand; readonly right: Operand }
  | { readonly op: 'any'; readonly path: string; readonly variable: string; readonly of: Filter }
  | { readonly op: 'in'; readonly left: Operand; readonly list: readonly Operand[] }

export type Operand = { readonly path: string } | { readonly value: string | number | boolean | null; readonly date?: true }

const COMPARISONS = ['eq', 'ne', 'gt', 'ge', 'lt', 'le'] as const
const TESTS = ['startswith', 'endswith', 'contains'] as const
export type Comparison = (typeof COMPARISONS)[number]
export type Test = (typeof TESTS)[number]

const comparisonOf = (word: string): Comparison | undefined => COMPARISONS.find((each) => each === word.toLowerCase())
const testOf = (word: string): Test | undefined => TESTS.find((each) => each === word.toLowerCase())

/** Parses the subset of OData's filter language that Graph's mail and directory answer to; anything else is a 400, as there. */
export function parseFilter(text: string): Filter {
  return new FilterParser(text).whole()
}

/** Recursive descent; each method reads one level of the grammar and stands behind it afterwards. */
class FilterParser {
  readonly #text: string
  readonly #tokens: readonly Token[]
  #at = 0

  constructor(text: string) {
    this.#text = text
    this.#tokens = tokenize(text)
  }

  whole(): Filter {
    const filter = this.#either()
    if (this.#at < this.#tokens.length) throw this.#invalid()
    return filter
  }

  #either(): Filter {
    let left = this.#both()
    while (this.#word('or')) left = { op: 'or', left, right: this.#both() }
    return left
  }

  #both(): Filter {
    let left = this.#single()
    while (this.#word('and')) left = { op: 'and', left, right: this.#single() }
    return left
  }

  #single(): Filter {
    if (this.#mark('(')) {
      const inner = this.#either()
      this.#expect(')')
      return inner
    }
    if (this.#word('not')) return { op: 'not', of: this.#single() }
    const token = this.#tokens[this.#at]
    if (token?.kind === 'word' && this.#tokens[this.#at + 1]?.text === '(') return this.#called(this.#take().text)
    const left = this.#operand()
    const op = this.#take().text
    if (op.toLowerCase() === 'in') return { op: 'in', left, list: this.#list() }
    const comparison = comparisonOf(op)
    if (comparison === undefined) throw this.#invalid()
    return { op: comparison, left, right: this.#operand() }
  }

  /** `startswith(a,'b')`, or `path/any(x:...)`. */
  #called(name: string): Filter {
    const test = testOf(name)
    this.#expect('(')
    if (test !== undefined) {
      const [left, right] = [this.#operand(), this.#second()]
      this.#expect(')')
      return { op: test, left, right }
    }
    if (!name.endsWith('/any')) throw this.#invalid()
    const variable = this.#take().text
    this.#expect(':')
    const of = this.#either()
    this.#expect(')')
    return { op: 'any', path: name.slice(0, -'/any'.length), variable, of }
  }

  #second(): Operand {
    this.#expect(',')
    return this.#operand()
  }

  #list(): readonly Operand[] {
    this.#expect('(')
    const values = [this.#operand()]
    while (this.#mark(',')) values.push(this.#operand())
    this.#expect(')')
    return values
  }

  #operand(): Operand {
    const { kind, text } = this.#take()
    if (kind === 'string') return { value: text }
    if (kind === 'number') return { value: Number(text) }
    if (kind === 'date') return { value: text, date: true }
    if (kind !== 'word') throw this.#invalid()
    if (text === 'true' || text === 'false') return { value: text === 'true' }
    return text === 'null' ? { value: null } : { path: text }
  }

  /** Takes the word if it comes next. */
  #word(word: string): boolean {
    const token = this.#tokens[this.#at]
    const isNext = token?.kind === 'word' && token.text.toLowerCase() === word
    if (isNext) this.#at += 1
    return isNext
  }

  #mark(mark: string): boolean {
    const token = this.#tokens[this.#at]
    const isNext = token?.kind === 'mark' && token.text === mark
    if (isNext) this.#at += 1
    return isNext
  }

  #expect(mark: string): void {
    if (!this.#mark(mark)) throw this.#invalid()
  }

  #take(): Token {
    const token = this.#tokens[this.#at++]
    if (!token) throw this.#invalid()
    return token
  }

  #invalid(): Error {
    const at = this.#tokens[this.#at]?.at ?? this.#text.length
    return badRequest(`Invalid filter clause: Syntax error at position ${at} in '${this.#text}'.`)
  }
}
