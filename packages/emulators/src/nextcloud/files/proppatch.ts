import type { Reply } from '../../serve/reply.ts'
import { type Asked, bodyXml } from '../dav/asked.ts'
import { isProtected } from '../dav/change-properties.ts'
import { multistatus, propertyResponse } from '../dav/multistatus.ts'
import { DavError, notFound } from '../serve/errors.ts'
import { d, nc, oc } from '../xml/names.ts'
import { childrenOf, type XmlElement } from '../xml/read.ts'
import { element, escapeXml, writeXml } from '../xml/write.ts'
import { setAcl } from './acl.ts'
import { areaOf, hrefIn, refuseLocked, secondsNow, seenAt } from './asked.ts'
import { ACL_LIST, FAVORITE } from './properties.ts'
import { UPDATE } from './share.ts'
import { secondsIn } from './times.ts'
import { touch } from './tree.ts'
import type { Seen } from './view.ts'

interface Change {
  readonly name: string
  /** Undefined: taken away. */
  readonly value: XmlElement | undefined
}

/** The server's own, beside sabre's. */
const OWN = new Set([
  ...['getlastmodified', 'quota-used-bytes', 'quota-available-bytes', 'displayname'].map(d),
  ...['upload_time', 'mount-type', 'group-folder-id', 'acl-enabled', 'acl-can-manage'].map(nc),
  ...['fileid', 'id', 'permissions', 'size', 'checksums', 'owner-id', 'owner-display-name', 'share-types'].map(oc),
])

const isRefused = (name: string): boolean => OWN.has(name) || (isProtected(name) && name !== d('creationdate'))

/** PROPPATCH of a file or folder: all of it or nothing. */
export function changeFile(asked: Asked): Reply {
  const area = areaOf(asked)
  const seen = seenAt(asked, asked.segments.slice(2), area.kind)
  if (!seen) throw notFound(asked.segments.slice(2).join('/'))
  const changes = changesIn(bodyXml(asked))
  const refused = changes.filter(({ name }) => isRefused(name))
  const href = hrefIn(area, seen)
  if (refused.length > 0) {
    const others = changes.filter(({ name }) => !isRefused(name))
    const groups = new Map<number, readonly string[]>([[403, refused.map(({ name }) => element(name))]])
    if (others.length > 0)
      groups.set(
        424,
        others.map(({ name }) => element(name)),
      )
    return multistatus([propertyResponse(href, groups)])
  }
  for (const change of changes) apply(asked, seen, change)
  return multistatus([propertyResponse(href, new Map([[200, changes.map(({ name }) => element(name))]]))])
}

function changesIn(xml: XmlElement | undefined): readonly Change[] {
  if (!xml) throw new DavError(400, 'The request body is empty')
  return xml.children.flatMap((part) => {
    const properties = childrenOf(part, d('prop')).flatMap(({ children }) => children)
    return properties.map((property): Change => ({ name: property.name, value: part.name === d('set') ? property : undefined }))
  })
}

function apply(asked: Asked, seen: Seen, { name, value }: Change): void {
  const { node } = seen
  switch (name) {
    case d('lastmodified'):
      mayUpdate(seen)
      touch(node, secondsIn(value?.text ?? ''), secondsNow(asked))
      return
    case d('creationdate'):
    case nc('creation_time'):
      mayUpdate(seen)
      node.created = name === d('creationdate') ? Math.floor(Date.parse(value?.text ?? '') / 1000) : Number.parseInt(value?.text ?? '', 10)
      return
    case FAVORITE:
      node.favouriteOf ??= new Set()
      if (value && ['1', 'true'].includes(value.text.trim())) node.favouriteOf.add(asked.viewer.id)
      else node.favouriteOf.delete(asked.viewer.id)
      return
    case ACL_LIST:
      setAcl(asked, seen, value)
      return
    default:
      node.properties ??= new Map()
      if (value) node.properties.set(name, value.children.length === 0 ? escapeXml(value.text) : value.children.map(writeXml).join(''))
      else node.properties.delete(name)
  }
}

function mayUpdate({ node, permissions }: Seen): void {
  if ((permissions & UPDATE) === 0) throw new DavError(403, 'Permission denied to change the time')
  refuseLocked(node.locked ? node : undefined)
}
