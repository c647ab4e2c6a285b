/** Names of elements are written with these prefixes everywhere in this package, whatever a server calls them. */
export const NAMESPACES = {
  D: 'DAV:',
  C: 'urn:ietf:params:xml:ns:caldav',
  CR: 'urn:ietf:params:xml:ns:carddav',
  CS: 'http://calendarserver.org/ns/',
  A: 'http://apple.com/ns/ical/',
  O: 'http://owncloud.org/ns',
  S: 'http://sabredav.org/ns',
  N: 'http://nextcloud.org/ns',
  F: 'urn:offramp:dav',
} as const

const PREFIXES: ReadonlyMap<string, string> = new Map(Object.entries(NAMESPACES).map(([prefix, uri]) => [uri, prefix]))

/** `D:href`; an unknown namespace is written out: `{http://…}name`. */
export function nameOf(uri: string, local: string): string {
  const prefix = PREFIXES.get(uri)
  return prefix === undefined ? `{${uri}}${local}` : `${prefix}:${local}`
}
