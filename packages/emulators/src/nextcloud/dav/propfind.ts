import type { Reply } from '../../serve/reply.ts'
import { notFound } from '../serve/errors.ts'
import { d } from '../xml/names.ts'
import { childOf } from '../xml/read.ts'
import { element } from '../xml/write.ts'
import { type Asked, bodyXml, depthOf, isMinimal } from './asked.ts'
import { multistatus, type PropertyGroups, propertyResponse } from './multistatus.ts'
import { membersOf, type Place, placeAt } from './place.ts'
import { ALL_PROPERTIES, propertiesOf } from './properties.ts'
import type { Looking } from './property-xml.ts'

/** Names of properties; undefined: all that are given out unasked. */
export type Wanted = readonly string[] | undefined

export interface Manner {
  readonly minimal: boolean
  /** Properties that only a report can give, by name. */
  readonly extra?: (place: Place, name: string) => string | undefined
}

export function propfind(asked: Asked): Reply {
  const place = placeAt(asked.state, asked.viewer, asked.segments)
  if (!place) throw notFound(asked.segments.at(-1) ?? '')
  const xml = bodyXml(asked)
  const names = childOf(xml, d('propname')) !== undefined
  const wanted = childOf(xml, d('prop'))?.children.map(({ name }) => name)
  const places = depthOf(asked, 1) === 0 ? [place] : [place, ...membersOf(asked.state, asked.viewer, place)]
  const manner: Manner = { minimal: isMinimal(asked) }
  const answer = names ? namesOnly(asked) : (each: Place) => propertyResponse(each.href, groupsOf(each, asked, { wanted, manner }))
  return multistatus(places.map(answer))
}

const namesOnly =
  (looking: Looking) =>
  (place: Place): string =>
    propertyResponse(place.href, new Map([[200, [...propertiesOf(place, looking).keys()].map((name) => element(name))]]))

/** The wanted properties of a place: those that are there, and those that are not. */
export function groupsOf(
  place: Place,
  looking: Looking,
  { wanted, manner }: { readonly wanted: Wanted; readonly manner: Manner },
): PropertyGroups {
  const known = propertiesOf(place, looking)
  const found: string[] = []
  const missing: string[] = []
  for (const name of wanted ?? ALL_PROPERTIES) {
    const value = manner.extra?.(place, name) ?? known.get(name)?.()
    if (value !== undefined) found.push(element(name, value))
    else if (wanted) missing.push(element(name))
  }
  const groups = new Map<number, readonly string[]>()
  if (found.length > 0) groups.set(200, found)
  if (missing.length > 0 && !manner.minimal) groups.set(404, missing)
  return groups
}
