import { hash32, randomFrom } from '../../generate/random.ts'
import type { DavCollection } from '../dav/collection.ts'
import { Shelf } from '../dav/shelf.ts'
import { newStore, type Store } from '../files/node.ts'
import type { UploadFolder } from '../files/upload-folder.ts'
import type { CloudUserSeed } from '../options.ts'

export interface CloudUser {
  readonly id: string
  displayName: string
  email: string | undefined
  password: string
  /** App passwords, and what they are called. */
  readonly appPasswords: Map<string, string>
  readonly admin: boolean
  readonly groups: string[]
  readonly kind: 'individual' | 'room' | 'resource'
  disabled: boolean
  /** Bytes; infinite where there is none. */
  quota: number
  /** Own ones, deleted ones included. */
  readonly calendars: DavCollection[]
  readonly books: DavCollection[]
  readonly inbox: Shelf
  readonly files: Store
  /** Chunked uploads that are under way, by their ids. */
  readonly uploads: Map<string, UploadFolder>
  language: string
  /** How many app passwords it has been given on request. */
  minted: number
  /** Nobody has logged in yet: the example files come with the first login. */
  isNew: boolean
}

export function makeUser(wish: CloudUserSeed, seed: number, now: number): CloudUser {
  if (!/^[a-zA-Z0-9_.@\-']+$/.test(wish.id)) throw new Error(`"${wish.id}" is no id that Nextcloud takes: a-z A-Z 0-9 _ . @ - '`)
  const email = wish.email ?? (wish.id.includes('@') ? wish.id : undefined)
  return {
    id: wish.id,
    displayName: wish.displayName ?? wish.id,
    email,
    password: wish.password ?? `pw-${hash32(seed, 'password', wish.id).toString(36)}`,
    appPasswords: new Map([[appPassword(seed, wish.id, 0), 'first']]),
    admin: wish.admin ?? false,
    groups: [...(wish.groups ?? [])],
    kind: wish.kind ?? 'individual',
    disabled: wish.disabled ?? false,
    quota: wish.quota === undefined || wish.quota < 0 ? Number.POSITIVE_INFINITY : wish.quota,
    calendars: [],
    books: [],
    inbox: new Shelf(),
    files: newStore({ owner: wish.id }, Math.floor(now / 1000)),
    uploads: new Map(),
    language: 'en',
    minted: 0,
    isNew: wish.isNew ?? false,
  }
}

/** As the server mints them: five groups of five. */
export function appPassword(seed: number, id: string, count: number): string {
  const text = randomFrom(seed, `app password ${id} ${count}`)
    .bytes(40)
    .toString('base64')
    .replace(/[^a-zA-Z0-9]/g, '')
  return [0, 5, 10, 15, 20].map((at) => text.slice(at, at + 5)).join('-')
}

/** Names of users are compared without their case. */
export const userNamed = (users: ReadonlyMap<string, CloudUser>, id: string): CloudUser | undefined =>
  users.get(id) ?? [...users.values()].find((user) => user.id.toLowerCase() === id.toLowerCase())

/** The same, or whose alone a mail address is (principals of 32.0.1). */
export function userMeant(users: ReadonlyMap<string, CloudUser>, name: string): CloudUser | undefined {
  const [only, another] = [...users.values()].filter(({ email }) => email?.toLowerCase() === name.toLowerCase())
  return userNamed(users, name) ?? (another === undefined ? only : undefined)
}

export const principalHref = (id: string): string => `principals/users/${id}`
