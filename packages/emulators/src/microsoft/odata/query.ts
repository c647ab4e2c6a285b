import { badRequest } from '../serve/errors.ts'
import { type Filter, parseFilter } from './filter.ts'

interface OrderBy {
  readonly path: string
  readonly descending: boolean
}

/** A request's system query options, parsed. */
export interface Query {
  readonly select: readonly string[] | undefined
  readonly expand: readonly Expand[]
  readonly filter: Filter | undefined
  readonly orderby: readonly OrderBy[]
  readonly top: number | undefined
  readonly skip: number | undefined
  readonly count: boolean
  readonly search: string | undefined
  readonly skiptoken: string | undefined
  readonly deltatoken: string | undefined
  /** Options without `$`: includeHiddenFolders, changeType ... */
  readonly custom: ReadonlyMap<string, string>
  /** As it came, for links. */
  readonly raw: string
}

export interface Expand {
  readonly path: string
  readonly filter: Filter | undefined
  readonly select: readonly string[] | undefined
  /** What is to be expanded within it. */
  readonly expand?: readonly Expand[]
}

const SYSTEM = new Set(['select', 'expand', 'filter', 'orderby', 'top', 'skip', 'count', 'search', 'skiptoken', 'deltatoken', 'format'])

const decode = (text: string): string => {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    throw badRequest('The query of the request is not well-formed.')
  }
}

/** Splits at `mark`, but not within parentheses or quotes. */
function splitOutside(text: string, mark: string): readonly string[] {
  const pieces: string[] = []
  let depth = 0
  let quoted = false
  let from = 0
  for (let at = 0; at < text.length; at++) {
    const char = text[at]
    if (char === "'") quoted = !quoted
    else if (quoted) continue
    else if (char === '(') depth += 1
    else if (char === ')') depth -= 1
    else if (char === mark && depth === 0) {
      pieces.push(text.slice(from, at))
      from = at + 1
    }
  }
  pieces.push(text.slice(from))
  return pieces.map((piece) => piece.trim()).filter((piece) => piece !== '')
}

function parseExpand(text: string): readonly Expand[] {
  return splitOutside(text, ',').map((piece) => {
    const nested = /^([^(]+)\((.*)\)$/s.exec(piece)
    if (!nested) return { path: piece, filter: undefined, select: undefined }
    const options = new Map(
      splitOutside(nested[2] ?? '', ';').map((option) => {
        const equals = option.indexOf('=')
        return [option.slice(0, equals).replace(/^\$/, '').trim().toLowerCase(), option.slice(equals + 1)] as const
      }),
    )
    const [filter, within] = [options.get('filter'), options.get('expand')]
    return {
      path: (nested[1] ?? '').trim(),
      filter: filter === undefined ? undefined : parseFilter(filter),
      select: options
        .get('select')
        ?.split(',')
        .map((each) => each.trim()),
      ...(within !== undefined && { expand: parseExpand(within) }),
    }
  })
}

function number(name: string, value: string | undefined): number | undefined {
  if (value === undefined) return undefined
  if (!/^-?\d+$/.test(value))
    throw badRequest(
      `Invalid value '${value}' for $${name} query option found. The $${name} query option requires a non-negative integer value.`,
    )
  if (Number(value) < 0)
    throw badRequest(
      `Invalid value '${value}' for $${name} query option found. The $${name} query option requires a non-negative integer value.`,
    )
  return Number(value)
}

const parseOrder = (text: string): readonly OrderBy[] =>
  text.split(',').map((piece) => {
    const [path = '', direction = 'asc'] = piece.trim().split(/\s+/)
    if (direction !== 'asc' && direction !== 'desc') throw badRequest(`Syntax error in '${text}'.`)
    return { path, descending: direction === 'desc' }
  })

/** Parses the part of a URL behind `?`. The `$` of system options may be left away, as in v1.0. */
export function parseQuery(raw: string): Query {
  const system = new Map<string, string>()
  const custom = new Map<string, string>()
  for (const pair of raw.split('&')) {
    if (pair === '') continue
    const equals = pair.indexOf('=')
    const name = decode(equals < 0 ? pair : pair.slice(0, equals))
    const value = equals < 0 ? '' : decode(pair.slice(equals + 1))
    const bare = name.replace(/^\$/, '').toLowerCase()
    if (SYSTEM.has(bare)) {
      if (system.has(bare)) throw badRequest(`Query option '$${bare}' was specified more than once, but it must be specified at most once.`)
      system.set(bare, value)
    } else if (name.startsWith('$')) throw badRequest(`The query parameter '${name}' is not supported.`)
    else custom.set(name, value)
  }
  const select = system.get('select')
  const filter = system.get('filter')
  const orderby = system.get('orderby')
  return {
    select:
      select === undefined
        ? undefined
        : select
            .split(',')
            .map((each) => each.trim())
            .filter((each) => each !== ''),
    expand: parseExpand(system.get('expand') ?? ''),
    filter: filter === undefined ? undefined : parseFilter(filter),
    orderby: orderby === undefined ? [] : parseOrder(orderby),
    top: number('top', system.get('top')),
    skip: number('skip', system.get('skip')),
    count: system.get('count') === 'true',
    search: system.get('search'),
    skiptoken: system.get('skiptoken'),
    deltatoken: system.get('deltatoken'),
    custom,
    raw,
  }
}
