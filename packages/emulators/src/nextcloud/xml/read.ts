import { SaxesParser } from 'saxes'
import { clark } from './names.ts'

/** An element that a client sent. */
export interface XmlElement {
  /** In Clark notation: `{DAV:}propfind`. */
  readonly name: string
  readonly attributes: Readonly<Record<string, string>>
  readonly children: readonly XmlElement[]
  /** Text of its own, without that of its children. */
  readonly text: string
}

interface Open {
  readonly name: string
  readonly attributes: Record<string, string>
  readonly children: XmlElement[]
  text: string
}

const DEEPEST = 100

/** Reads a document. Throws where it is not well formed, has undeclared prefixes, a document type, or is nested absurdly. */
export function readXml(text: string): XmlElement {
  const parser = new SaxesParser({ xmlns: true })
  const open: Open[] = []
  let root: XmlElement | undefined
  parser.on('error', (error) => {
    throw error
  })
  parser.on('doctype', () => {
    throw new Error('a document type is not taken')
  })
  parser.on('opentag', ({ uri, local, attributes }) => {
    if (open.length > DEEPEST) throw new Error('nested too deeply')
    const own = Object.values(attributes).flatMap((each) => (each.prefix === 'xmlns' ? [] : [[each.local, each.value] as const]))
    open.push({ name: clark(uri, local), attributes: Object.fromEntries(own), children: [], text: '' })
  })
  const addText = (piece: string): void => {
    const last = open.at(-1)
    if (last) last.text += piece
  }
  parser.on('text', addText)
  parser.on('cdata', addText)
  parser.on('closetag', () => {
    const closed = open.pop()
    if (!closed) return
    const parent = open.at(-1)
    if (parent) parent.children.push(closed)
    else root = closed
  })
  parser.write(text).close()
  if (!root) throw new Error('there is no element')
  return root
}

/** The first child of that name. */
export const childOf = (element: XmlElement | undefined, name: string): XmlElement | undefined =>
  element?.children.find((each) => each.name === name)

export const childrenOf = (element: XmlElement | undefined, name: string): readonly XmlElement[] =>
  element?.children.filter((each) => each.name === name) ?? []
