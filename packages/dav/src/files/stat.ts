import type { Call } from '@offramp/core'
import { isRefusal } from '../faults.ts'
import { type DavResponse, textOf } from '../multistatus.ts'
import { child } from '../read-xml.ts'
import { ask, writeXml } from '../write-xml.ts'
import { type FilesDesk, fileHref } from './desk.ts'
import { FOLDER_BYTES } from './limits.ts'

/** A file or folder as it stands. */
export interface Standing {
  /** Last part of its path. */
  readonly name: string
  readonly isFolder: boolean
  /** Bytes. Of a folder 0. */
  readonly size: number
  readonly etag: string | undefined
  /** Milliseconds since the Unix epoch. */
  readonly modifiedAt: number | undefined
  readonly createdAt: number | undefined
  readonly fileId: string | undefined
}

const PLAIN = ['D:getetag', 'D:getcontentlength', 'D:getlastmodified', 'D:resourcetype'] as const
const NEXTCLOUD = [...PLAIN, 'O:fileid', 'N:creation_time'] as const

const query = ({ server }: FilesDesk): string => writeXml('D:propfind', ask(...(server.kind === 'other' ? PLAIN : NEXTCLOUD)))

const decoded = (part: string): string => {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}

const msOf = (text: string | undefined): number | undefined => {
  const ms = Date.parse(text ?? '')
  return Number.isNaN(ms) ? undefined : ms
}

const number = (text: string | undefined): number | undefined => (text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined)

const nameAt = (path: string): string => decoded(path.replace(/\/$/, '').split('/').at(-1) ?? '')

function standingOf(response: DavResponse, path: string): Standing {
  const created = number(textOf(response, 'N:creation_time'))
  const isFolder = child(response.props.get('D:resourcetype'), 'D:collection') !== undefined
  return {
    name: nameAt(path),
    isFolder,
    size: isFolder ? 0 : (number(textOf(response, 'D:getcontentlength')) ?? 0),
    etag: textOf(response, 'D:getetag') || undefined,
    modifiedAt: msOf(textOf(response, 'D:getlastmodified')),
    createdAt: created === undefined || created === 0 ? undefined : created * 1000,
    fileId: textOf(response, 'O:fileid'),
  }
}

/** Undefined where there is nothing. */
export async function statAt(desk: FilesDesk, href: string, call: Call): Promise<Standing | undefined> {
  let found: Standing | undefined
  try {
    const request = { method: 'PROPFIND', href, body: query(desk), asks: 'look' } as const
    await desk.client.multistatus(
      request,
      (response) => {
        if (response.status === undefined || response.status < 400)
          found ??= standingOf(response, desk.client.pathOf(response.href) ?? href)
      },
      call,
    )
    return found
  } catch (thrown) {
    if (isRefusal(thrown, 404, 410)) return undefined
    throw thrown
  }
}

export const statFile = (desk: FilesDesk, place: string, name: string, call: Call): Promise<Standing | undefined> =>
  statAt(desk, fileHref(desk, place, name), call)

const normal = (path: string): string => decoded(path).replace(/\/$/, '')

const NAMES = writeXml('D:propfind', ask('D:resourcetype'))

/** What is called what in a folder, as little as a server can say of it. Undefined where there is no such folder; `many`: more than so many, and not all were read. */
export async function namesIn(
  desk: FilesDesk,
  { href, most }: { readonly href: string; readonly most: number },
  call: Call,
): Promise<ReadonlySet<string> | 'many' | undefined> {
  const own = normal(href)
  const names = new Set<string>()
  const enough = new Error('More stands there than is asked about.')
  const request = { method: 'PROPFIND', href, depth: '1', body: NAMES, asks: 'look', maxBytes: FOLDER_BYTES } as const
  try {
    await desk.client.multistatus(
      request,
      (response) => {
        const path = desk.client.pathOf(response.href)
        if (path === undefined || normal(path) === own) return
        names.add(nameAt(path))
        if (names.size > most) throw enough
      },
      call,
    )
    return names
  } catch (thrown) {
    if (thrown === enough) return 'many'
    if (isRefusal(thrown, 404, 410)) return undefined
    throw thrown
  }
}

/**
 * Everything in a folder, as it comes in, and not the folder itself. False where there is no such folder. Of a listing that breaks off nothing is
 * taken for whole: it throws.
 */
export async function listFolder(desk: FilesDesk, href: string, take: (standing: Standing) => void, call: Call): Promise<boolean> {
  const own = normal(href)
  try {
    await desk.client.multistatus(
      { method: 'PROPFIND', href, depth: '1', body: query(desk), asks: 'look', maxBytes: FOLDER_BYTES },
      (response) => {
        const path = desk.client.pathOf(response.href)
        if (path === undefined || normal(path) === own) return
        take(standingOf(response, path))
      },
      call,
    )
    return true
  } catch (thrown) {
    if (isRefusal(thrown, 404, 410)) return false
    throw thrown
  }
}
