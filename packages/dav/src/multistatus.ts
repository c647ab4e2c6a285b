import { Fault } from '@offramp/core'
import { child, children, type Element, readXml } from './read-xml.ts'

/** One line of a multistatus: what a server says of one address. */
export interface DavResponse {
  /** As the server wrote it. */
  readonly href: string
  /** Of the whole, where it has one (404: there is nothing). */
  readonly status: number | undefined
  /** Properties that it has, by name. */
  readonly props: ReadonlyMap<string, Element>
}

const statusOf = (element: Element | undefined): number | undefined => {
  const code = /^HTTP\/\S+ (\d{3})/.exec(element?.text.trim() ?? '')?.[1]
  return code === undefined ? undefined : Number(code)
}

function responseOf(element: Element): DavResponse {
  const href = child(element, 'D:href')?.text.trim()
  if (href === undefined || href === '') throw bad('a response has no address')
  const props = new Map<string, Element>()
  for (const propstat of children(element, 'D:propstat')) {
    const status = statusOf(child(propstat, 'D:status'))
    if (status === undefined) throw bad('a property has no status')
    if (status < 200 || status > 299) continue
    for (const prop of child(propstat, 'D:prop')?.children ?? []) props.set(prop.name, prop)
  }
  return { href, status: statusOf(child(element, 'D:status')), props }
}

const bad = (why: string): Fault =>
  new Fault({ reach: 'call', code: 'dav-bad-multistatus', message: `The server's answer is no multistatus: ${why}.` })

/** Reads a multistatus as it comes in. A listing that breaks off is a fault, and never a short listing. */
export async function readMultistatus(body: AsyncIterable<Uint8Array>, take: (response: DavResponse) => void): Promise<void> {
  await readXml(body, (element, root) => {
    if (root !== 'D:multistatus') throw bad(`it is called ${root.slice(0, 60)}`)
    if (element.name === 'D:response') take(responseOf(element))
  })
}

export const textOf = (response: DavResponse, name: string): string | undefined => response.props.get(name)?.text.trim()

/** The first address inside a property. */
export const hrefIn = (response: DavResponse, name: string): string | undefined => {
  const text = child(response.props.get(name), 'D:href')?.text.trim()
  return text === '' ? undefined : text
}

export const hrefsIn = (response: DavResponse, name: string): readonly string[] =>
  children(response.props.get(name), 'D:href')
    .map(({ text }) => text.trim())
    .filter((text) => text !== '')
