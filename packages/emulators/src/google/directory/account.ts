import { hash32 } from '../../generate/random.ts'
import type { ListEntry } from '../calendar/state.ts'
import type { ContactBook } from '../contacts/book.ts'
import type { GmailMailbox } from '../gmail/mailbox.ts'
import type { MailboxSettingsSeed, WorkspaceAccountSeed } from '../options.ts'
import type { Todo } from '../tasks/todo.ts'

/** A user of the domain. */
export interface Account {
  readonly id: string
  /** Lower case. */
  readonly address: string
  readonly name: string
  readonly aliases: readonly string[]
  readonly admin: boolean
  suspended: boolean
  readonly archived: boolean
  /** Off: the service is not enabled for this user. The mailbox is kept. */
  gmail: boolean
  /** Off: not signed up for Calendar. */
  calendar: boolean
  /** Off: the service is not enabled for this user. */
  drive: boolean
  readonly mailbox: GmailMailbox
  readonly calendarList: ListEntry[]
  readonly book: ContactBook
  readonly todo: Todo
  readonly settings: MailboxSettingsSeed
}

/** What an account holds. */
export type Holdings = Pick<Account, 'mailbox' | 'calendarList' | 'book' | 'todo'>

interface Directory {
  readonly accounts: readonly Account[]
}

/** 21 digits, as Google's. */
export const accountId = (seed: number, address: string): string =>
  `1${String(hash32(seed, address, 'a')).padStart(10, '0')}${String(hash32(seed, address, 'b')).padStart(10, '0')}`

export function makeAccount(seed: WorkspaceAccountSeed, domainSeed: number, holdings: Holdings): Account {
  const address = seed.address.toLowerCase()
  return {
    id: accountId(domainSeed, address),
    address,
    name: seed.displayName ?? address.split('@')[0] ?? address,
    aliases: (seed.aliases ?? []).map((each) => each.toLowerCase()),
    admin: seed.admin ?? false,
    suspended: seed.suspended ?? false,
    archived: seed.archived ?? false,
    gmail: (seed.gmail ?? 'on') === 'on',
    calendar: (seed.calendar ?? 'on') === 'on',
    drive: (seed.drive ?? 'on') === 'on',
    ...holdings,
    settings: seed.settings ?? {},
  }
}

const directories = new WeakMap<readonly Account[], ReadonlyMap<string, Account>>()

/** By address, or by id; aliases are other people's business. */
export function findAccount({ accounts }: Directory, name: string): Account | undefined {
  const known = directories.get(accounts) ?? new Map(accounts.flatMap((each) => [[each.id, each] as const, [each.address, each] as const]))
  directories.set(accounts, known)
  return known.get(name.toLowerCase())
}

export const findAlias = ({ accounts }: Directory, name: string): Account | undefined => {
  const lower = name.toLowerCase()
  return accounts.find((each) => each.aliases.includes(lower))
}

/** An account, or an error that says who is missing. */
export function accountNamed(directory: Directory, name: string): Account {
  const account = findAccount(directory, name)
  if (!account) throw new Error(`There is no account ${name} in this domain.`)
  return account
}
