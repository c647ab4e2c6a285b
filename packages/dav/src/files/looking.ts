import { type Call, Fault, type Found, type Item, type Receipt, type Search } from '@offramp/core'
import { isRefusal } from '../faults.ts'
import { equalAt, receiptOf } from './adopt.ts'
import { type FilesDesk, fileHref, folderHref, isTemporary, namesOf } from './desk.ts'
import { glanceAt } from './glance.ts'
import { pastAssembly } from './past-assembly.ts'
import { readBytes } from './prove.ts'
import { hashAt } from './same-bytes.ts'
import { listFolder, type Standing, statFile } from './stat.ts'
import { forgetAsked } from './upload-folder.ts'

/** Copies of equal bytes under any of the names that the item can have. */
export async function find(desk: FilesDesk, item: Item, where: readonly Search[], call: Call): Promise<readonly Receipt[]> {
  const names = namesOf(desk.server.rules, item)
  const places = where.flatMap(({ place }) => names.map((name) => ({ place, name })))
  const looked = await Promise.all(
    places.map((at) => {
      const look = async (): Promise<Receipt | undefined> => {
        const standing = await (desk.server.kind === 'nextcloud' ? glanceAt : statFile)(desk, at.place, at.name, call)
        return standing && equalAt(desk, { ...at, standing }, item, call).catch(goneMeanwhile)
      }
      return pastAssembly(desk, item, look, call)
    }),
  )
  const found = looked.filter((one) => one !== undefined)
  const [first] = found
  const inChunks = desk.server.uploads !== undefined && (item.size ?? 0) > desk.chunkBytes
  // Whoever asked for it to be put together was broken off before the end.
  if (first && inChunks) await forgetAsked(desk, item, call)
  return found
}

function goneMeanwhile(thrown: unknown): undefined {
  if (!isRefusal(thrown, 404, 410)) throw thrown
}

const byName = (one: Standing, other: Standing): number => (one.name < other.name ? -1 : one.name > other.name ? 1 : 0)

/** Every file of a folder, by name. */
export async function* walk(desk: FilesDesk, { place }: Search, call: Call): AsyncGenerator<Found> {
  const all: Standing[] = []
  const take = (one: Standing): void => void (one.isFolder || isTemporary(one.name) || all.push(one))
  await listFolder(desk, folderHref(desk, place), take, call)
  for (const one of all.sort(byName)) yield foundOf(desk, place, one)
}

function foundOf(desk: FilesDesk, place: string, { name, size, etag, modifiedAt, createdAt, fileId }: Standing): Found {
  const { client, server } = desk
  const address = fileId === undefined ? fileHref(desk, place, name) : `${server.webRoot}/f/${fileId}`
  return {
    receipt: receiptOf({ place, name }, { size, etag }),
    naturalKey: name,
    traits: { ...(modifiedAt === undefined ? {} : { modifiedAt }), ...(createdAt === undefined ? {} : { createdAt }) },
    address: client.urlOf(address),
  }
}

export async function* read(desk: FilesDesk, { place, locator }: Receipt, call: Call): AsyncGenerator<Uint8Array> {
  try {
    yield* readBytes(desk, fileHref(desk, place, locator), call)
  } catch (thrown) {
    if (isRefusal(thrown, 404, 410)) throw gone(desk)
    throw thrown
  }
}

const gone = ({ client }: FilesDesk): Fault =>
  new Fault({ reach: 'item', reason: 'gone', code: 'dav-gone', message: `The file is no longer on ${client.host} (${client.account}).` })

/** Removes one of two copies that are equal, in the state in which it was seen. */
export async function dropDouble(desk: FilesDesk, extra: Receipt, keeper: Receipt, call: Call): Promise<boolean> {
  if (extra.place === keeper.place && extra.locator === keeper.locator) return false
  const [one, other] = [await statFile(desk, extra.place, extra.locator, call), await statFile(desk, keeper.place, keeper.locator, call)]
  if (one === undefined || other === undefined || one.isFolder || other.isFolder || one.size !== other.size) return false
  const [href, kept] = [fileHref(desk, extra.place, extra.locator), fileHref(desk, keeper.place, keeper.locator)]
  if ((await hashAt(desk, href, call)) !== (await hashAt(desk, kept, call))) return false
  try {
    // A weak tag (mod_dav, within a second) matches nothing.
    const condition = one.etag === undefined || one.etag.startsWith('W/') ? {} : { 'if-match': one.etag }
    await desk.client.send({ method: 'DELETE', href, asks: 'remove', headers: condition }, call)
    return true
  } catch (thrown) {
    if (isRefusal(thrown, 404, 410, 412)) return false
    throw thrown
  }
}
