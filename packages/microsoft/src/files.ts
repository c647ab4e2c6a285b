import { type Account, type Call, type Clock, Fault, type ItemRef, type Log, type Page, type Source } from '@offramp/core'
import type { Choices } from '@offramp/formats'
import { textOf } from '@offramp/wire'
import { cutPages } from './cut-pages.ts'
import type { DriveClient, Drives } from './drive-client.ts'
import { type FolderTable, folderTable } from './drive-folders.ts'
import { nameOf, parentIdOf, refOf, sortOf } from './drive-item.ts'
import { type FoundDrive, readDrives } from './drive-list.ts'
import { censusOf, measureDrives } from './drive-measure.ts'
import { fileOpener } from './drive-open.ts'
import { type DrivePage, readDrivePage } from './drive-pages.ts'
import { type Opening, type Told, tellItem } from './drive-present.ts'

interface Services {
  readonly log: Log
  readonly clock: Clock
  readonly choices?: Choices
}

export const driveClientOf = (drives: Drives, account: Account): DriveClient =>
  drives.of(account.kind === 'site' ? `the site ${account.name}` : `the OneDrive of ${account.name}`)

/** Files of one account, read app-only: the OneDrive of a person, or all document libraries of a site. A drive is a listing. */
export function fileSource(drives: Drives, account: Account, services: Services): Source {
  const client = driveClientOf(drives, account)
  const opening: Opening = { client, account, clock: services.clock, choices: services.choices?.files }
  const opener = fileOpener(opening)
  const folders = folderTable(client)
  const cut = cutPages()
  const known = new WeakMap<ItemRef, Told>()
  const names = new WeakMap<ItemRef, string>()
  let found: Promise<readonly FoundDrive[]> | undefined

  /** Asked once: a turn sees the drives that were there when it began. */
  async function all(call: Call): Promise<readonly FoundDrive[]> {
    call.signal.throwIfAborted()
    found ??= readDrives(client, account, call)
    try {
      return await found
    } catch (thrown) {
      found = undefined
      throw thrown
    }
  }

  async function driveOf(id: string, call: Call): Promise<FoundDrive> {
    const drive = (await all(call)).find((each) => each.id === id)
    if (drive !== undefined) return drive
    throw new Fault({ reach: 'listing', code: 'graph-drive-gone', message: `A drive of ${client.about} is no longer there.` })
  }

  async function tell(id: string, call: Call): Promise<Told> {
    const [first, second] = id.split('/')
    if (second !== undefined) return tellItem(opening, await driveOf(first ?? '', call), second, call)
    const [only] = await all(call)
    if (only === undefined) throw new Fault({ reach: 'item', reason: 'gone', code: 'graph-gone', message: `${client.about} is gone.` })
    return tellItem(opening, only, id, call)
  }

  async function pageOf(drive: FoundDrive, after: string | undefined, call: Call): Promise<Page> {
    const page = await readDrivePage(client, { drive, after }, call)
    const at = services.clock.now()
    const collections = await foldersOf({ folders, drive, page }, call)
    const refs = page.values.flatMap((item) => {
      const id = textOf(item['id'])
      if (id === undefined || isFolder(sortOf(item))) return []
      const ref = refOf(item, drive.idOf(id))
      if (ref.removed === undefined) known.set(ref, { drive, item, at })
      return [ref]
    })
    return { refs, collections, cursor: page.cursor, last: page.last }
  }

  return {
    name: `microsoft files ${account.name}`,
    profile: { kind: 'file', offers: ['modifiedAt', 'createdAt'] },
    async *listings(call) {
      for (const { listing } of await all(call)) yield listing
    },
    async page(listing, after, limit, call) {
      const drive = await driveOf(listing.id, call)
      return cut.page(after, limit, (from) => pageOf(drive, from, call))
    },
    async open(ref, call) {
      const told = (opener.isRestless(ref.id) ? undefined : known.get(ref)) ?? (await tell(ref.id, call))
      names.set(ref, nameOf(told.item))
      const parent = parentIdOf(told.item)
      const home = await folders.collection(told.drive, parent ?? '', call)
      return opener.open({ id: ref.id, told, home }, call)
    },
    labelOf: (ref) => names.get(ref),
    census: (listing, call) => censusOf({ client, folders, drive: (asked) => driveOf(listing.id, asked) }, call),
    measure: (call) => measureDrives({ client, folders, drives: (asked) => all(asked), choices: opening.choices }, call),
  }
}

const isFolder = (sort: ReturnType<typeof sortOf>): boolean => sort === 'folder' || sort === 'root'

/** All folders of a page are learned before any path is made: a parent may stand behind its children. */
async function foldersOf(
  on: { readonly folders: FolderTable; readonly drive: FoundDrive; readonly page: DrivePage },
  call: Call,
): Promise<NonNullable<Page['collections']>> {
  const { folders, drive, page } = on
  const ids: string[] = []
  for (const item of page.values) {
    const sort = sortOf(item)
    const id = textOf(item['id'])
    if (id === undefined) continue
    if (sort === 'deleted') folders.forget(drive, id)
    // A notebook is none, and yet may hold files.
    else if (isFolder(sort) || sort === 'package') folders.learn(drive, item)
    if (isFolder(sort)) ids.push(id)
  }
  const collections: NonNullable<Page['collections']>[number][] = []
  for (const id of ids) {
    try {
      collections.push(await folders.collection(drive, id, call))
    } catch (thrown) {
      // A folder above it was deleted since: the feed will say so.
      if (!(thrown instanceof Fault) || thrown.reason !== 'gone') throw thrown
    }
  }
  return collections
}
