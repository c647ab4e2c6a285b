import type { Place } from '../dav/place.ts'
import type { Properties } from '../dav/property-xml.ts'
import { d, oc } from '../xml/names.ts'
import { element, escapeXml } from '../xml/write.ts'

/** What a file or folder says of itself. */
export function fileProperties(place: Extract<Place, { readonly kind: 'file' | 'folder' }>): Properties {
  const { entry, user } = place
  const shared: readonly (readonly [string, () => string | undefined])[] = [
    [d('getlastmodified'), () => new Date(entry.modified).toUTCString()],
    [d('getetag'), () => `&quot;${entry.etag}&quot;`],
    [d('displayname'), () => escapeXml(entry.name)],
    [oc('fileid'), () => String(entry.id)],
    [oc('id'), () => `${String(entry.id).padStart(8, '0')}instance`],
    [oc('permissions'), () => (place.kind === 'folder' ? 'RGDNVCK' : 'RGDNVW')],
    [oc('owner-id'), () => escapeXml(user.id)],
  ]
  if (place.kind === 'file') {
    const { bytes, type } = place.entry
    return new Map([
      ...shared,
      [d('resourcetype'), () => ''],
      [d('getcontentlength'), () => String(bytes.length)],
      [d('getcontenttype'), () => escapeXml(type)],
      [oc('size'), () => String(bytes.length)],
    ])
  }
  const available = user.quota === Number.POSITIVE_INFINITY ? -3 : Math.max(0, user.quota - user.files.used)
  return new Map([
    ...shared,
    [d('resourcetype'), () => element(d('collection'))],
    [d('quota-used-bytes'), () => String(user.files.used)],
    [d('quota-available-bytes'), () => String(available)],
  ])
}
