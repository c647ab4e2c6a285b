import Builder from 'fast-xml-builder'
import { NAMESPACES } from './namespaces.ts'

/** Elements by name (`namespaces.ts`): text, elements inside, several of one name, or nothing. Attributes begin with `@`. */
export type Tree = { readonly [name: string]: string | Tree | readonly (string | Tree)[] }

/** XML 1.0 cannot hold control characters, escaped or not, nor half of a surrogate pair. */
const writable = (text: string): string =>
  text.toWellFormed().replace(/\p{Cc}|[\ufffe\uffff]/gu, (letter) => (/[\t\n\r]/.test(letter) ? letter : ''))

const builder = new Builder({ ignoreAttributes: false, attributeNamePrefix: '@', suppressEmptyNode: true, processEntities: true })

const DECLARED = Object.fromEntries(Object.entries(NAMESPACES).map(([prefix, uri]) => [`@xmlns:${prefix}`, uri]))

const clean = (value: Tree[string]): Tree[string] => {
  if (typeof value === 'string') return writable(value)
  if (Array.isArray(value)) return value.map((one) => (typeof one === 'string' ? writable(one) : cleanTree(one)))
  return cleanTree(value as Tree)
}

const cleanTree = (tree: Tree): Tree => Object.fromEntries(Object.entries(tree).map(([name, value]) => [name, clean(value)]))

/** A request's body. */
export const writeXml = (root: string, tree: Tree): string =>
  `<?xml version="1.0" encoding="utf-8"?>${builder.build({ [root]: { ...DECLARED, ...cleanTree(tree) } })}`

/** Properties to ask for. */
export const ask = (...names: readonly string[]): Tree => ({ 'D:prop': Object.fromEntries(names.map((name) => [name, ''])) })
