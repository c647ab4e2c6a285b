import { type Call, Fault, type Item, type Page } from '@offramp/core'
import { type Json, objectOf, textOf, textsOf } from '@offramp/wire'
import { contactId } from './contacts-card.ts'
import { type PersonPage, readPeople, type Shelf } from './contacts-pages.ts'
import type { ContactReader } from './contacts-reader.ts'
import { type Delta, encodePosition, type First } from './work-cursor.ts'
import { fill, type Room, type Unit } from './work-page.ts'

/** One address book, page by page: everything, then what has changed since. */
export class ContactWalk {
  readonly #reader: ContactReader
  readonly #shelf: Shelf
  #kept: { readonly key: string; readonly page: PersonPage } | undefined

  constructor(reader: ContactReader, shelf: Shelf) {
    this.#reader = reader
    this.#shelf = shelf
  }

  async next(at: First | Delta, room: Room): Promise<Page> {
    const { made, token } = at
    const sync = at.mode === 'delta' ? at.sync : undefined
    if (at.after === undefined && at.part === undefined) this.#kept = undefined
    const page = await this.#page({ ...(sync === undefined ? {} : { sync }), ...(token === undefined ? {} : { token }) }, room.call)
    const { refs, spot } = await fill(this.#units(page, token === undefined), at, room)
    const here = (sync === undefined ? { mode: 'first', made } : { mode: 'delta', made, sync }) satisfies First | Delta
    if (spot !== undefined)
      return { refs, cursor: encodePosition({ ...here, ...(token === undefined ? {} : { token }), ...spot }), last: false }
    this.#kept = undefined
    if (page.token !== undefined) return { refs, cursor: encodePosition({ ...here, token: page.token }), last: false }
    if (page.sync === undefined) {
      const message = `Google ended a listing of ${this.#reader.client(this.#shelf).about} without saying where its changes begin.`
      throw new Fault({ reach: 'call', code: 'google-no-sync-token', message })
    }
    return { refs, cursor: encodePosition({ mode: 'delta', made, sync: page.sync }), last: true }
  }

  /** Groups are named anew with the first page of each walk: their list has no changes, and is short. */
  #units(page: PersonPage, first: boolean): readonly Unit[] {
    const live = new Set(page.people.filter((person) => !isDeleted(person)).map(contactId))
    const renamed = new Set(page.people.flatMap((person) => textsOf(objectOf(person['metadata'])['previousResourceNames'])))
    const people = page.people.map((person): Unit => {
      const key = textOf(person['resourceName']) ?? ''
      if (!isDeleted(person)) return { key, refs: async (call) => [await this.#reader.ref(this.#shelf, person, call)] }
      // Of a contact that goes by another name since, the old name is reported as deleted.
      const id = contactId(person)
      return { key, refs: () => (live.has(id) || renamed.has(key) ? [] : [{ id, version: '', removed: true }]) }
    })
    const groups: readonly Unit[] =
      first && this.#shelf === 'contacts' ? [{ key: 'groups', refs: (call) => this.#reader.groupRefs(call) }] : []
    return [...people, ...groups]
  }

  async *census(call: Call): AsyncGenerator<readonly Item[]> {
    const reader = this.#reader
    for await (const people of reader.allPages(this.#shelf, call)) {
      yield await Promise.all(people.map((person) => reader.counted({ shelf: this.#shelf, person }, call)))
    }
    if (this.#shelf !== 'contacts' || reader.choices.groups !== 'apple') return
    const { own } = await reader.groups(call)
    yield await Promise.all(own.map((group) => reader.counted({ group }, call)))
  }

  async #page(question: { readonly sync?: string; readonly token?: string }, call: Call): Promise<PersonPage> {
    const key = JSON.stringify([question.sync, question.token])
    if (this.#kept?.key === key) return this.#kept.page
    const page = await readPeople(this.#reader.client(this.#shelf), { shelf: this.#shelf, ...question }, call)
    this.#kept = { key, page }
    return page
  }
}

const isDeleted = (person: Json): boolean => objectOf(person['metadata'])['deleted'] === true
