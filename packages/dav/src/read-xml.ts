import { Fault } from '@offramp/core'
import { parser, type QualifiedTag, type Tag } from 'sax'
import { XML_DEPTH } from './limits.ts'
import { nameOf } from './namespaces.ts'

/** An element with its names made uniform (`namespaces.ts`), its own text, and what stands in it. */
export interface Element {
  readonly name: string
  readonly text: string
  readonly attributes: Readonly<Record<string, string>>
  readonly children: readonly Element[]
}

interface Open {
  name: string
  text: string
  attributes: Record<string, string>
  children: Element[]
}

const bad = (why: string): Fault =>
  new Fault({ reach: 'call', code: 'dav-bad-xml', message: `The server's answer is no XML that DAV could mean: ${why}.` })

/**
 * Reads XML as it comes in. `take` is called for each element directly below the root, which is then forgotten, so that a listing of any
 * length needs little memory. Document types are refused, and with them every entity beyond the five that XML itself has.
 */
export async function readXml(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  take: (element: Element, root: string) => void,
): Promise<void> {
  const open: Open[] = []
  let roots = 0
  const sax = parser(true, { xmlns: true, strictEntities: true, position: false })
  sax.onerror = (error) => {
    throw bad(error.message.split('\n')[0] ?? '')
  }
  sax.ondoctype = () => {
    throw bad('it declares a document type, which no DAV server needs')
  }
  sax.onopentag = (tag: Tag | QualifiedTag) => {
    if (open.length >= XML_DEPTH) throw bad('it is nested too deeply')
    if (open.length === 0) roots++
    if (!('uri' in tag)) throw bad('it has no namespaces')
    const attributes = Object.fromEntries(Object.values(tag.attributes).map(({ local, value }) => [local, value]))
    open.push({ name: nameOf(tag.uri, tag.local), text: '', attributes, children: [] })
  }
  const append = (text: string): void => {
    const top = open.at(-1)
    if (top) top.text += text
  }
  sax.ontext = append
  sax.oncdata = append
  sax.onclosetag = () => {
    const closed = open.pop()
    if (closed === undefined) return
    if (open.length === 1) take(closed, open[0]?.name ?? '')
    else open.at(-1)?.children.push(closed)
  }
  const decoder = new TextDecoder('utf-8')
  for await (const chunk of chunks) sax.write(decoder.decode(chunk, { stream: true }))
  sax.write(decoder.decode())
  sax.close()
  if (roots !== 1 || open.length > 0) throw bad('it ends too early')
}

export const child = (element: Element | undefined, name: string): Element | undefined =>
  element?.children.find((one) => one.name === name)

export const children = (element: Element | undefined, name: string): readonly Element[] =>
  element?.children.filter((one) => one.name === name) ?? []

/** Every element of a name, however deep. */
export function* descend(element: Element, name: string): Generator<Element> {
  for (const one of element.children) {
    if (one.name === name) yield one
    yield* descend(one, name)
  }
}
