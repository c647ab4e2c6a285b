import { PREFIXES, splitClark } from './names.ts'
import type { XmlElement } from './read.ts'

const BY_NAMESPACE = new Map(PREFIXES.map(([prefix, namespace]) => [namespace, prefix]))
const DECLARED = PREFIXES.map(([prefix, namespace]) => ` xmlns:${prefix}="${namespace}"`).join('')

const SPECIAL: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', '\r': '&#13;' }

/** Escapes text; characters that XML has no way to say are left out, as libxml does. */
export const escapeXml = (text: string): string =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: exactly those that XML 1.0 forbids.
  text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '').replace(/[&<>"\r]/g, (each) => SPECIAL[each] ?? each)

/** An element by its Clark name. `inner` is XML already. */
export function element(name: string, inner = '', attributes: Readonly<Record<string, string>> = {}): string {
  const [namespace, local] = splitClark(name)
  const prefix = BY_NAMESPACE.get(namespace)
  const tag = namespace === '' ? local : `${prefix ?? 'x1'}:${local}`
  const declared = prefix === undefined ? ` ${namespace === '' ? 'xmlns' : 'xmlns:x1'}="${escapeXml(namespace)}"` : ''
  const own = Object.entries(attributes).map(([key, value]) => ` ${key}="${escapeXml(value)}"`)
  const start = `${tag}${declared}${own.join('')}`
  return inner === '' ? `<${start}/>` : `<${start}>${inner}</${tag}>`
}

/** An element with text. */
export const textElement = (name: string, text: string): string => element(name, escapeXml(text))

/** What a client sent, written again: prefixes are not the client's. */
export function writeXml({ name, attributes, children, text }: XmlElement): string {
  return element(name, children.length === 0 ? escapeXml(text) : children.map(writeXml).join(''), attributes)
}

/** A whole document, its root declaring the usual prefixes. */
export function documentOf(rootLocalName: string, inner: string): string {
  return `<?xml version="1.0"?>\n<d:${rootLocalName}${DECLARED}>${inner}</d:${rootLocalName}>\n`
}
