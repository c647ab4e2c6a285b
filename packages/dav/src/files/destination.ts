import type { Destination, DestinationProfile, Trait } from '@offramp/core'
import { dateFolders, folderWay } from './dates.ts'
import { type FilesDesk, plainName } from './desk.ts'
import { placeOf, plainPlace, prepare } from './folders.ts'
import { grant } from './grant.ts'
import { BATCH, SAMPLES } from './limits.ts'
import { dropDouble, find, read, walk } from './looking.ts'
import { pastAssembly } from './past-assembly.ts'
import { putMany } from './put-many.ts'
import { putNew } from './put-new.ts'
import { putOver } from './put-over.ts'
import { retire } from './retire.ts'

function keeps({ server }: FilesDesk): readonly Trait[] {
  if (server.dates === 'none') return []
  // A bulk upload takes no date of creation.
  return server.kind === 'nextcloud' && !server.bulk ? ['modifiedAt', 'createdAt'] : ['modifiedAt']
}

function assurances({ server }: FilesDesk): readonly string[] {
  const proof = server.hashes
    ? `${server.says} hashes each file that it has stored (SHA-256 with a single upload, MD5 with a bulk upload), and each hash is compared with what was sent.`
    : `${server.says} cannot say what it has stored, so the size of each file is looked at afterwards, and of one in sixteen and of each large one the end is read back. To prove every byte, verify with full reading.`
  const whole = server.direct
    ? 'A file stands under its name only once it is whole.'
    : 'Each file is written under a name of its own first and moved to its name once it is whole, because the server would show half of it.'
  const dates =
    server.dates === 'none' ? ['The server does not keep when files were changed: they are all dated to the day of the move.'] : []
  const created = server.bulk
    ? [
        'Small files go many at a time, and do not keep when they were created, only when they were changed; `bulk: false` keeps both, and takes several times as long.',
      ]
    : []
  const resumed =
    server.uploads === undefined
      ? []
      : [
          `Of a file of more than 16 GB the server is asked for no hash, which would take it longer than proxies wait. One whose upload was broken off is gone on with where it stood, and nothing of it is read or sent a second time: its size, the size of each part and the bytes at ${SAMPLES} places spread over it are compared with the source. To prove every byte, verify with full reading.`,
        ]
  return [proof, whole, ...resumed, ...dates, ...created]
}

function profileOf(desk: FilesDesk): DestinationProfile {
  const { sizeLimit } = desk.settings
  return {
    kind: 'file',
    keeps: keeps(desk),
    batch: BATCH,
    assurances: assurances(desk),
    ...(sizeLimit === undefined ? {} : { maxItemBytes: sizeLimit }),
  }
}

/** One account's files. */
export const makeFilesDestination = (desk: FilesDesk): Destination => ({
  name: desk.settings.name,
  profile: profileOf(desk),
  prepare: (collection, call) => prepare(desk, collection, call),
  placeOf: (collection, call) => placeOf(desk, collection, call),
  find: (item, where, call) => find(desk, item, where, call),
  async put({ id: place }, item, over, call) {
    call.signal.throwIfAborted()
    if (over === undefined) return putNew(desk, place, item, call)
    return pastAssembly(desk, item, () => putOver(desk, { place, item, over }, call), call)
  },
  putMany: ({ id: place }, items, call) => putMany(desk, place, items, call),
  walk: (search, call) => walk(desk, search, call),
  read: (receipt, call) => read(desk, receipt, call),
  dropDouble: (extra, keeper, call) => dropDouble(desk, extra, keeper, call),
  ...(folderWay(desk) === undefined ? {} : { date: (dates, call) => dateFolders(desk, dates, call) }),
  ...(desk.server.kind === 'nextcloud' ? { grant: (asked, call) => grant(desk, asked, call) } : {}),
  retire: (left, call) => retire(desk, left, call),
  nameOf: (item) => ({ folder: plainPlace(desk, item.home), name: plainName(desk.server.rules, item) }),
})
