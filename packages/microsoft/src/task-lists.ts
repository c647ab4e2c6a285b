import type { Call, Listing } from '@offramp/core'
import { textOf } from '@offramp/wire'
import { listOf } from './calendar-lists.ts'
import type { GraphClient } from './client.ts'
import { PAGE } from './limits.ts'

/** Every list of To Do. Flagged mail shows there as a list of tasks; shared lists show with everybody who may see them. */
export async function readTaskLists(
  reader: { readonly mailbox: GraphClient; readonly user: string },
  call: Call,
): Promise<readonly Listing[]> {
  const lists = await listOf(reader.mailbox, `${reader.user}/todo/lists?$top=${PAGE.lists}`, call)
  return lists.flatMap((list, order): Listing[] => {
    const id = textOf(list['id'])
    if (id === undefined) return []
    const known = textOf(list['wellknownListName'])
    const name = typeof list['displayName'] === 'string' ? list['displayName'] : ''
    const collection = { id, path: [name], order, ...(known === 'defaultList' ? { role: 'default' as const } : {}) }
    if (known === 'flaggedEmails') return [{ id, collection, skip: 'virtual' }]
    return [{ id, collection, ...(list['isOwner'] === false ? { skip: 'not-owned' as const } : {}) }]
  })
}
