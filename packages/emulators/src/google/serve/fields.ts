import { invalidArgument } from './errors.ts'

/** What `fields` picks: by name, all of it or some. */
export type Mask = ReadonlyMap<string, Mask | 'all'>

const invalid = (text: string): Error => invalidArgument(`Invalid field selection ${text}`)

/** Parses `id,messages(id,threadId),payload/headers`. */
export function parseFields(text: string): Mask | 'all' {
  const reader = { text, at: 0 }
  const mask = readList(reader)
  if (reader.at < text.length) throw invalid(text)
  return mask
}

interface Reader {
  readonly text: string
  at: number
}

function readList(reader: Reader): Mask | 'all' {
  const mask = new Map<string, Mask | 'all'>()
  for (;;) {
    const [name, inner] = readOne(reader)
    mask.set(name, join(mask.get(name), inner))
    if (reader.text[reader.at] !== ',') break
    reader.at += 1
  }
  return mask.has('*') ? 'all' : mask
}

const join = (known: Mask | 'all' | undefined, more: Mask | 'all'): Mask | 'all' => {
  if (known === undefined) return more
  return known === 'all' || more === 'all' ? 'all' : new Map([...known, ...more])
}

function readOne(reader: Reader): readonly [string, Mask | 'all'] {
  const name = /^[\w$*-]+/.exec(reader.text.slice(reader.at))?.[0]
  if (name === undefined) throw invalid(reader.text)
  reader.at += name.length
  const next = reader.text[reader.at]
  if (next === '/') {
    reader.at += 1
    const [inner, rest] = readOne(reader)
    return [name, inner === '*' ? 'all' : new Map([[inner, rest]])]
  }
  if (next !== '(') return [name, 'all']
  reader.at += 1
  const inner = readList(reader)
  if (reader.text[reader.at] !== ')') throw invalid(reader.text)
  reader.at += 1
  return [name, inner]
}

/** A value with nothing in it that the mask does not name: a `nextPageToken` that was not asked for is not there. */
export function picked(value: unknown, mask: Mask | 'all'): unknown {
  if (mask === 'all') return value
  if (Array.isArray(value)) return value.map((each) => picked(each, mask))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, each]) => {
      const inner = mask.get(name)
      return inner === undefined ? [] : [[name, picked(each, inner)]]
    }),
  )
}

export const wants = (mask: Mask | 'all', name: string): boolean => mask === 'all' || mask.has(name)

/** What `mask` picks and `known` does not hold; undefined where there is nothing of the kind. */
export function strangerIn(mask: Mask | 'all', known: Mask | 'all'): string | undefined {
  if (mask === 'all' || known === 'all') return undefined
  for (const [name, inner] of mask) {
    const own = known.get(name)
    const stranger = own === undefined ? name : strangerIn(inner, own)
    if (stranger !== undefined) return stranger
  }
  return undefined
}
