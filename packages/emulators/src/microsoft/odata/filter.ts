import { badRequest } from '../serve/errors.ts'
import { type Token, tokenize } from './tokens.ts'

/** A parsed `$filter`. */
export type Filter =
  | { readonly op: 'and' | 'or'; readonly left: Filter; readonly right: Filter }
  | { readonly op: 'not'; readonly of: Filter }
  | { readonly op: 'eq' | 'ne' | 'gt' | 'ge' | 'lt' | 'le'; readonly left: Operand; readonly right: Operand }
  | { readonly op: 'startswith' | 'endswith' | 'contains'; readonly left: Operand; readonly right: Operand }
  | { readonly op: 'any'; readonly path: string; readonly variable: string; readonly of: Filter }
  | { readonly op: 'in'; readonly left: Operand; readonly list: readonly Operand[] }

export type Operand = { readonly path: string } | { readonly value: string | number | boolean | null; readonly date?: true }

const COMPARISONS = ['eq', 'ne', 'gt', 'ge', 'lt', 'le'] as const
const TESTS = ['startswith', 'endswith', 'contains'] as const
type Comparison = (typeof COMPARISONS)[number]
type Test = (typeof TESTS)[number]

const isComparison = (text: string): text is Comparison => (COMPARISONS as readonly string[]).includes(text)
const isTest = (text: string): text is Test => (TESTS as readonly string[]).includes(text)

/** Parses the subset of OData's filter language that Graph's mail and directory answer to; anything else is a 400, as there. */
export function parseFilter(text: string): Filter {
  const tokens = tokenize(text)
  let at = 0
  const peek = (): Token | undefined => tokens[at]
  const invalid = () => badRequest(`Invalid filter clause: Syntax error at position ${peek()?.at ?? text.length} in '${text}'.`)
  const take = (): Token => {
    const token = tokens[at++]
    if (!token) throw invalid()
    return token
  }
  const expect = (mark: string): void => {
    if (take().text !== mark) throw invalid()
  }
  const isWord = (word: string) => peek()?.kind === 'word' && peek()?.text.toLowerCase() === word

  const operand = (): Operand => {
    const token = take()
    if (token.kind === 'string') return { value: token.text }
    if (token.kind === 'number') return { value: Number(token.text) }
    if (token.kind === 'date') return { value: token.text, date: true }
    if (token.kind !== 'word') throw invalid()
    if (token.text === 'true' || token.text === 'false') return { value: token.text === 'true' }
    return token.text === 'null' ? { value: null } : { path: token.text }
  }
  const test = (op: Test): Filter => {
    expect('(')
    const left = operand()
    expect(',')
    const right = operand()
    expect(')')
    return { op, left, right }
  }
  const any = (path: string): Filter => {
    expect('(')
    const variable = take().text
    expect(':')
    const of = either()
    expect(')')
    return { op: 'any', path: path.slice(0, -'/any'.length), variable, of }
  }
  const list = (left: Operand): Filter => {
    expect('(')
    const values = [operand()]
    while (peek()?.text === ',') {
      at += 1
      values.push(operand())
    }
    expect(')')
    return { op: 'in', left, list: values }
  }
  const single = (): Filter => {
    if (peek()?.text === '(' && peek()?.kind === 'mark') {
      at += 1
      const inner = either()
      expect(')')
      return inner
    }
    if (isWord('not')) {
      at += 1
      return { op: 'not', of: single() }
    }
    const next = tokens[at + 1]
    const word = peek()?.kind === 'word' ? (peek()?.text ?? '') : ''
    if (next?.text === '(' && isTest(word.toLowerCase())) {
      at += 1
      return test(word.toLowerCase() as Test)
    }
    if (next?.text === '(' && word.endsWith('/any')) return any(take().text)
    const left = operand()
    const op = take().text.toLowerCase()
    if (op === 'in') return list(left)
    if (!isComparison(op)) throw invalid()
    return { op, left, right: operand() }
  }
  const both = (): Filter => {
    let left = single()
    while (isWord('and')) {
      at += 1
      left = { op: 'and', left, right: single() }
    }
    return left
  }
  function either(): Filter {
    let left = both()
    while (isWord('or')) {
      at += 1
      left = { op: 'or', left, right: both() }
    }
    return left
  }

  const filter = either()
  if (at < tokens.length) throw invalid()
  return filter
}
