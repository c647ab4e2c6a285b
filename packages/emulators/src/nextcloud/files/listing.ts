import type { Reply } from '../../serve/reply.ts'
import { type Asked, bodyXml, isMinimal } from '../dav/asked.ts'
import { propertyResponse } from '../dav/multistatus.ts'
import { ALL_PROPERTIES } from '../dav/properties.ts'
import { XML_TYPE } from '../serve/errors.ts'
import { d } from '../xml/names.ts'
import { childOf } from '../xml/read.ts'
import { documentOf, element } from '../xml/write.ts'

/** Properties by name: a map, or something that looks them up. */
export interface Told {
  get(name: string): (() => string | undefined) | undefined
  keys(): Iterable<string>
}

/** One line of a listing. */
export interface Shown {
  readonly href: string
  readonly properties: Told
}

export const FILES_DAV_HEADER =
  '1, 3, extended-mkcol, access-control, calendarserver-principal-property-search, nextcloud-checksum-update, nc-calendar-search, nc-enable-birthday-calendar'

/** How many lines become one piece of an answer: one text would be too long for 200,000 of them. */
const LINES = 500

/** Answers PROPFIND about any number of things. */
export function answerNodes(asked: Asked, shown: Iterable<Shown>): Reply {
  const xml = bodyXml(asked)
  const isNames = childOf(xml, d('propname')) !== undefined
  const wanted = childOf(xml, d('prop'))?.children.map(({ name }) => name)
  const minimal = isMinimal(asked)
  const [head = '', tail = ''] = documentOf('multistatus', '\u0000').split('\u0000')
  const body: Buffer[] = []
  let text = head
  let count = 0
  for (const { href, properties } of shown) {
    text += isNames
      ? propertyResponse(href, new Map([[200, [...properties.keys()].map((name) => element(name))]]))
      : oneOf({ href, properties }, wanted, minimal)
    count += 1
    if (count % LINES === 0) {
      body.push(Buffer.from(text))
      text = ''
    }
  }
  body.push(Buffer.from(text + tail))
  return { status: 207, headers: { dav: FILES_DAV_HEADER, vary: 'Brief,Prefer' }, body, type: XML_TYPE }
}

function oneOf({ href, properties }: Shown, wanted: readonly string[] | undefined, minimal: boolean): string {
  const found: string[] = []
  const missing: string[] = []
  for (const name of wanted ?? ALL_PROPERTIES) {
    const value = properties.get(name)?.()
    if (value !== undefined) found.push(element(name, value))
    else if (wanted) missing.push(element(name))
  }
  const groups = new Map<number, readonly string[]>()
  if (found.length > 0) groups.set(200, found)
  if (missing.length > 0 && !minimal) groups.set(404, missing)
  return propertyResponse(href, groups)
}
