import type { Call } from '../serve/answer.ts'
import { OcsError } from './reply.ts'

/** What a call says, in its address, its form or its JSON. */
export interface Parameters {
  text(name: string): string | undefined
  /** A list: `groups[]=a`, or an array. */
  texts(name: string): readonly string[]
  number(name: string): number | undefined
  flag(name: string): boolean | undefined
}

const isMap = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null

function given({ query, body, headers }: Call): ReadonlyMap<string, unknown> {
  const all = new Map<string, unknown>()
  const add = (key: string, value: unknown): void => {
    const list = /^(.*)\[\d*\]$/.exec(key)?.[1]
    if (list === undefined) all.set(key, value)
    else all.set(list, [...(Array.isArray(all.get(list)) ? [all.get(list)].flat() : []), value])
  }
  for (const [key, value] of query) add(key, value)
  if (body.length === 0) return all
  if (/json/.test(headers['content-type'] ?? '')) {
    let parsed: unknown
    try {
      parsed = JSON.parse(body.toString())
    } catch {
      throw new OcsError(400, 'The body is not JSON')
    }
    if (isMap(parsed)) for (const [key, value] of Object.entries(parsed)) all.set(key, value)
  } else for (const [key, value] of new URLSearchParams(body.toString())) add(key, value)
  return all
}

export function parametersOf(call: Call): Parameters {
  const all = given(call)
  const text = (name: string): string | undefined => {
    const value = all.get(name)
    return value === undefined || value === null || typeof value === 'object' ? undefined : String(value)
  }
  return {
    text,
    texts: (name) => {
      const value = all.get(name)
      return Array.isArray(value) ? value.map(String) : []
    },
    number: (name) => {
      const value = text(name)
      return value === undefined || value.trim() === '' || !Number.isFinite(Number(value)) ? undefined : Number(value)
    },
    flag: (name) => {
      const value = text(name)?.toLowerCase()
      return value === undefined ? undefined : value === 'true' || value === '1'
    },
  }
}
