import { badRequest } from './errors.ts'

const decode = (text: string): string => {
  try {
    return decodeURIComponent(text)
  } catch {
    throw badRequest('The URL of the request is not well-formed.')
  }
}

/** Cuts a path into parts. `users('a b')` is `users`, `a b`; `delta()` and `microsoft.graph.delta()` are `delta`. */
export function pathParts(path: string): readonly string[] {
  const parts: string[] = []
  for (const raw of path.split('/')) {
    if (raw === '') continue
    const part = decode(raw)
    const keyed = /^(\w+)\('(.*)'\)$/s.exec(part)
    if (keyed && !part.startsWith('get')) parts.push(keyed[1] ?? '', (keyed[2] ?? '').replaceAll("''", "'"))
    else parts.push(part.replace(/^microsoft\.graph\.(\w+)/, '$1').replace(/^(\w+)\(\)$/, '$1'))
  }
  return parts
}
