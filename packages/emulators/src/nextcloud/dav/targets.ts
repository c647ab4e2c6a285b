import { DavError, notFound } from '../serve/errors.ts'
import { type Asked, header } from './asked.ts'
import type { Place } from './place.ts'
import { asCollection, placeAt } from './place.ts'
import type { Shown } from './shown.ts'

export type CollectionPlace = Extract<Place, { readonly kind: 'collection' }>

/** Where a new thing is to stand: what its parent is, and its name. */
export function targetOf(asked: Asked): { readonly parent: Place; readonly name: string } {
  const name = asked.segments.at(-1)
  const parent = placeAt(asked.state, asked.viewer, asked.segments.slice(0, -1))
  if (!parent || name === undefined) throw notFound(asked.segments.at(-2) ?? '')
  return { parent: asCollection(parent), name }
}

/** Refuses whoever may not write there. */
export function mustWrite({ access, collection }: Shown): void {
  if (access !== 'read' && !collection.birthdays) return
  throw new DavError(403, {
    message: 'User did not have the required privileges ({DAV:}write-content) for path',
    exception: 'Sabre\\DAVACL\\Exception\\NeedPrivileges',
    condition: '<d:need-privileges/>\n',
  })
}

const unquoted = (list: string): readonly string[] => list.split(',').map((each) => each.trim().replaceAll('\\"', '"'))

/** `If-Match` and `If-None-Match`, looked at before anything else is. Gives true where a GET may say that nothing has changed. */
export function checkConditions(asked: Asked, etag: string | undefined): boolean {
  const [match, none] = [header(asked, 'if-match'), header(asked, 'if-none-match')]
  // The ETag is told to whoever has named another, and to nobody else (seen on Nextcloud 32.0.1).
  const failed = (name: 'If-Match' | 'If-None-Match', message: string): DavError => {
    const told = name === 'If-Match' && etag !== undefined ? { headers: { etag } } : {}
    return new DavError(412, { message, condition: `<s:header>${name}</s:header>\n`, ...told })
  }
  if (match !== undefined) {
    if (etag === undefined) throw failed('If-Match', 'An If-Match header was specified and the resource did not exist')
    if (match !== '*' && !unquoted(match).includes(etag))
      throw failed('If-Match', 'An If-Match header was specified, but none of the specified ETags matched.')
  }
  if (none === undefined || etag === undefined) return false
  if (none !== '*' && !unquoted(none).includes(etag)) return false
  if (asked.method === 'GET' || asked.method === 'HEAD') return true
  throw failed('If-None-Match', 'An If-None-Match header was specified, but the ETag matched (or * was specified).')
}

/** Notes what a migration must not do: write into what is another's, or over what a person has put there. */
export function watchWrite(asked: Asked, shown: Shown, name: string): void {
  const { violations } = asked.state
  if (shown.collection.owner !== asked.viewer.id)
    violations.note(`wrote into ${shown.collection.uri} of ${shown.collection.owner} as ${asked.viewer.id}`)
  const before = shown.collection.shelf.get(name)
  if (before?.writer.by === 'person')
    violations.note(`${asked.method} over what a person had written: ${shown.collection.owner}/${shown.collection.uri}/${name}`)
}
