import type { ContactFolderState, ContactState } from '../contacts/contacts.ts'
import type { ContactFolderTruth, ContactTruth, Desk, OutlookControl } from './outlook-desk.ts'

type ContactCalls =
  | 'contactFolders'
  | 'addContactFolder'
  | 'contacts'
  | 'addContact'
  | 'editContact'
  | 'moveContact'
  | 'removeContact'
  | 'addDistributionList'

export function contactDesk(desk: Desk): Pick<OutlookControl, ContactCalls> {
  const { mailbox, outlook } = desk
  const { contacts } = outlook
  const shown = (folder: ContactFolderState): ContactFolderTruth => ({
    id: mailbox.ids.folder(folder.serial),
    name: folder.shelf.name,
    contacts: folder.shelf.items().length,
  })
  const truth = (contact: ContactState): ContactTruth => ({
    id: mailbox.ids.message(contact, 'immutable'),
    folder: mailbox.ids.folder(contact.folder.serial),
    displayName: contact.words.displayName ?? '',
    mails: (contact.words.emailAddresses ?? []).flatMap(({ address }) => address ?? []),
    phones: [contact.words.mobilePhone, ...(contact.words.businessPhones ?? []), ...(contact.words.homePhones ?? [])].filter(
      (phone): phone is string => typeof phone === 'string',
    ),
    hasPhoto: contact.photo !== undefined,
  })
  return {
    contactFolders: async () => [...contacts.folders.values()].map(shown),
    addContactFolder: async (name, parent = null) =>
      shown(contacts.addFolder(name, parent === null ? {} : { parent: desk.folder(parent) })),
    contacts: async () => [...contacts.contacts.values()].map(truth),
    addContact: async (folder, contact, photo = null) => truth(contacts.add(desk.folder(folder), contact, photo ?? undefined)),
    editContact: async (id, change, photo) => {
      contacts.edit(desk.contact(id), change, photo)
      return truth(desk.contact(id))
    },
    moveContact: async (id, folder) => {
      contacts.move(desk.contact(id), desk.folder(folder))
      return truth(desk.contact(id))
    },
    removeContact: async (id) => contacts.remove(desk.contact(id)),
    addDistributionList: async (folder) => {
      desk.folder(folder).lists += 1
    },
  }
}
