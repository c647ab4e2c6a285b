/** Namespaces of WebDAV's many dialects, as Nextcloud speaks them. */
export const DAV = 'DAV:'
export const CALDAV = 'urn:ietf:params:xml:ns:caldav'
export const CARDDAV = 'urn:ietf:params:xml:ns:carddav'
export const SERVER = 'http://calendarserver.org/ns/'
export const APPLE = 'http://apple.com/ns/ical/'
export const SABRE = 'http://sabredav.org/ns'
export const OWNCLOUD = 'http://owncloud.org/ns'
export const NEXTCLOUD = 'http://nextcloud.org/ns'
/** The trash bin's and the sharing's, which is not the files'. */
export const NEXTCLOUD_COM = 'http://nextcloud.com/ns'

/** What the root element declares; any other namespace is declared where it is used, under a made-up prefix. */
export const PREFIXES: readonly (readonly [prefix: string, namespace: string])[] = [
  ['d', DAV],
  ['s', SABRE],
  ['cal', CALDAV],
  ['cs', SERVER],
  ['oc', OWNCLOUD],
  ['nc', NEXTCLOUD],
]

/** `{DAV:}href` */
export const clark = (namespace: string, name: string): string => `{${namespace}}${name}`

export function splitClark(name: string): readonly [namespace: string, local: string] {
  const end = name.indexOf('}')
  return end < 0 ? ['', name] : [name.slice(1, end), name.slice(end + 1)]
}

export const d = (name: string): string => clark(DAV, name)
export const cal = (name: string): string => clark(CALDAV, name)
export const card = (name: string): string => clark(CARDDAV, name)
export const oc = (name: string): string => clark(OWNCLOUD, name)
export const nc = (name: string): string => clark(NEXTCLOUD, name)
