import type { Reply } from '../../serve/reply.ts'
import { XML_TYPE } from '../serve/errors.ts'
import { d } from '../xml/names.ts'
import { documentOf, element, textElement } from '../xml/write.ts'

const TEXTS: Readonly<Record<number, string>> = {
  200: 'OK',
  403: 'Forbidden',
  404: 'Not Found',
  409: 'Conflict',
  424: 'Failed Dependency',
  507: 'Insufficient Storage',
}

const statusXml = (status: number): string => textElement(d('status'), `HTTP/1.1 ${status} ${TEXTS[status] ?? 'Unknown'}`)

/** Properties of one answer, as whole elements, by their status. */
export type PropertyGroups = ReadonlyMap<number, readonly string[]>

/** One `d:response` with properties. */
export function propertyResponse(href: string, groups: PropertyGroups): string {
  const parts = [...groups].map(([status, elements]) => element(d('propstat'), element(d('prop'), elements.join('')) + statusXml(status)))
  const none = parts.length === 0 ? element(d('propstat'), element(d('prop')) + statusXml(200)) : ''
  return element(d('response'), textElement(d('href'), href) + parts.join('') + none)
}

/** One `d:response` that is a status alone: something that is gone, or was cut off. */
export const statusResponse = (href: string, status: number, error = ''): string =>
  element(d('response'), textElement(d('href'), href) + statusXml(status) + error)

export function multistatus(responses: readonly string[], syncToken?: string): Reply {
  const token = syncToken === undefined ? '' : textElement(d('sync-token'), syncToken)
  return {
    status: 207,
    headers: { dav: DAV_HEADER, vary: 'Brief,Prefer' },
    body: [Buffer.from(documentOf('multistatus', responses.join('') + token))],
    type: XML_TYPE,
  }
}

/** What the server can do, as it announces in every answer to OPTIONS and PROPFIND. */
export const DAV_HEADER =
  '1, 3, extended-mkcol, access-control, calendarserver-principal-property-search, calendar-access, calendar-proxy, calendar-auto-schedule, calendar-availability, nc-calendar-trashbin, nc-calendar-webcal-cache, calendarserver-subscribed, addressbook, oc-resource-sharing, nc-enable-birthday-calendar, oc-calendar-publishing, calendarserver-sharing'
