import { hash32 } from '../../generate/random.ts'
import { unknownProperty } from '../serve/errors.ts'
import type { TenantState } from '../serve/tenant-state.ts'
import { sizeOf } from './content.ts'
import { ctagOf, type Drive, type DriveItem, etagOf, pathOf, quickXorOfItem } from './drive.ts'
import { mimeOf } from './mime.ts'
import { sharedFacet } from './permissions.ts'

/** Which properties, and in whose words. */
export interface Showing {
  readonly select: readonly string[] | undefined
  /** The feed of changes leaves out paths and content tags. */
  readonly delta: boolean
  /** Only what differs from above is marked as shared. */
  readonly alone: boolean
}

const NAMES = new Set(
  (
    'id name size eTag cTag createdDateTime lastModifiedDateTime webUrl webDavUrl createdBy lastModifiedBy parentReference file folder fileSystemInfo ' +
    'shared package remoteItem deleted root malware specialFolder description content.downloadUrl @microsoft.graph.downloadUrl content ' +
    'sharepointIds image photo video audio location'
  ).split(' '),
)

const iso = (ms: number): string => new Date(ms).toISOString().replace('.000Z', 'Z')

export function checkSelect(select: readonly string[] | undefined): void {
  for (const name of select ?? []) if (!NAMES.has(name)) throw unknownProperty(name, 'driveItem')
}

export function itemJson(state: TenantState, drive: Drive, on: { readonly item: DriveItem; readonly showing: Showing }): unknown {
  const { item, showing } = on
  const { select } = showing
  const wants = (name: string): boolean => select === undefined || select.includes(name)
  const all: Record<string, unknown> = {
    id: item.id,
    ...(item.deleted ? { deleted: { state: 'deleted' } } : facets(state, drive, on)),
    eTag: etagOf(item),
    ...(item.deleted || showing.delta ? {} : { cTag: ctagOf(item) }),
    parentReference: parentOf(drive, item, showing.delta),
  }
  const shown = Object.fromEntries(Object.entries(all).filter(([name]) => wants(name)))
  const asksAddress = select === undefined || select.some((name) => name.endsWith('downloadUrl'))
  const address =
    asksAddress && item.sort === 'file' && !item.deleted && !item.facts.malware ? addressOf(state, drive, { item }) : undefined
  return {
    ...(showing.delta ? { '@odata.type': '#microsoft.graph.driveItem' } : {}),
    ...(address === undefined ? {} : { [state.files.quirks.addressName]: address }),
    ...shown,
  }
}

function facets(state: TenantState, drive: Drive, { item, showing }: { readonly item: DriveItem; readonly showing: Showing }): object {
  const shared = sharedFacet(item, showing.alone)
  return {
    name: item.name,
    size: announced(item),
    webUrl: webUrlOf(drive, item),
    createdDateTime: iso(item.createdAt),
    lastModifiedDateTime: iso(item.changedAt),
    fileSystemInfo: { createdDateTime: iso(item.createdAt), lastModifiedDateTime: iso(item.modifiedAt) },
    createdBy: { user: { displayName: 'Somebody', id: '6d1d1d4e-0000-4000-a000-000000000001' } },
    lastModifiedBy: { user: { displayName: 'Somebody', id: '6d1d1d4e-0000-4000-a000-000000000001' } },
    ...(item.sort === 'root' ? { root: {} } : {}),
    ...(item.sort === 'root' || item.sort === 'folder' ? { folder: { childCount: item.children.size } } : {}),
    ...(item.sort === 'file' ? { file: { mimeType: item.facts.mime ?? mimeOf(item.name), ...hashesOf(state, item) } } : {}),
    ...(item.sort === 'package' ? { package: { type: 'oneNote' } } : {}),
    ...(item.target ? { remoteItem: remoteOf(item, item.target) } : {}),
    ...(item.facts.malware ? { malware: { description: 'Virus:DOS/EICAR_Test_File' } } : {}),
    ...(shared ? { shared } : {}),
  }
}

function remoteOf(item: DriveItem, target: NonNullable<DriveItem['target']>): object {
  const sort = target.isFolder ? { folder: { childCount: 3 } } : { file: { mimeType: 'application/octet-stream' } }
  return { id: `${item.id}REMOTE`, name: item.name, webUrl: target.webUrl, ...sort, parentReference: { driveId: 'b!elsewhere' } }
}

/** What the listing says, which is not always true. */
const announced = (item: DriveItem): number => {
  if (item.content) return Math.max(0, sizeOf(item.content) + (item.facts.lie ?? 0))
  return 0
}

function hashesOf(state: TenantState, item: DriveItem): object {
  if (state.files.quirks.noHashes || item.facts.noHash) return {}
  const value = quickXorOfItem(item)
  if (value === undefined) return {}
  if (item.facts.lie === undefined) return { hashes: { quickXorHash: value } }
  return { hashes: { quickXorHash: Buffer.from(value, 'base64').reverse().toString('base64') } }
}

function parentOf(drive: Drive, item: DriveItem, delta: boolean): object {
  const about = { driveType: drive.type, driveId: drive.id }
  if (!item.parent) return about
  const path = `/drives/${drive.id}/root:${pathOf(item.parent)
    .map((name) => `/${encodeURIComponent(name)}`)
    .join('')}`
  return { ...about, id: item.parent.id, name: item.parent.name, ...(delta ? {} : { path }) }
}

export const webUrlOf = (drive: Drive, item: DriveItem): string =>
  [drive.webUrl, ...pathOf(item).map((name) => encodeURIComponent(name))].join('/')

/** Nobody may write these differently from how they came. */
export const ODD_QUERY = '%2b%2B*~%2f'

/** An address that holds its own permission, for a while. */
export function addressOf(
  state: TenantState,
  drive: Drive,
  { item, version }: { readonly item: DriveItem; readonly version?: string },
): string {
  const until = state.now() + state.files.limits.addressMs
  const what = `${drive.id}.${item.id}.${version ?? ''}`
  const mac = hash32(state.seed, what, until).toString(36)
  const auth = `v1.${Buffer.from(`${what}.${until}.${mac}`).toString('base64url')}${ODD_QUERY}`
  return `${state.downloadRoot()}/personal/_layouts/15/download.aspx?UniqueId=${item.guid.toLowerCase()}&Translate=false&tempauth=${auth}&ApiVersion=2.0`
}
