import { GoogleError } from '../serve/errors.ts'

/** What a query can ask of a file. */
export interface Queried {
  readonly name: string
  readonly mimeType: string
  readonly trashed: boolean
  readonly starred: boolean
  readonly sharedWithMe: boolean
  readonly modifiedAt: number
  readonly createdAt: number
  isIn(parent: string): boolean
  isOwnedBy(who: string): boolean
}

export type Matches = (file: Queried) => boolean

const invalid = (): GoogleError =>
  new GoogleError(400, { message: 'Invalid Value', reason: 'invalid', form: 'classic', location: { type: 'parameter', name: 'q' } })

const TOKEN = /\s*(?:('(?:[^'\\]|\\.)*')|(<=|>=|!=|=|<|>|\(|\))|([A-Za-z]+))/y

function tokens(text: string): readonly string[] {
  const all: string[] = []
  const reader = new RegExp(TOKEN)
  while (reader.lastIndex < text.trimEnd().length) {
    const match = reader.exec(text)
    if (match === null) throw invalid()
    all.push(match[1] ?? match[2] ?? match[3] ?? '')
  }
  return all
}

interface Reader {
  readonly tokens: readonly string[]
  at: number
}

/** Understands the part of the language of `q` that clients of files use: https://developers.google.com/workspace/drive/api/guides/ref-search-terms */
export function parseQuery(text: string): Matches {
  const reader: Reader = { tokens: tokens(text), at: 0 }
  const matches = either(reader)
  if (reader.at < reader.tokens.length) throw invalid()
  return matches
}

function either(reader: Reader): Matches {
  const parts = [both(reader)]
  while (accept(reader, 'or')) parts.push(both(reader))
  return (file) => parts.some((part) => part(file))
}

function both(reader: Reader): Matches {
  const parts = [one(reader)]
  while (accept(reader, 'and')) parts.push(one(reader))
  return (file) => parts.every((part) => part(file))
}

function one(reader: Reader): Matches {
  if (accept(reader, 'not')) {
    const inner = one(reader)
    return (file) => !inner(file)
  }
  if (accept(reader, '(')) {
    const inner = either(reader)
    if (!accept(reader, ')')) throw invalid()
    return inner
  }
  const first = next(reader)
  if (first.startsWith("'")) return membership(textOf(first), reader)
  return comparison(first, next(reader), next(reader))
}

function membership(value: string, reader: Reader): Matches {
  if (next(reader) !== 'in') throw invalid()
  const field = next(reader)
  if (field === 'parents') return (file) => file.isIn(value)
  if (field === 'owners') return (file) => file.isOwnedBy(value)
  throw invalid()
}

function comparison(field: string, operator: string, value: string): Matches {
  if (field === 'trashed' || field === 'starred' || field === 'sharedWithMe') {
    if (!['=', '!='].includes(operator) || !['true', 'false'].includes(value)) throw invalid()
    const wanted = (value === 'true') === (operator === '=')
    return (file) => file[field] === wanted
  }
  const text = textOf(value)
  if (field === 'name' || field === 'mimeType') {
    if (operator === '=') return (file) => file[field] === text
    if (operator === '!=') return (file) => file[field] !== text
    if (operator === 'contains') return (file) => file[field].toLowerCase().startsWith(text.toLowerCase())
    throw invalid()
  }
  const at = Date.parse(text)
  if ((field !== 'modifiedTime' && field !== 'createdTime') || Number.isNaN(at)) throw invalid()
  const of = field === 'modifiedTime' ? 'modifiedAt' : 'createdAt'
  const compare: Readonly<Record<string, (left: number) => boolean>> = {
    '<': (left) => left < at,
    '<=': (left) => left <= at,
    '=': (left) => left === at,
    '!=': (left) => left !== at,
    '>': (left) => left > at,
    '>=': (left) => left >= at,
  }
  const how = compare[operator]
  if (how === undefined) throw invalid()
  return (file) => how(file[of])
}

function next(reader: Reader): string {
  const token = reader.tokens[reader.at++]
  if (token === undefined) throw invalid()
  return token
}

function accept(reader: Reader, token: string): boolean {
  if (reader.tokens[reader.at] !== token) return false
  reader.at += 1
  return true
}

function textOf(token: string): string {
  if (!token.startsWith("'")) throw invalid()
  return token.slice(1, -1).replaceAll(/\\(.)/g, '$1')
}
