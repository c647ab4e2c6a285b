import type { GroupJson, PersonJson } from '../contacts/book.ts'

/** The owner of an address book at work, and the truth about it. The same in-process and from another process. */
export interface ContactsControl {
  /** Contacts, or what was collected by itself. */
  people(where?: 'people' | 'others'): Promise<readonly PersonJson[]>
  /** Adds a contact as Google has it, or replaces the one of that resource name. */
  put(person: PersonJson, where?: 'people' | 'others'): Promise<PersonJson>
  remove(resourceName: string): Promise<void>
  /** The contact goes by another name from now on, as when it was joined with a profile. Answers with the new one. */
  rename(resourceName: string): Promise<string>
  groups(): Promise<readonly GroupJson[]>
  addGroup(name: string): Promise<GroupJson>
  renameGroup(resourceName: string, name: string): Promise<void>
  /** Gives the address at which a picture is served from now on. */
  addPhoto(id: string, base64: string, mediaType: string): Promise<string>
  expireSyncTokens(): Promise<void>
}
