import { type Call, type Collection, Fault, type Listing, type Measured } from '@offramp/core'
import { type Json, numberOf, objectsOf, textOf } from '@offramp/wire'
import { listOf } from './calendar-lists.ts'
import { type GraphClient, linkOf } from './client.ts'
import { PAGE } from './limits.ts'
import { LOSSES } from './losses.ts'

interface FolderReader {
  readonly mailbox: GraphClient
  /** `/users/<id>`. */
  readonly user: string
}

const QUERY = `$top=${PAGE.folders}&$select=id,displayName,parentFolderId`

/** Folders in which Exchange, Outlook and Skype keep what people never put there. Their names are the same in every language. */
const MADE_BY_SOURCE: ReadonlySet<string> = new Set([
  'gal contacts',
  'recipient cache',
  'peoplecentricconversation buddies',
  'organizational contacts',
  'companies',
  'externalcontacts',
  'mycontactsextended',
  'skype for business contacts',
  'lync contacts',
  'linkedin',
  'facebook',
  '{a9e2bc46-b3a0-4243-b315-60d991004455}',
  '{06967759-274d-40b2-a3eb-d7f9e73727d7}',
])

/**
 * The default folder, which Graph v1.0 does not list (microsoft-graph-docs#6273), and all that are listed. It is found by what lies in it: where it is
 * empty nothing is missed.
 */
export async function readContactFolders(reader: FolderReader, call: Call): Promise<readonly Listing[]> {
  const { mailbox, user } = reader
  const listings: Listing[] = []
  const seen = new Set<string>()
  const usual = await defaultFolder(reader, call)
  if (usual !== undefined) {
    seen.add(usual.id)
    listings.push({ ...usual, ...(await countOf(reader, usual.id, call)) })
  }
  let level = (await listOf(mailbox, `${user}/contactFolders?${QUERY}`, call)).map((folder) => ({ folder, path: [] as readonly string[] }))
  while (level.length > 0) {
    const below: typeof level = []
    for (const { folder, path } of level) {
      const id = textOf(folder['id'])
      if (id === undefined || seen.has(id)) continue
      seen.add(id)
      const name = typeof folder['displayName'] === 'string' ? folder['displayName'] : ''
      const made = MADE_BY_SOURCE.has(name.trim().toLowerCase())
      const collection: Collection = { id, path: [...path, name], order: listings.length, ...(made ? { hidden: true } : {}) }
      listings.push({ id, collection, ...(made ? { skip: 'made-by-source' } : await countOf(reader, id, call)) })
      const children = await listOf(mailbox, `${user}/contactFolders/${encodeURIComponent(id)}/childFolders?${QUERY}`, call)
      below.push(...children.map((child) => ({ folder: child, path: collection.path })))
    }
    level = below
  }
  return listings
}

async function defaultFolder({ mailbox, user }: FolderReader, call: Call): Promise<Listing | undefined> {
  const first = await mailbox.json({ path: `${user}/contacts?$top=1&$select=parentFolderId`, asks: 'folder' }, call)
  const id = textOf(objectsOf(first['value'])[0]?.['parentFolderId'])
  if (id === undefined) return undefined
  const name = await nameOf({ mailbox, user }, id, call)
  return { id, collection: { id, path: [name], role: 'default', order: 0 } }
}

/** What the owner's language calls it. */
async function nameOf({ mailbox, user }: FolderReader, id: string, call: Call): Promise<string> {
  try {
    const folder = await mailbox.json(
      { path: `${user}/contactFolders/${encodeURIComponent(id)}?$select=displayName`, asks: 'folder' },
      call,
    )
    return textOf(folder['displayName']) ?? 'Contacts'
  } catch (thrown) {
    if (thrown instanceof Fault && ['graph-folder-gone', 'graph-bad-request'].includes(thrown.code)) return 'Contacts'
    throw thrown
  }
}

/** Distribution lists are counted as well, so that it is an estimate. */
async function countOf({ mailbox, user }: FolderReader, id: string, call: Call): Promise<{ readonly items?: number }> {
  const path = `${user}/contactFolders/${encodeURIComponent(id)}/contacts?$count=true&$top=1&$select=id`
  try {
    const items = numberOf((await mailbox.json({ path, asks: 'folder' }, call))['@odata.count'])
    return items === undefined ? {} : { items }
  } catch (thrown) {
    if (thrown instanceof Fault && thrown.code === 'graph-folder-gone') return {}
    throw thrown
  }
}

/**
 * How many contacts each folder holds. Personal distribution lists are counted by Graph and shown by no request (microsoft-graph-docs#11201): what is
 * counted and not listed is one of them. One request for each 500 contacts.
 */
export async function* measureContacts(
  on: FolderReader & { listings(): Promise<readonly Listing[]> },
  call: Call,
): AsyncGenerator<Measured> {
  for (const { id, collection, skip, items: counted } of await on.listings()) {
    if (collection === undefined || skip !== undefined) continue
    let items = 0
    let path: string | undefined = `${on.user}/contactFolders/${encodeURIComponent(id)}/contacts?$select=id`
    while (path !== undefined) {
      const page: Json = await on.mailbox.json({ path, asks: 'page', prefer: [`odata.maxpagesize=${PAGE.messages}`] }, call)
      items += objectsOf(page['value']).length
      path = linkOf(page, '@odata.nextLink')
    }
    const unlisted = (counted ?? 0) - items
    yield { collection, items, ...(unlisted > 0 ? { losses: [{ says: LOSSES.lists, items: unlisted }] } : {}) }
  }
}
