import { Fault, type Item, type PutCall, type Receipt, type Version } from '@offramp/core'
import { isRefusal } from '../faults.ts'
import { equalAt, isOwned, receiptOf } from './adopt.ts'
import { contentOf, contentOfVersion } from './content.ts'
import { type FilesDesk, fileHref, namesOf } from './desk.ts'
import { sameBytes } from './same-bytes.ts'
import { type Standing, statFile } from './stat.ts'
import { targetOf } from './target.ts'
import { type Stored, type Target, writeFile } from './write.ts'

/** Told where a person's file has the name. */
export const BESIDE =
  'A file of this name stood there already and is not a copy of it. It was left as it is, and this one stands beside it under a name with eight digits more.'

export const NO_HISTORY = 'The server keeps no earlier versions of files, so that only the present one was written.'

/**
 * Writes an item of which nothing is known to stand there. Under its own name, if that is free; beside whatever has it, if not: under a name that
 * its own id gives, so that every process finds it there. Equal bytes that nobody owns are taken for it.
 */
export async function putNew(desk: FilesDesk, place: string, item: Item, call: PutCall): Promise<Receipt> {
  let losses: readonly string[] = []
  for (const name of namesOf(desk.server.rules, item)) {
    const answer = await putAt(desk, { place, name }, item, call)
    if (!('standing' in answer)) return withLosses(answer, [...losses, ...historyLoss(desk, item)])
    const owned = await isOwned({ place, locator: name, size: answer.standing?.size ?? 0 }, call)
    if (!owned) losses = [BESIDE]
  }
  throw noName(desk)
}

const historyLoss = ({ server }: FilesDesk, item: Item): readonly string[] =>
  item.versions !== undefined && !server.keepsVersions ? [NO_HISTORY] : []

export const withLosses = (receipt: Receipt, losses: readonly string[]): Receipt => (losses.length === 0 ? receipt : { ...receipt, losses })

interface At {
  readonly place: string
  readonly name: string
}

/** A receipt, or what stands in its way. */
async function putAt(desk: FilesDesk, at: At, item: Item, call: PutCall): Promise<Receipt | { readonly standing: Standing | undefined }> {
  const claim = `${at.place}\n${at.name}`
  desk.folders.busy.add(claim)
  try {
    return receiptOf(at, await writeWithHistory(desk, { at, item }, call))
  } catch (thrown) {
    if (!isRefusal(thrown, 412)) throw thrown
  } finally {
    desk.folders.busy.delete(claim)
  }
  const standing = await statFile(desk, at.place, at.name, call)
  if (standing === undefined || standing.isFolder) return { standing }
  const equal = await equalAt(desk, { ...at, standing }, item, call)
  if (equal !== undefined && !(await isOwned(equal, call))) return equal
  const half = equal === undefined ? await halfWritten(desk, { at, item, standing }, call) : undefined
  return half ?? { standing }
}

interface Writing {
  readonly at: At
  readonly item: Item
  /** How many of the earlier states stand there already, and the state that is written over. */
  readonly done?: { readonly versions: number; readonly over: { readonly etag: string | undefined } }
}

/** Earlier states first, the oldest before the others, so that the server's own history shows them. */
async function writeWithHistory(desk: FilesDesk, { at, item, done }: Writing, call: PutCall): Promise<Stored> {
  let over = done?.over
  if (item.versions !== undefined && desk.server.keepsVersions) {
    const versions = await allOf(item.versions(call))
    for (const version of versions.slice(done?.versions ?? 0)) {
      const stored = await writeFile(desk, versionTarget({ at, item, over }, version), contentOfVersion(version, item), call)
      over = { etag: stored.etag ?? (await statFile(desk, at.place, at.name, call))?.etag }
      call.progress?.()
    }
  }
  return writeFile(desk, targetOf(at, item, over), contentOf(item), call)
}

const versionTarget = (
  { at, item, over }: { readonly at: At; readonly item: Item; readonly over: Target['over'] },
  version: Version,
): Target => targetOf(at, { id: item.id, version: `${item.version}\n${version.id}` }, over)

async function allOf<T>(all: AsyncIterable<T>): Promise<readonly T[]> {
  const found: T[] = []
  for await (const one of all) found.push(one)
  return found
}

/** One of the item's earlier states stands there: a process has died between two of them. It is gone on with after that one. */
async function halfWritten(
  desk: FilesDesk,
  { at, item, standing }: { readonly at: At; readonly item: Item; readonly standing: Standing },
  call: PutCall,
): Promise<Receipt | undefined> {
  if (item.versions === undefined || !desk.server.keepsVersions) return undefined
  const versions = await allOf(item.versions(call))
  const href = fileHref(desk, at.place, at.name)
  for (const [n, version] of versions.entries()) {
    if (version.size !== standing.size) continue
    const hash = await sameBytes(desk, { href, size: standing.size }, { content: contentOfVersion(version, item) }, call)
    if (hash === undefined) continue
    const receipt = receiptOf(at, { size: standing.size, hash, etag: standing.etag })
    if (await isOwned(receipt, call)) return undefined
    return receiptOf(at, await writeWithHistory(desk, { at, item, done: { versions: n + 1, over: { etag: standing.etag } } }, call))
  }
  return undefined
}

const noName = ({ client }: FilesDesk): Fault =>
  new Fault({
    reach: 'item',
    reason: 'refused-by-destination',
    code: 'dav-no-name',
    message: `Other files stand under each of the names that this one could have on ${client.host} (${client.account}).`,
  })
