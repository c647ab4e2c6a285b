import type { Account } from '../directory/account.ts'
import type { Filter } from '../odata/filter.ts'
import type { Expand } from '../odata/query.ts'
import { badRequest, folderNotFound, invalidId, itemNotFound } from '../serve/errors.ts'
import type { IdSpace } from './ids.ts'
import type { Mailbox } from './mailbox.ts'
import { WELL_KNOWN } from './names.ts'
import type { Folder, Message } from './state.ts'

/** An account whose mailbox has been found to be in the cloud and in scope. */
export interface MailAccount {
  readonly account: Account
  readonly mailbox: Mailbox
}

/** By id or well-known name; throws the real 404 or 400. */
export function findFolder(mailbox: Mailbox, name: string): Folder {
  const lower = name.toLowerCase()
  if (WELL_KNOWN.includes(lower)) {
    const folder = mailbox.wellKnown(lower)
    if (!folder) throw folderNotFound()
    return folder
  }
  const serial = mailbox.ids.readFolder(name)
  if (serial === undefined) throw invalidId()
  const folder = mailbox.folders.get(serial)
  if (!folder) throw folderNotFound()
  return folder
}

/** By an id of either space, in its very spelling. A default id dies when the message moves. */
export function findMessage(mailbox: Mailbox, id: string): { readonly message: Message; readonly space: IdSpace } {
  const read = mailbox.ids.readMessage(id)
  if (!read) throw invalidId()
  const message = mailbox.messages.get(read.facts.serial)
  if (!message || (read.space === 'default' && message.moves !== read.facts.moves)) throw itemNotFound()
  return { message, space: read.space }
}

/** The ids in `singleValueExtendedProperties($filter=id eq 'a' or id eq 'b')`; empty where nothing of the kind is expanded. */
export function extendedIds(expand: readonly Expand[]): readonly string[] {
  return expand.flatMap((each) => {
    if (each.path !== 'singleValueExtendedProperties') return []
    if (!each.filter) throw badRequest('The expanded extended properties must be filtered by id.', 'ErrorInvalidRequest')
    return idsIn(each.filter)
  })
}

function idsIn(filter: Filter): readonly string[] {
  if (filter.op === 'or') return [...idsIn(filter.left), ...idsIn(filter.right)]
  if (
    filter.op === 'eq' &&
    'path' in filter.left &&
    filter.left.path.toLowerCase() === 'id' &&
    'value' in filter.right &&
    typeof filter.right.value === 'string'
  ) {
    const id = filter.right.value
    if (!/^\w+ (0x[0-9a-f]+|\{[0-9a-f-]+\} (Name .+|Id 0x[0-9a-f]+))$/i.test(id))
      throw badRequest(`The property id '${id}' is invalid.`, 'ErrorInvalidArgument')
    return [id]
  }
  throw badRequest('The filter of the expanded extended properties is not supported.', 'ErrorInvalidUrlQueryFilter')
}
