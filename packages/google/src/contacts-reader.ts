import { createHash } from 'node:crypto'
import { type Call, type Collection, Fault, type Item, type ItemRef, type Reason } from '@offramp/core'
import { type Card, type Choices, derivedUid, writeCard } from '@offramp/formats'
import { type Json, objectOf, objectsOf, textOf } from '@offramp/wire'
import type { PeopleClient } from './client.ts'
import { cardOf, contactId, contactSource, groupsOf, uidOfContact } from './contacts-card.ts'
import { type ContactGroups, groupCard, type OwnGroup, readGroups } from './contacts-groups.ts'
import { readPeople, readPerson, type Shelf } from './contacts-pages.ts'
import { photoUrl, readPhoto } from './contacts-photo.ts'

/** A contact, or a group as a card of its own. */
type Known = { readonly shelf: Shelf; readonly person: Json } | { readonly group: OwnGroup }

export interface ContactParts {
  readonly client: PeopleClient
  /** For what Google collected by itself. */
  readonly collected: PeopleClient
  readonly choices: NonNullable<Choices['contacts']>
}

export const BOOKS: Readonly<Record<Shelf, Collection>> = {
  contacts: { id: 'contacts', path: ['Contacts'], role: 'default', order: 0 },
  collected: { id: 'collected', path: ['Other contacts'], order: 1, description: 'Addresses that Google collected by itself' },
}

/** Where a listing cuts what a contact has. */
const CUT = 100
const PIXELS = 512

const NO_GROUPS: ContactGroups = { names: new Map(), own: [] }

/** One account's address books: its groups as they were last seen, and contacts as they are read. */
export class ContactReader {
  readonly #parts: ContactParts
  readonly #known = new WeakMap<ItemRef, Known>()
  #groups: Promise<ContactGroups> | undefined

  constructor(parts: ContactParts) {
    this.#parts = parts
  }

  get choices(): ContactParts['choices'] {
    return this.#parts.choices
  }

  client(shelf: Shelf): PeopleClient {
    return shelf === 'contacts' ? this.#parts.client : this.#parts.collected
  }

  groups(call: Call): Promise<ContactGroups> {
    return this.#groups ?? this.askGroups(call)
  }

  askGroups(call: Call): Promise<ContactGroups> {
    const asked = readGroups(this.#parts.client, call)
    this.#groups = asked
    asked.catch(() => {
      if (this.#groups === asked) this.#groups = undefined
    })
    return asked
  }

  /** Groups that become cards of their own, where the operator wants them. */
  async groupRefs(call: Call): Promise<readonly ItemRef[]> {
    if (this.#parts.choices.groups !== 'apple') return []
    return (await this.groups(call)).own.map((group) => this.#refOf({ group }, group.version))
  }

  async ref(shelf: Shelf, person: Json, call: Call): Promise<ItemRef> {
    return this.#refOf({ shelf, person }, await this.#revision(shelf, person, call))
  }

  async open(ref: ItemRef, call: Call): Promise<Item> {
    call.signal.throwIfAborted()
    const known = this.#known.get(ref) ?? (await this.#ask(ref.id, call))
    const { card, losses } = await this.#card(known, call)
    const written = writeCard(card, this.#parts.choices)
    const told = [...new Set([...losses, ...written.losses])]
    return { ...(await this.#item(known, call)), size: written.bytes.length, losses: told, body: (asked) => inHand(written.bytes, asked) }
  }

  /** As a count tells it. */
  async counted(known: Known, call: Call): Promise<Item> {
    const item = await this.#item(known, call)
    this.#known.set(item, known)
    return item
  }

  #refOf(known: Known, revision: string): ItemRef {
    const ref: ItemRef = { id: idOf(known), version: print(bookOf(known).id, revision) }
    this.#known.set(ref, known)
    return ref
  }

  async #item(known: Known, call: Call): Promise<Item> {
    const revision = 'group' in known ? known.group.version : await this.#revision(known.shelf, known.person, call)
    const { id, version } = this.#refOf(known, revision)
    const label = 'group' in known ? known.group.name : textOf(objectOf(objectsOf(known.person['names'])[0])['displayName'])
    return {
      id,
      version,
      kind: 'contact',
      naturalKey: 'group' in known ? derivedUid('google-group', known.group.id) : uidOfContact(id),
      home: bookOf(known),
      traits: {},
      revision: print(revision),
      ...(label === undefined ? {} : { label }),
      body: (asked) => this.#body(known, asked),
    }
  }

  async *#body(known: Known, call: Call): AsyncGenerator<Uint8Array> {
    const { card } = await this.#card(known, call)
    yield* inHand(writeCard(card, this.#parts.choices).bytes, call)
  }

  /** Changes with the contact itself, the names of its groups, and what the operator has chosen. */
  async #revision(shelf: Shelf, person: Json, call: Call): Promise<string> {
    const { names } = shelf === 'contacts' ? await this.groups(call) : NO_GROUPS
    const source = contactSource(person)
    const groups = groupsOf(person).flatMap((group) => names.get(group) ?? [])
    const parts = [source['etag'], source['updateTime'], photoUrl(person) === undefined, groups, this.#parts.choices]
    return print(JSON.stringify(parts))
  }

  async #card(known: Known, call: Call): Promise<{ readonly card: Card; readonly losses: readonly string[] }> {
    if ('group' in known) return { card: await groupCard(this.#parts.client, known.group, call), losses: [] }
    const { shelf } = known
    const person = isCut(known.person)
      ? ((await readPerson(this.#parts.client, textOf(known.person['resourceName']) ?? '', call)) ?? known.person)
      : known.person
    const losses = new Set<string>()
    const note = (loss: string): void => void losses.add(loss)
    const { names } = shelf === 'contacts' ? await this.groups(call) : NO_GROUPS
    const card = cardOf(person, { uid: uidOfContact(contactId(person)), groups: names, note })
    const pixels = this.#parts.choices.photoPixels ?? PIXELS
    const photo = await readPhoto(person, { client: this.client(shelf), pixels, note }, call)
    return { card: { ...card, ...(photo === undefined ? {} : { photo }) }, losses: [...losses] }
  }

  /** Of an item that is known by its id alone. What was collected can be told from a listing only. */
  async #ask(id: string, call: Call): Promise<Known> {
    if (id.startsWith('contactGroups/')) {
      const group = (await this.askGroups(call)).own.find((each) => each.id === id)
      if (group !== undefined) return { group }
      throw this.#gone()
    }
    const person = id.startsWith('people/') ? await readPerson(this.#parts.client, id, call) : undefined
    if (person !== undefined) return { shelf: 'contacts', person }
    for (const shelf of id.startsWith('people/') ? (['contacts'] as const) : (['collected'] as const)) {
      for await (const people of this.allPages(shelf, call)) {
        const found = people.find((each) => contactId(each) === id)
        if (found !== undefined) return { shelf, person: found }
      }
    }
    throw this.#gone()
  }

  async *allPages(shelf: Shelf, call: Call): AsyncGenerator<readonly Json[]> {
    let token: string | undefined
    do {
      const page = await readPeople(this.client(shelf), { shelf, ...(token === undefined ? {} : { token }) }, call)
      yield page.people
      token = page.token
    } while (token !== undefined)
  }

  #gone(): Fault {
    const message = `A contact in ${this.#parts.client.about} is no longer there.`
    return new Fault({ reach: 'item', reason: 'gone' satisfies Reason, code: 'google-gone', message })
  }
}

const idOf = (known: Known): string => ('group' in known ? known.group.id : contactId(known.person))

const bookOf = (known: Known): Collection => BOOKS['group' in known ? 'contacts' : known.shelf]

const isCut = (person: Json): boolean => ['emailAddresses', 'phoneNumbers'].some((field) => objectsOf(person[field]).length >= CUT)

const print = (...parts: readonly string[]): string => createHash('sha256').update(parts.join('\n')).digest('base64url').slice(0, 16)

async function* inHand(bytes: Uint8Array, call: Call): AsyncGenerator<Uint8Array> {
  call.signal.throwIfAborted()
  yield bytes
}
