import { type Call, Fault } from '@offramp/core'
import { lookAt } from '../../discover.ts'
import { isRefusal } from '../../faults.ts'
import { textOf } from '../../multistatus.ts'
import { child, children, type Element } from '../../read-xml.ts'
import { ask, type Tree, writeXml } from '../../write-xml.ts'
import type { FilesDesk } from '../desk.ts'
import { FOLDER_BYTES } from '../limits.ts'

/** One line of an access list: bits that it decides, and how. */
export interface AclLine {
  readonly type: string
  readonly id: string
  readonly mask: number
  readonly bits: number
}

export const lineKey = ({ type, id }: Pick<AclLine, 'type' | 'id'>): string => `${type} ${id}`

const number = (element: Element, name: string): number => Number.parseInt(child(element, name)?.text ?? '', 10) || 0

const linesIn = (property: Element | undefined): readonly AclLine[] =>
  children(property, 'N:acl').map((line) => ({
    type: child(line, 'N:acl-mapping-type')?.text.trim() ?? '',
    id: child(line, 'N:acl-mapping-id')?.text.trim() ?? '',
    mask: number(line, 'N:acl-mask'),
    bits: number(line, 'N:acl-permissions'),
  }))

/** Same lines, in whatever order. */
export function sameLines(a: readonly AclLine[], b: readonly AclLine[]): boolean {
  const shown = (lines: readonly AclLine[]): string => JSON.stringify(lines.map((line) => [lineKey(line), line.mask, line.bits]).toSorted())
  return shown(a) === shown(b)
}

const decoded = (path: string): string => {
  try {
    return decodeURIComponent(path).replace(/\/$/, '')
  } catch {
    return path
  }
}

/** Equal for the same file or folder, however its address is written. */
export const aclKey = (href: string): string => decoded(href)

/** Access lists of a folder, and with depth 1 of what stands in it: those that are not empty. Nothing where there is no such folder. */
export async function readLists(
  { client }: Pick<FilesDesk, 'client'>,
  { href, depth }: { readonly href: string; readonly depth: '0' | '1' },
  call: Call,
): Promise<ReadonlyMap<string, { readonly href: string; readonly lines: readonly AclLine[] }>> {
  const found = new Map<string, { readonly href: string; readonly lines: readonly AclLine[] }>()
  const body = writeXml('D:propfind', ask('N:acl-list'))
  try {
    await client.multistatus(
      { method: 'PROPFIND', href, depth, body, asks: 'look', maxBytes: FOLDER_BYTES },
      (response) => {
        const lines = linesIn(response.props.get('N:acl-list'))
        const path = client.pathOf(response.href)
        if (path !== undefined && lines.length > 0) found.set(aclKey(path), { href: path, lines })
      },
      call,
    )
  } catch (thrown) {
    if (!isRefusal(thrown, 404, 410)) throw thrown
  }
  return found
}

const treeOf = ({ type, id, mask, bits }: AclLine): Tree => ({
  'N:acl-mapping-type': type,
  'N:acl-mapping-id': id,
  'N:acl-mask': String(mask),
  'N:acl-permissions': String(bits),
})

/**
 * Puts an access list in the place of what stood there, and says whether it stands: who may not set it is told nothing but "done" by the server, or (from
 * Nextcloud 32 on) that something is wrong with the server.
 */
export async function writeList(
  { client }: Pick<FilesDesk, 'client'>,
  href: string,
  lines: readonly AclLine[],
  call: Call,
): Promise<boolean> {
  const list = lines.length === 0 ? '' : { 'N:acl': lines.map(treeOf) }
  const body = writeXml('D:propertyupdate', { 'D:set': { 'D:prop': { 'N:acl-list': list } } })
  try {
    await client.send(
      { method: 'PROPPATCH', href, asks: 'share', body, headers: { 'content-type': 'application/xml; charset=utf-8' } },
      call,
    )
  } catch (thrown) {
    if (thrown instanceof Fault && thrown.code === 'http-500' && !(await mayManage({ client }, href, call))) return false
    throw thrown
  }
  const stands = await readLists({ client }, { href, depth: '0' }, call)
  return sameLines(stands.get(aclKey(href))?.lines ?? [], lines)
}

async function mayManage({ client }: Pick<FilesDesk, 'client'>, href: string, call: Call): Promise<boolean> {
  const found = await lookAt(client, href, ['N:acl-can-manage'], call)
  return found !== undefined && ['1', 'true'].includes(textOf(found, 'N:acl-can-manage') ?? '')
}
