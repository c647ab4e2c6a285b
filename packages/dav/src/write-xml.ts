import Builder from 'fast-xml-builder'
import { NAMESPACES } from './namespaces.ts'

/** Elements by name (`namespaces.ts`): text, elements inside, several of one name, or nothing. Attributes begin with `@`. */
export type Tree = { readonly [name: string]: string | Tree | readonly (string | Tree)[] }

// biome-ignore lint/suspicious/noControlCharactersInRegex: XML 1.0 cannot hold these, escaped or not
const UNWRITABLE = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g

const builder = new Builder({ ignoreAttributes: false, attributeNamePrefix: '@', suppressEmptyNode: true, processEntities: true })

const DECLARED = Object.fromEntries(Object.entries(NAMESPACES).map(([prefix, uri]) => [`@xmlns:${prefix}`, uri]))

const clean = (value: Tree[string]): Tree[string] => {
  if (typeof value === 'string') return value.replace(UNWRITABLE, '')
  if (Array.isArray(value)) return value.map((one) => (typeof one === 'string' ? one.replace(UNWRITABLE, '') : cleanTree(one)))
  return cleanTree(value as Tree)
}

const cleanTree = (tree: Tree): Tree => Object.fromEntries(Object.entries(tree).map(([name, value]) => [name, clean(value)]))

/** A request's body. */
export const writeXml = (root: string, tree: Tree): string =>
  `<?xml version="1.0" encoding="utf-8"?>${builder.build({ [root]: { ...DECLARED, ...cleanTree(tree) } })}`

/** Properties to ask for. */
export const ask = (...names: readonly string[]): Tree => ({ 'D:prop': Object.fromEntries(names.map((name) => [name, ''])) })
