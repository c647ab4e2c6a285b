import { Fault, type PutCall } from '@offramp/core'
import { isRefusal } from '../faults.ts'
import type { Content } from './content.ts'
import { type FilesDesk, fileHref } from './desk.ts'
import { statAt } from './stat.ts'
import { notesOf } from './upload-notes.ts'
import { removeOurs, type Stored, type Target, writeAside, writeWhole } from './write.ts'
import { writeInChunks } from './write-chunks.ts'

/**
 * A file that is larger than a chunk, to a server that takes chunks. A new one may go whole (see `WholeWay`), and then by way of a name of our own:
 * on object storage Nextcloud writes right under the name that it is given, and leaves there what came before a connection broke (read in 32.0.1,
 * `File::put` and `ObjectStoreStorage::writeStream`). Never over what stands: Nextcloud writes then into the very file, whatever the storage, and
 * one that breaks off stays as its beginning under the ETag of before (seen on 32.0.1).
 */
export async function writeLarge(desk: FilesDesk, target: Target, content: Content, call: PutCall): Promise<Stored> {
  const { whole, services } = desk
  if (target.over !== undefined || whole.most === 0 || !desk.server.hashes) return writeInChunks(desk, target, content, call)
  await removeLeft(desk, target, call)
  // What an earlier process has sent is gone on with.
  if ((await notesOf(desk, target.upload, call)).length > 0) return writeInChunks(desk, target, content, call)
  await whole.known({ clock: services.clock, call })
  try {
    return await (whole.fits(content.size) ? writeAsWhole : writeInChunks)(desk, target, content, call)
  } finally {
    whole.through()
  }
}

async function writeAsWhole(desk: FilesDesk, target: Target, content: Content, call: PutCall): Promise<Stored> {
  const { whole, services } = desk
  const began = services.clock.now()
  try {
    const stored = await writeAside(desk, { target, closed: undefined, write: writeWhole }, content, call)
    whole.took(content.size, services.clock.now() - began)
    whole.arrived('whole')
    return stored
  } catch (thrown) {
    if (isRefusal(thrown, 413)) {
      whole.tooLarge(content.size)
      return writeInChunks(desk, target, content, call)
    }
    if (isBreak(thrown)) whole.broke()
    throw thrown
  }
}

/** Neither a refusal of this file, or of the account, nor a stop. */
const isBreak = (thrown: unknown): boolean =>
  thrown instanceof Fault && thrown.reach === 'call' && (!isRefusal(thrown) || thrown.said.status >= 500 || thrown.said.status === 408)

/** A process may have died between the last byte and the name; it is no use to anybody else. */
async function removeLeft(desk: FilesDesk, { place, temporary }: Target, call: PutCall): Promise<void> {
  const href = fileHref(desk, place, temporary)
  if ((await statAt(desk, href, call)) !== undefined) await removeOurs(desk, href, call)
}
