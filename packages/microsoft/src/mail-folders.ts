import { type Call, type Collection, Fault, type Listing, type Role } from '@offramp/core'
import { type Json, numberOf, objectsOf, textOf } from '@offramp/wire'
import { type GraphClient, linkOf } from './client.ts'
import { PAGE } from './limits.ts'

/** The only way to know what a folder is for: its name is in the account's language, and `wellKnownName` is beta. */
const WELL_KNOWN: Readonly<Record<string, Role>> = {
  inbox: 'inbox',
  sentitems: 'sent',
  drafts: 'drafts',
  deleteditems: 'trash',
  junkemail: 'junk',
  archive: 'archive',
  outbox: 'outbox',
}

/** PR_MESSAGE_SIZE_EXTENDED: `sizeInBytes` is beta. */
const SIZE = 'Long 0x0E08'

const QUERY = `includeHiddenFolders=true&$top=${PAGE.folders}&$select=id,displayName,parentFolderId,childFolderCount,totalItemCount,isHidden&$expand=${encodeURIComponent(`singleValueExtendedProperties($filter=id eq '${SIZE}')`)}`

/** Folder id to role. Folders that the mailbox does not have are left out. */
export async function readRoles(mailbox: GraphClient, user: string, call: Call): Promise<ReadonlyMap<string, Role>> {
  const found = await Promise.all(
    Object.entries(WELL_KNOWN).map(async ([name, role]): Promise<readonly [string, Role] | undefined> => {
      const id = await folderId(mailbox, `${user}/mailFolders/${name}?$select=id`, call)
      return id === undefined ? undefined : [id, role]
    }),
  )
  return new Map(found.filter((each) => each !== undefined))
}

async function folderId(mailbox: GraphClient, path: string, call: Call): Promise<string | undefined> {
  try {
    return textOf((await mailbox.json({ path, asks: 'folder' }, call))['id'])
  } catch (thrown) {
    if (thrown instanceof Fault && thrown.code === 'graph-folder-gone') return undefined
    throw thrown
  }
}

interface Branch {
  readonly folder: Json
  readonly path: readonly string[]
}

/**
 * The whole tree, parents first, hidden folders and search folders included. v1.0 lists one level at a time, and `childFolderCount`
 * leaves hidden children out, so that every folder is asked for its children.
 */
export async function readFolders(
  mailbox: GraphClient,
  roles: ReadonlyMap<string, Role>,
  on: { user: string; call: Call },
): Promise<Listing[]> {
  const { user, call } = on
  const seen = new Set<string>()
  const listings: Listing[] = []
  let level = await children(mailbox, `${user}/mailFolders`, { path: [], call })
  while (level.length > 0) {
    const fresh = level.filter(({ folder }) => {
      const id = textOf(folder['id'])
      return id !== undefined && !seen.has(id) && seen.add(id)
    })
    listings.push(...fresh.map((branch) => listingOf(branch, roles)))
    const below = fresh.filter(({ folder }) => !isSearch(folder))
    const next = await Promise.all(
      below.map(({ folder, path }) =>
        children(mailbox, `${user}/mailFolders/${encodeURIComponent(textOf(folder['id']) ?? '')}/childFolders`, { path, call }),
      ),
    )
    level = next.flat()
  }
  return listings
}

async function children(mailbox: GraphClient, base: string, on: { path: readonly string[]; call: Call }): Promise<Branch[]> {
  const branches: Branch[] = []
  let path: string | undefined = `${base}?${QUERY}`
  while (path !== undefined) {
    let page: Json
    try {
      page = await mailbox.json({ path, asks: 'folder' }, on.call)
    } catch (thrown) {
      // Deleted or moved while the tree was read: the next turn sees it where it is then.
      if (thrown instanceof Fault && thrown.code === 'graph-folder-gone') return branches
      throw thrown
    }
    for (const folder of objectsOf(page['value'])) {
      // Names stay as they are: blanks, slashes, emoji, and twins are the destination's to escape.
      branches.push({ folder, path: [...on.path, typeof folder['displayName'] === 'string' ? folder['displayName'] : ''] })
    }
    path = linkOf(page, '@odata.nextLink')
  }
  return branches
}

const isSearch = (folder: Json): boolean => /mailSearchFolder$/i.test(textOf(folder['@odata.type']) ?? '')

function listingOf({ folder, path }: Branch, roles: ReadonlyMap<string, Role>): Listing {
  const id = textOf(folder['id']) ?? ''
  const role = roles.get(id)
  const items = numberOf(folder['totalItemCount'])
  const bytes = extendedNumber(folder, SIZE)
  const collection: Collection = {
    id,
    path,
    ...(role === undefined ? {} : { role }),
    ...(folder['isHidden'] === true ? { hidden: true } : {}),
  }
  return {
    id,
    collection,
    ...(items === undefined ? {} : { items }),
    ...(bytes === undefined ? {} : { bytes }),
    ...(isSearch(folder) ? { skip: 'virtual' } : {}),
  }
}

/** Graph echoes `Integer 0x0E08` as `Integer 0xe08`, and sends every value as a string. */
export function extendedNumber(owner: Json, wanted: string): number | undefined {
  const property = objectsOf(owner['singleValueExtendedProperties']).find((each) => sameProperty(textOf(each['id']) ?? '', wanted))
  return numberOf(property?.['value'])
}

const sameProperty = (left: string, right: string): boolean => left === right || plain(left) === plain(right)

/** Each message says the same few ids, some of them in several places. */
const plains = new Map<string, string>()
const MOST_PLAINS = 64

function plain(id: string): string {
  const known = plains.get(id)
  if (known !== undefined) return known
  const made = id.trim().toLowerCase().replace(/0x0*/, '0x')
  if (plains.size < MOST_PLAINS) plains.set(id, made)
  return made
}
