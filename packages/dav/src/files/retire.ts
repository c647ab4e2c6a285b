import type { Call, LeftPlace } from '@offramp/core'
import { isRefusal } from '../faults.ts'
import { inTurns } from '../in-turns.ts'
import { type DavResponse, textOf } from '../multistatus.ts'
import { child, children } from '../read-xml.ts'
import { ask, writeXml } from '../write-xml.ts'
import { type FilesDesk, folderHref, partsOf } from './desk.ts'
import { FOLDER_BYTES } from './limits.ts'
import { statAt } from './stat.ts'

const LEFT = 'Nothing of the source stands here any more, since its folder has another name or place there.'

/** Why a folder stays, for its owner. */
const STAYS = {
  unguarded: `${LEFT} This server would take it away with whatever somebody puts into it in that moment, so it is left: remove it if you do not need it.`,
  foreign: `${LEFT} It is not known to have been made by Offramp, so it is left: remove it if you do not need it.`,
  full: `${LEFT} There is something in it that is not Offramp's, or that has left the source, so it is left as it is.`,
  marked: `${LEFT} It is shared, marked as a favourite, tagged or commented on, so it is left: remove it if you do not need it.`,
  mounted: `${LEFT} It is in a folder of a team, or in external storage, of which nothing can be put back for certain, so it is left: remove it if you do not need it.`,
  refused: `${LEFT} The server does not let it be removed.`,
  trashed: 'It was removed, and there is something in it: it stands in the trash bin of this account. Put it back from there.',
} as const

const query = writeXml(
  'D:propfind',
  ask('D:resourcetype', 'O:id', 'O:fileid', 'O:share-types', 'O:favorite', 'O:comments-count', 'N:system-tags', 'N:mount-type'),
)

/** The number in `00000042ocinstance`. */
const numberOf = (made: string): string => /^0*(\d+)/.exec(made)?.[1] ?? ''

/**
 * See `Destination.retire`. DELETE takes a folder away with all that is in it, and no server makes it depend on there being nothing: SabreDAV, and so
 * Nextcloud, answers 412 to `If-Match` on any folder, and mod_dav has no ETags of folders. What Nextcloud has is a trash bin, into which a folder is moved
 * as it stands: so what came into it between the look and the DELETE is found there, and put back at once. Without it, folders are left.
 */
export async function retire(desk: FilesDesk, left: readonly LeftPlace[], call: Call): Promise<readonly (string | undefined)[]> {
  const answers = new Map<LeftPlace, string | undefined>()
  const removed: LeftPlace[] = []
  for (const level of byDepth(left))
    await inTurns(level, desk.settings.connectionsPerAccount ?? 4, async (one) => {
      call.signal.throwIfAborted()
      const answer = desk.server.trash === undefined ? await look(desk, one.place, call) : await takeAway(desk, one, call)
      if (answer === 'removed') removed.push(one)
      answers.set(one, answer === 'removed' || answer === 'gone' ? undefined : STAYS[answer])
    })
  if (desk.server.trash === undefined) return left.map((one) => answers.get(one))
  // What an earlier try has removed may have died before it looked.
  const unsure = left.filter((one) => one.made !== undefined && answers.get(one) === undefined)
  for (const [one, name] of await fullOnes(desk, unsure, call)) {
    answers.set(one, removed.includes(one) ? STAYS.full : STAYS.trashed)
    if (removed.includes(one)) await putBack(desk, name, call)
  }
  // Made again where it is needed again.
  for (const { place } of left) desk.folders.made.delete(place)
  return left.map((one) => answers.get(one))
}

/** The deepest first. */
function byDepth(left: readonly LeftPlace[]): readonly (readonly LeftPlace[])[] {
  const levels = new Map<number, LeftPlace[]>()
  for (const one of left) {
    const depth = partsOf(one.place).length
    levels.set(depth, [...(levels.get(depth) ?? []), one])
  }
  return [...levels].sort(([one], [other]) => other - one).map(([, level]) => level)
}

const look = async (desk: FilesDesk, place: string, call: Call): Promise<'gone' | 'unguarded'> =>
  (await statAt(desk, folderHref(desk, place), call)) === undefined ? 'gone' : 'unguarded'

async function takeAway(desk: FilesDesk, { place, made }: LeftPlace, call: Call): Promise<'gone' | 'removed' | keyof typeof STAYS> {
  const [own, ...inIt] = await listed(desk, folderHref(desk, place), call)
  if (own === undefined) return 'gone'
  // Somebody may have removed ours and made one of that name.
  if (made === undefined || textOf(own, 'O:id') !== made) return 'foreign'
  if (inIt.length > 0 || child(own.props.get('D:resourcetype'), 'D:collection') === undefined) return 'full'
  if (isMarked(own)) return 'marked'
  if ((textOf(own, 'N:mount-type') ?? '') !== '') return 'mounted'
  try {
    await desk.client.send({ method: 'DELETE', href: folderHref(desk, place), asks: 'remove' }, call)
    return 'removed'
  } catch (thrown) {
    if (isRefusal(thrown, 404, 410)) return 'gone'
    if (isRefusal(thrown, 403, 405, 423)) return 'refused'
    throw thrown
  }
}

const isMarked = (own: DavResponse): boolean =>
  children(own.props.get('O:share-types'), 'O:share-type').length > 0 ||
  (own.props.get('N:system-tags')?.children.length ?? 0) > 0 ||
  ['O:favorite', 'O:comments-count'].some((name) => !['', '0'].includes(textOf(own, name) ?? ''))

/** What stands there, the folder itself first. Nothing: it is not there. */
async function listed(desk: FilesDesk, href: string, call: Call): Promise<readonly DavResponse[]> {
  const found: DavResponse[] = []
  try {
    const request = { method: 'PROPFIND', href, depth: '1', body: query, asks: 'look', maxBytes: FOLDER_BYTES } as const
    await desk.client.multistatus(request, (response) => void found.push(response), call)
    return found
  } catch (thrown) {
    if (isRefusal(thrown, 404, 410)) return []
    throw thrown
  }
}

/** Those that stand in the trash bin with something in them, and under which names. */
async function fullOnes(desk: FilesDesk, left: readonly LeftPlace[], call: Call): Promise<readonly (readonly [LeftPlace, string])[]> {
  if (left.length === 0) return []
  const names = new Map<string | undefined, string>()
  for (const one of await listed(desk, trashHref(desk, 'trash/'), call))
    names.set(textOf(one, 'O:fileid'), desk.client.pathOf(one.href)?.replace(/\/$/, '').split('/').at(-1) ?? '')
  const full: (readonly [LeftPlace, string])[] = []
  await inTurns(left, desk.settings.connectionsPerAccount ?? 4, async (one) => {
    const name = names.get(numberOf(one.made ?? ''))
    if (name !== undefined && (await listed(desk, trashHref(desk, `trash/${name}/`), call)).length > 1) full.push([one, name])
  })
  return full
}

async function putBack(desk: FilesDesk, name: string, call: Call): Promise<void> {
  const destination = desk.client.urlOf(trashHref(desk, `restore/${name}`))
  await desk.client.send({ method: 'MOVE', href: trashHref(desk, `trash/${name}`), asks: 'move', headers: { destination } }, call)
}

const trashHref = ({ server }: FilesDesk, path: string): string => `${server.trash ?? ''}${path}`
