import { type Checksum, Fault, type ItemRef, type Reason, type Traits } from '@offramp/core'
import { isObject, type Json, numberOf, objectOf, textOf } from '@offramp/wire'
import { given } from './given.ts'

/** Properties that make a file, in a feed or alone. */
const BARE =
  'id,name,size,eTag,cTag,parentReference,file,folder,package,remoteItem,root,deleted,malware,webUrl,fileSystemInfo,createdDateTime,lastModifiedDateTime'
/** Of all files of a drive: without the addresses of bytes, which are long. */
export const CENSUS_SELECT = BARE
export const FILE_SELECT = `${BARE},content.downloadUrl`

/** What something in a drive is, by the facets that it has. */
export type Sort = 'file' | 'folder' | 'root' | 'package' | 'shortcut' | 'malware' | 'deleted' | 'other'

export function sortOf(item: Json): Sort {
  if (isObject(item['deleted'])) return 'deleted'
  if (isObject(item['root'])) return 'root'
  if (isObject(item['remoteItem'])) return 'shortcut'
  if (isObject(item['package'])) return 'package'
  if (isObject(item['malware'])) return 'malware'
  if (isObject(item['folder'])) return 'folder'
  return isObject(item['file']) ? 'file' : 'other'
}

export const nameOf = (item: Json): string => (typeof item['name'] === 'string' ? item['name'] : '')

export const parentIdOf = (item: Json): string | undefined => textOf(objectOf(item['parentReference'])['id'])

const timeOf = (value: unknown): number | undefined => {
  const at = Date.parse(textOf(value) ?? '')
  return Number.isNaN(at) ? undefined : at
}

/** The dates of whoever made the file; where there are none, the server's. */
export function datesOf(item: Json): Pick<Traits, 'modifiedAt' | 'createdAt'> {
  const info = objectOf(item['fileSystemInfo'])
  return {
    ...given('modifiedAt', timeOf(info['lastModifiedDateTime']) ?? timeOf(item['lastModifiedDateTime'])),
    ...given('createdAt', timeOf(info['createdDateTime']) ?? timeOf(item['createdDateTime'])),
  }
}

/** Base64 there, hex here. Undefined where the source gives none. */
export function checksumOf(item: Json): Checksum | undefined {
  const value = textOf(objectOf(objectOf(item['file'])['hashes'])['quickXorHash'])
  return value === undefined ? undefined : { algorithm: 'quick-xor', value: Buffer.from(value, 'base64').toString('hex') }
}

export const sizeOf = (item: Json): number => numberOf(item['size']) ?? 0

/**
 * Files that SharePoint writes anew on their way out, so that neither the size nor the checksum that it names is of the bytes that it gives: Office files
 * (rclone#2036, #2599, #8558, #9767) and photos of iPhones (OneDrive/onedrive-api-docs#1723).
 */
export const lies = (name: string): boolean => /\.(doc|dot|xls|xlt|xla|ppt|pot|pps)[xmb]?$|\.(vsd[xm]?|one|heic|heif|mpp|pub)$/i.test(name)

export const isPage = (item: Json): boolean =>
  /html/i.test(textOf(objectOf(item['file'])['mimeType']) ?? '') || /\.x?html?$|\.aspx$/i.test(nameOf(item))

/** Changes with the bytes, and with nothing else where the source gives a checksum. */
export function revisionOf(item: Json): string {
  return checksumOf(item)?.value ?? `${sizeOf(item)}|${datesOf(item).modifiedAt ?? ''}`
}

/** Changes with bytes, name, folder and date. The feed leaves out content tags, so that none is in it. */
export function versionOf(item: Json): string {
  const print = checksumOf(item)?.value ?? textOf(item['eTag']) ?? ''
  return `${print}|${parentIdOf(item) ?? ''}|${nameOf(item)}|${datesOf(item).modifiedAt ?? ''}`
}

export function refOf(item: Json, id: string): ItemRef {
  const sort = sortOf(item)
  if (sort === 'deleted') return { id, version: '', removed: true }
  return { id, version: versionOf(item), ...(sort === 'file' ? { size: sizeOf(item) } : {}) }
}

const REFUSED: Readonly<Partial<Record<Sort, { readonly reason: Reason; readonly code: string; readonly says: string }>>> = {
  deleted: { reason: 'gone', code: 'graph-gone', says: 'It was deleted.' },
  package: { reason: 'no-open-format', code: 'graph-package', says: 'A notebook of OneNote, which is no file.' },
  other: { reason: 'no-open-format', code: 'graph-no-file', says: 'It is neither a file nor a folder, and has no bytes.' },
  shortcut: { reason: 'pointer', code: 'graph-shortcut', says: 'A shortcut to something in another drive.' },
  malware: { reason: 'malware', code: 'graph-malware', says: 'Microsoft takes it for malware and does not give it to programs.' },
}

/** Why something in a drive cannot be copied; undefined for a file. */
export function refusalOf(sort: Sort): Fault | undefined {
  const row = REFUSED[sort]
  return row === undefined ? undefined : new Fault({ reach: 'item', reason: row.reason, code: row.code, message: row.says })
}

/** Whether the bytes are the same, by what Graph says of both. The tag of the whole item changes also when it is renamed. */
export function sameBytes(before: Json, now: Json): boolean {
  if (textOf(before['eTag']) !== undefined && before['eTag'] === now['eTag']) return true
  const [one, other] = [textOf(before['cTag']), textOf(now['cTag'])]
  if (one !== undefined && other !== undefined) return one === other
  return revisionOf(before) === revisionOf(now) && sizeOf(before) === sizeOf(now)
}
