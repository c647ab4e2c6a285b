import { Fault } from '@offramp/core'
import sax, { type QualifiedTag, type Tag } from 'sax'
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

/** `strictEntities`: the five of XML and numbers, and none of HTML's. */
const OPTIONS = { xmlns: true, strictEntities: true, position: false }

/** Called with each element directly below the root, which is then forgotten. */
type Take = (element: Element, root: string) => void

interface Reader {
  write(text: string): void
  end(): void
}

/** Document types are refused, and with them every entity beyond the five that XML itself has. */
function makeReader(take: Take): Reader {
  const open: Open[] = []
  let roots = 0
  const reading = sax.parser(true, OPTIONS)
  reading.onerror = (error) => {
    throw bad(error.message.split('\n')[0] ?? '')
  }
  reading.ondoctype = () => {
    throw bad('it declares a document type, which no DAV server needs')
  }
  reading.onopentag = (tag: Tag | QualifiedTag) => {
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
  reading.ontext = append
  reading.oncdata = append
  reading.onclosetag = () => {
    const closed = open.pop()
    if (closed === undefined) return
    if (open.length === 1) take(closed, open[0]?.name ?? '')
    else open.at(-1)?.children.push(closed)
  }
  return {
    write: (text) => void reading.write(text),
    end() {
      reading.close()
      if (roots !== 1 || open.length > 0) throw bad('it ends too early')
    },
  }
}

/** Reads XML as it comes in, so that a listing of any length needs little memory. */
export async function readXml(chunks: AsyncIterable<Uint8Array>, take: Take): Promise<void> {
  const reader = makeReader(take)
  const decoder = new TextDecoder('utf-8')
  for await (const chunk of chunks) reader.write(decoder.decode(chunk, { stream: true }))
  reader.write(decoder.decode())
  reader.end()
}

/** What stands directly below the root. */
export function parseXml(text: string): readonly Element[] {
  const elements: Element[] = []
  const reader = makeReader((element) => elements.push(element))
  reader.write(text)
  reader.end()
  return elements
}

export const child = (element: Element | undefined, name: string): Element | undefined => element?.children.find((one) => one.name === name)

export const children = (element: Element | undefined, name: string): readonly Element[] =>
  element?.children.filter((one) => one.name === name) ?? []

/** Every element of a name, however deep. */
export function* descend(element: Element, name: string): Generator<Element> {
  for (const one of element.children) {
    if (one.name === name) yield one
    yield* descend(one, name)
  }
}
