import type { ContactBook, GroupJson, PersonJson } from '../contacts/book.ts'
import type { ContactsControl } from './contacts-control.ts'

/** The owner of an address book in this process. */
export class ContactsDesk implements ContactsControl {
  readonly #book: ContactBook

  constructor(book: ContactBook) {
    this.#book = book
  }

  async people(where: 'people' | 'others' = 'people'): Promise<readonly PersonJson[]> {
    return [...this.#book[where].values()].flatMap(({ json, deleted }) => (deleted ? [] : [json]))
  }

  async put(person: PersonJson, where: 'people' | 'others' = 'people'): Promise<PersonJson> {
    return this.#book.put(person, where)
  }

  async remove(resourceName: string): Promise<void> {
    this.#book.remove(resourceName)
  }

  async rename(resourceName: string): Promise<string> {
    const { etag: _, metadata, ...person } = this.#book.known(resourceName)
    const next = resourceName.replace('/c', '/1000')
    this.#book.remove(resourceName)
    this.#book.put({ ...person, resourceName: next, metadata: { ...metadata, previousResourceNames: [resourceName] } })
    return next
  }

  async groups(): Promise<readonly GroupJson[]> {
    return [...this.#book.groups.values()]
  }

  async addGroup(name: string): Promise<GroupJson> {
    return this.#book.addGroup(name)
  }

  async renameGroup(resourceName: string, name: string): Promise<void> {
    this.#book.renameGroup(resourceName, name)
  }

  async addPhoto(id: string, base64: string, mediaType: string): Promise<string> {
    this.#book.addPhoto(`cm/${id}`, { bytes: Buffer.from(base64, 'base64'), mediaType })
    return `https://lh3.googleusercontent.com/cm/${id}=s100`
  }

  async expireSyncTokens(): Promise<void> {
    this.#book.people.expire()
    this.#book.others.expire()
  }
}
