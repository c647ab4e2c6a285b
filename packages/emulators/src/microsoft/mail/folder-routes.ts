import type { Reply } from '../../serve/reply.ts'
import { matches } from '../odata/matches.ts'
import { collection, pageOf, selectSuffix } from '../odata/page.ts'
import type { Asked } from '../serve/asked.ts'
import { badRequest } from '../serve/errors.ts'
import { jsonReply } from '../serve/reply.ts'
import { extendedIds, findFolder, type MailAccount } from './find.ts'
import { folderJson, folderProperty, selectedFolderProperties } from './folder-json.ts'
import type { Folder } from './state.ts'

/** `/mailFolders` lists ten at a time (facts 3.1). */
const PAGE = { usual: 10, most: 1000 }

/** `GET /users/{u}/mailFolders` and `/mailFolders/{f}/childFolders`: one level, hidden ones only when asked for. */
export function listFolders(asked: Asked, { mailbox }: MailAccount, parent: Folder): Reply {
  const { query } = asked
  const hidden = query.custom.get('includeHiddenFolders')?.toLowerCase() === 'true'
  const properties = selectedFolderProperties(query.select)
  checkExpand(asked)
  const extended = extendedIds(query.expand)
  const { filter } = query
  const all = mailbox
    .children(parent)
    .filter((folder) => hidden || !folder.hidden)
    .filter((folder) => filter === undefined || matches(filter, (path) => folderProperty(mailbox, folder, path)))
  const page = pageOf(all, asked, PAGE)
  const children = query.expand.some((each) => each.path === 'childFolders')
  const value = page.items.map((folder) => ({
    ...folderJson(mailbox, folder, { properties, extended }),
    ...(children && {
      childFolders: mailbox
        .children(folder)
        .filter((each) => hidden || !each.hidden)
        .map((each) => folderJson(mailbox, each, { properties, extended })),
    }),
  }))
  const context = `users('${asked.parts[1] ?? ''}')/mailFolders${selectSuffix(asked)}`
  return jsonReply(collection(context, asked, { value, count: all.length, nextLink: page.nextLink }))
}

function checkExpand(asked: Asked): void {
  for (const { path } of asked.query.expand) {
    if (path !== 'childFolders' && path !== 'singleValueExtendedProperties') {
      throw badRequest(`Could not find a property named '${path}' on type 'microsoft.graph.mailFolder'.`, 'RequestBroker--ParseUri')
    }
  }
}

/** `GET /users/{u}/mailFolders/{id or well-known name}`. */
export function getFolder(asked: Asked, { mailbox }: MailAccount, name: string): Reply {
  const folder = findFolder(mailbox, name)
  const properties = selectedFolderProperties(asked.query.select)
  checkExpand(asked)
  const json = folderJson(mailbox, folder, { properties, extended: extendedIds(asked.query.expand) })
  return jsonReply({
    '@odata.context': `${asked.root}/$metadata#users('${asked.parts[1] ?? ''}')/mailFolders${selectSuffix(asked)}/$entity`,
    ...json,
  })
}
