import type { CloudState } from '../serve/state.ts'
import type { CloudUser } from '../users/user.ts'
import { d } from '../xml/names.ts'
import { element, textElement } from '../xml/write.ts'
import { collectionHref } from './paths.ts'

/** XML within a property, made when it is asked for. */
export type Properties = ReadonlyMap<string, () => string | undefined>

export interface Looking {
  readonly state: CloudState
  readonly viewer: CloudUser
}

export const hrefXml = (href: string): string => textElement(d('href'), href)

export const principalOf = (user: CloudUser): string => collectionHref('principals', 'users', user.id)

const PRIVILEGES = {
  own: [
    'all',
    'read',
    'write',
    'write-properties',
    'write-content',
    'unlock',
    'bind',
    'unbind',
    'write-acl',
    'read-acl',
    'share',
    'read-current-user-privilege-set',
  ],
  'read-write': ['read', 'write', 'write-properties', 'write-content', 'bind', 'unbind', 'read-acl', 'read-current-user-privilege-set'],
  read: ['read', 'write-properties', 'read-acl', 'read-current-user-privilege-set'],
} as const

export const privileges = (access: keyof typeof PRIVILEGES): string =>
  PRIVILEGES[access].map((name) => element(d('privilege'), element(d(name)))).join('')

/** Names of reports, as `supported-report-set` lists them. */
export const reportSet = (names: readonly string[]): string =>
  names.map((name) => element(d('supported-report'), element(d('report'), element(name)))).join('')
