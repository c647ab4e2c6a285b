import type { CloudState } from '../serve/state.ts'
import { clark, d, oc, SERVER } from '../xml/names.ts'
import { element, textElement } from '../xml/write.ts'
import type { DavCollection } from './collection.ts'
import type { Place } from './place.ts'
import { hrefXml, type Looking, type Properties } from './property-xml.ts'
import { syncToken } from './sync-token.ts'

/** What calendars and address books have in common, and whatever clients have set on them. */
export function collectionProperties(place: Extract<Place, { readonly kind: 'collection' }>, { state }: Looking): Properties {
  const { collection, access } = place.shown
  const set = [...collection.properties].map(([name, value]): [string, () => string | undefined] => [name, () => value])
  const token = syncToken(collection.shelf.token)
  return new Map<string, () => string | undefined>([
    ...set,
    [d('sync-token'), () => token],
    [clark(SERVER, 'getctag'), () => token],
    [oc('invite'), () => (access === 'own' ? invited(collection, state) : undefined)],
    [oc('read-only'), () => (access === 'own' ? undefined : access === 'read' ? '1' : '0')],
  ])
}

const idIn = (principal: string): string => principal.slice(principal.lastIndexOf('/') + 1)

function invited({ shares }: DavCollection, state: CloudState): string {
  return [...shares]
    .map(([principal, access]) =>
      element(
        oc('user'),
        hrefXml(`principal:${principal}`) +
          textElement(oc('common-name'), state.users.get(idIn(principal))?.displayName ?? idIn(principal)) +
          element(oc('invite-accepted')) +
          element(oc('access'), element(oc(access))),
      ),
    )
    .join('')
}
