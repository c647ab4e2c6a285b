import type { Reply } from '../../serve/reply.ts'
import { type OutlookAccount, serialOf } from '../calendar/find.ts'
import { shelfDelta } from '../items/shelf-delta.ts'
import { collection, pageOf, selectSuffix } from '../odata/page.ts'
import type { Asked } from '../serve/asked.ts'
import { folderNotFound, GraphError, invalidId, itemNotFound, unknownProperty } from '../serve/errors.ts'
import { bytesReply, jsonReply } from '../serve/reply.ts'
import type { TenantState } from '../serve/tenant-state.ts'
import { contactJson } from './contact-json.ts'
import type { ContactFolderState, ContactState } from './contacts.ts'
import { photoBytes } from './photo.ts'

const PAGE = { usual: 10, most: 1000 }
const FOLDER_PROPERTIES = ['id', 'displayName', 'parentFolderId'] as const

export function findContactFolder({ mailbox, outlook }: OutlookAccount, id: string): ContactFolderState {
  const all = [...outlook.contacts.folders.values()]
  const serial = id.toLowerCase() === 'contacts' ? all.find((each) => each.isDefault)?.serial : mailbox.ids.readFolder(id)
  if (serial === undefined) throw invalidId()
  const folder = outlook.contacts.folders.get(serial)
  if (!folder) throw folderNotFound()
  return folder
}

function folderJson(
  { mailbox }: OutlookAccount,
  folder: ContactFolderState,
  select: readonly string[] | undefined,
): Record<string, unknown> {
  for (const name of select ?? []) if (!FOLDER_PROPERTIES.some((each) => each === name)) throw unknownProperty(name, 'contactFolder')
  const json = {
    id: mailbox.ids.folder(folder.serial),
    displayName: folder.shelf.name,
    parentFolderId: mailbox.ids.folder(folder.parent?.serial ?? 0),
  }
  return select === undefined ? json : Object.fromEntries(Object.entries(json).filter(([name]) => name === 'id' || select.includes(name)))
}

/** `GET .../contactFolders` and `.../childFolders`: without the default folder (microsoft-graph-docs#6273), whose children are those at the top. */
export function listContactFolders(asked: Asked, account: OutlookAccount, parent?: string): Reply {
  const above = parent === undefined ? undefined : findContactFolder(account, parent)
  const all = [...account.outlook.contacts.folders.values()].filter((each) => !each.isDefault && each.parent === above)
  const page = pageOf(all, asked, PAGE)
  const value = page.items.map((each) => folderJson(account, each, asked.query.select))
  return jsonReply(
    collection(`users('${asked.parts[1] ?? ''}')/contactFolders${selectSuffix(asked)}`, asked, {
      value,
      count: all.length,
      nextLink: page.nextLink,
    }),
  )
}

export const getContactFolder = (asked: Asked, account: OutlookAccount, id: string): Reply =>
  jsonReply({
    '@odata.context': `${asked.root}/$metadata#users('${asked.parts[1] ?? ''}')/contactFolders/$entity`,
    ...folderJson(account, findContactFolder(account, id), asked.query.select),
  })

/** `GET .../contacts`, of one folder, or of the default one: not of all. The count holds the distribution lists, and the list does not. */
export function listContacts(asked: Asked, account: OutlookAccount, folder: string | undefined): Reply {
  const { shelf, lists } = findContactFolder(account, folder ?? 'contacts')
  const all = shelf.items()
  const page = pageOf(all, asked, PAGE)
  const value = page.items.map((contact) => contactJson({ ...account, contact, prefer: asked.prefer }, asked.query.select))
  return jsonReply(
    collection(`users('${asked.parts[1] ?? ''}')/contacts${selectSuffix(asked)}`, asked, {
      value,
      count: all.length + lists,
      nextLink: page.nextLink,
    }),
  )
}

/** `folder`: through which the contact is asked for. Without one only those of the default folder are found. */
function findContact(account: OutlookAccount, id: string, folder: string | undefined): ContactState {
  const { contacts } = account.outlook.contacts
  const found = contacts.get(serialOf(account.mailbox, id, (serial) => contacts.get(serial)?.moves))
  if (!found || (folder !== undefined && found.folder !== findContactFolder(account, folder))) throw itemNotFound()
  return found
}

export function getContact(
  asked: Asked,
  account: OutlookAccount,
  name: { readonly folder?: string | undefined; readonly id: string },
): Reply {
  const contact = findContact(account, name.id, name.folder)
  const context = `${asked.root}/$metadata#users('${asked.parts[1] ?? ''}')/contacts${selectSuffix(asked)}/$entity`
  return jsonReply({ '@odata.context': context, ...contactJson({ ...account, contact, prefer: asked.prefer }, asked.query.select) })
}

/** `GET .../contacts/{id}/photo/$value`. Outside the default folder the way leads through the folder. */
export function contactPhoto(account: OutlookAccount, name: { readonly folder?: string | undefined; readonly id: string }): Reply {
  const contact = findContact(account, name.id, name.folder)
  if (name.folder === undefined && !contact.folder.isDefault) throw itemNotFound()
  // Both have been seen.
  if (contact.photo === undefined) {
    throw new GraphError(404, contact.serial % 2 === 0 ? 'ErrorItemNotFound' : 'ImageNotFound', "The photo wasn't found.")
  }
  return bytesReply([photoBytes(contact.photo)], 'image/jpeg')
}

/** `GET .../contactFolders/{f}/contacts/delta`. */
export function contactDelta(tenant: TenantState, asked: Asked, account: OutlookAccount): Reply {
  const [, user = '', , folder = ''] = asked.parts
  return shelfDelta(tenant, asked, {
    shelf: findContactFolder(account, folder).shelf,
    type: 'contact',
    path: `/users('${encodeURIComponent(user)}')/contactFolders('${encodeURIComponent(folder)}')/contacts/delta`,
    overQuota: account.account.overQuota,
    idOf: (contact) => account.mailbox.ids.message(contact, asked.prefer.ids),
    json: (contact, select) => contactJson({ ...account, contact, prefer: asked.prefer }, select),
  })
}
