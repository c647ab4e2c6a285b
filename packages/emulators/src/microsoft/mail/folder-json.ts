import type { MailFolder } from '@microsoft/microsoft-graph-types'
import { warmFacts } from '../../mail/warm.ts'
import { unknownProperty } from '../serve/errors.ts'
import type { Mailbox } from './mailbox.ts'
import { normalPropertyId } from './message-json.ts'
import type { Folder } from './state.ts'

type Wanted = Pick<
  Required<MailFolder>,
  'id' | 'displayName' | 'parentFolderId' | 'childFolderCount' | 'unreadItemCount' | 'totalItemCount' | 'isHidden'
>

/** What a search folder finds: here, unread messages. */
export function foundBy(mailbox: Mailbox): readonly NonNullable<Folder['arrivals'][number]>[] {
  return [...mailbox.messages.values()].filter((message) => !message.marks.read)
}

const PROPERTIES: { readonly [Name in keyof Wanted]: (mailbox: Mailbox, folder: Folder) => Wanted[Name] } = {
  id: (mailbox, folder) => mailbox.ids.folder(folder.serial),
  displayName: (_, folder) => folder.name,
  parentFolderId: (mailbox, folder) => mailbox.ids.folder(folder.parent?.serial ?? 0),
  // Hidden children are not counted (facts 3.1).
  childFolderCount: (mailbox, folder) => mailbox.children(folder).filter((each) => !each.hidden).length,
  unreadItemCount: (mailbox, folder) => (folder.search ? foundBy(mailbox).length : folder.unread),
  totalItemCount: (mailbox, folder) => (folder.search ? foundBy(mailbox).length : folder.items + folder.unlisted),
  isHidden: (_, folder) => folder.hidden,
}

const isProperty = (name: string): name is keyof Wanted => Object.hasOwn(PROPERTIES, name)

/** The properties that `$select` asks for. `wellKnownName` and `sizeInBytes` exist in beta only, and are refused as there. */
export function selectedFolderProperties(select: readonly string[] | undefined): readonly string[] {
  if (select === undefined || select.includes('*')) return Object.keys(PROPERTIES)
  for (const name of select) if (!isProperty(name)) throw unknownProperty(name, 'mailFolder')
  return select.includes('id') ? select : ['id', ...select]
}

/** One property's value, for filters and orders. */
export const folderProperty = (mailbox: Mailbox, folder: Folder, name: string): unknown =>
  isProperty(name) ? PROPERTIES[name](mailbox, folder) : undefined

/** A folder in JSON. `extended`: ids of extended properties to expand. */
export function folderJson(
  mailbox: Mailbox,
  folder: Folder,
  shape: { readonly properties: readonly string[]; readonly extended: readonly string[] },
): Record<string, unknown> {
  const json: Record<string, unknown> = {}
  if (folder.search) json['@odata.type'] = '#microsoft.graph.mailSearchFolder'
  for (const name of shape.properties) if (isProperty(name)) json[name] = PROPERTIES[name](mailbox, folder)
  const sized = shape.extended.filter((id) => /^(long|integer) 0xe08$/i.test(normalPropertyId(id)))
  if (sized.length > 0)
    json['singleValueExtendedProperties'] = sized.map((id) => ({ id: normalPropertyId(id), value: String(sizeOf(folder)) }))
  return json
}

const sizeOf = (folder: Folder): number =>
  folder.arrivals.reduce((sum, message) => sum + (message ? warmFacts(message.body).storeSize : 0), 0)
