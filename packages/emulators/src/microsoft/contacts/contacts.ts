import type { Contact } from '@microsoft/microsoft-graph-types'
import { Shelf } from '../items/shelf.ts'

/** A photo: bytes, or so many bytes of a generated one. */
export type PhotoSeed = { readonly base64: string } | { readonly size: number }

export interface ContactState {
  readonly serial: number
  folder: ContactFolderState
  moves: number
  change: number
  readonly createdAt: number
  modifiedAt: number
  words: Contact
  photo: PhotoSeed | undefined
}

export interface ContactFolderState {
  readonly serial: number
  readonly parent: ContactFolderState | undefined
  readonly isDefault: boolean
  readonly shelf: Shelf<ContactState>
  /** Personal distribution lists: counted, and shown by no request (microsoft-graph-docs#11201). */
  lists: number
}

/** One mailbox's contacts, and what a person does to them. */
export class Contacts {
  readonly folders = new Map<number, ContactFolderState>()
  readonly contacts = new Map<number, ContactState>()
  readonly #next: () => number
  readonly #now: () => number

  constructor(facts: { readonly next: () => number; readonly now: () => number }) {
    this.#next = facts.next
    this.#now = facts.now
  }

  addFolder(
    name: string,
    options: { readonly parent?: ContactFolderState | undefined; readonly isDefault?: boolean } = {},
  ): ContactFolderState {
    const serial = this.#next()
    const folder: ContactFolderState = {
      serial,
      parent: options.parent,
      isDefault: options.isDefault ?? false,
      shelf: new Shelf(serial, name),
      lists: 0,
    }
    this.folders.set(serial, folder)
    return folder
  }

  add(folder: ContactFolderState, words: Contact, photo?: PhotoSeed): ContactState {
    const now = this.#now()
    const contact: ContactState = { serial: this.#next(), folder, moves: 0, change: 1, createdAt: now, modifiedAt: now, words, photo }
    this.contacts.set(contact.serial, contact)
    folder.shelf.add(contact)
    return contact
  }

  edit(contact: ContactState, words: Contact, photo?: PhotoSeed | null): void {
    contact.words = { ...contact.words, ...words }
    if (photo !== undefined) contact.photo = photo ?? undefined
    this.#touch(contact)
    contact.folder.shelf.touch(contact)
  }

  move(contact: ContactState, to: ContactFolderState): void {
    if (contact.folder === to) return
    contact.folder.shelf.take(contact)
    contact.moves += 1
    contact.folder = to
    this.#touch(contact)
    to.shelf.add(contact)
  }

  remove(contact: ContactState): void {
    contact.folder.shelf.take(contact)
    this.contacts.delete(contact.serial)
  }

  #touch(contact: ContactState): void {
    contact.change += 1
    contact.modifiedAt = Math.max(this.#now(), contact.modifiedAt)
  }
}
