import type { Reply } from '../../serve/reply.ts'
import { forbidden, notFound } from '../serve/errors.ts'
import { element } from '../xml/write.ts'
import { type Asked, bodyXml } from './asked.ts'
import { changesIn, isProtected, type PropertyChange } from './change-properties.ts'
import { multistatus, propertyResponse } from './multistatus.ts'
import { placeAt } from './place.ts'

/** PROPPATCH: all of it or nothing. */
export function proppatch(asked: Asked): Reply {
  const place = placeAt(asked.state, asked.viewer, asked.segments)
  if (!place) throw notFound(asked.segments.at(-1) ?? '')
  const changes = changesIn(bodyXml(asked))
  const names = changes.map(({ name }) => element(name))
  const refused = changes.filter(({ name }) => isProtected(name)).map(({ name }) => name)
  if (refused.length > 0) {
    const others = changes.filter(({ name }) => !isProtected(name)).map(({ name }) => element(name))
    const groups = new Map<number, readonly string[]>([[403, refused.map((name) => element(name))]])
    if (others.length > 0) groups.set(424, others)
    return multistatus([propertyResponse(place.href, groups)])
  }
  if (place.kind === 'collection') {
    if (place.shown.collection.birthdays) throw forbidden('Permission denied')
    if (place.shown.collection.owner !== asked.viewer.id)
      asked.state.violations.note(`changed properties of ${place.shown.collection.uri} of ${place.shown.collection.owner}`)
    apply(place.shown.collection.properties, changes)
    place.shown.collection.shelf.touch()
  } else throw forbidden('Permission denied')
  return multistatus([propertyResponse(place.href, new Map([[200, names]]))])
}

function apply(properties: Map<string, string>, changes: readonly PropertyChange[]): void {
  for (const { name, value } of changes) {
    if (value === undefined) properties.delete(name)
    else properties.set(name, value)
  }
}
