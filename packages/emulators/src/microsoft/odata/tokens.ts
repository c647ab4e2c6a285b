import { badRequest } from '../serve/errors.ts'

export interface Token {
  readonly kind: 'word' | 'string' | 'number' | 'date' | 'mark'
  readonly text: string
  readonly at: number
}

const SHAPES: readonly (readonly [Token['kind'] | 'blank', RegExp])[] = [
  ['blank', /\s+/y],
  ['string', /'(?:[^']|'')*'/y],
  ['date', /\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)?)?/y],
  ['number', /-?\d+(?:\.\d+)?/y],
  ['word', /[A-Za-z_@][\w./@-]*/y],
  ['mark', /[(),:]/y],
]

/** Cuts an OData expression into words, literals and marks. */
export function tokenize(text: string): readonly Token[] {
  const tokens: Token[] = []
  let at = 0
  while (at < text.length) {
    const start = at
    for (const [kind, shape] of SHAPES) {
      shape.lastIndex = start
      const found = shape.exec(text)?.[0]
      if (found === undefined) continue
      at += found.length
      if (kind !== 'blank') tokens.push({ kind, text: kind === 'string' ? found.slice(1, -1).replaceAll("''", "'") : found, at: start })
      break
    }
    if (at === start)
      throw badRequest(`Invalid filter clause: Syntax error: character '${text[at]}' is not valid at position ${at} in '${text}'.`)
  }
  return tokens
}
