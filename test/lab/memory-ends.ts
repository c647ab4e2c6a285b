import {
  Mailbox,
  MemoryAccount,
  type MemoryDestinationOptions,
  mailBytes,
  memoryDestination,
  memorySource,
  receivedAt,
  type Wire,
} from '@offramp/conformance'
import { type Account, type DestinationEndpoint, Fault, type MailSettings, type SourceEndpoint } from '@offramp/core'

/** People at a source in memory, by address. */
export class MemoryTenant {
  readonly people = new Map<string, { readonly account: Account; readonly box: MemoryAccount }>()
  /** Accounts whose connection fails, with the fault. */
  readonly broken = new Map<string, () => Fault>()
  /** What an account's owner has set up, or the fault with which it is refused. Without one, the tenant has no settings to give. */
  settings: ((account: Account) => MailSettings) | undefined

  /** A person with `items` messages in their inbox, spread over two folders. */
  add(name: string, items: number, more: Partial<Account> = {}): MemoryAccount {
    const box = new MemoryAccount()
    const inbox = box.addCollection('Inbox', undefined, 'inbox')
    const old = box.addCollection('Old', inbox)
    for (let n = 0; n < items; n++)
      box.add(n % 3 === 0 ? old : inbox, {
        body: mailBytes(n),
        naturalKey: `<specimen-${n}@example.org>`,
        traits: { receivedAt: receivedAt(n), read: n % 2 === 0 },
      })
    this.people.set(name, { account: { id: `id-of-${name}`, name, kind: 'user', ...more }, box })
    return box
  }

  endpoint(wire?: Wire): SourceEndpoint {
    const { people, broken } = this
    const settings = this.settings
    return {
      name: 'memory tenant',
      kinds: ['mail'],
      async *check() {
        yield { level: 'ok', about: 'memory tenant', says: 'it can be read' }
      },
      async *accounts() {
        for (const { account } of people.values()) yield account
      },
      async account(name) {
        const asked = name.toLowerCase()
        return [...people.values()]
          .map(({ account }) => account)
          .find((account) => account.name === asked || account.id === name || account.aliases?.includes(asked))
      },
      async connect(account) {
        const fault = broken.get(account.name)
        if (fault !== undefined) throw fault()
        const person = [...people.values()].find(({ account: { id } }) => id === account.id)
        if (person === undefined) throw new Fault({ reach: 'account', code: 'memory-no-account', message: `There is no ${account.name}.` })
        return memorySource(person.box, wire === undefined ? {} : { wire })
      },
      ...(settings === undefined ? {} : { mailSettings: async (account) => settings(account) }),
    }
  }
}

/** A mail server in memory. Mailboxes are made by the first who asks for them. */
export class MemoryServer {
  readonly boxes = new Map<string, Mailbox>()
  readonly broken = new Map<string, () => Fault>()
  caution: string | undefined
  options: MemoryDestinationOptions = {}

  box(login: string): Mailbox {
    const known = this.boxes.get(login.toLowerCase()) ?? new Mailbox()
    this.boxes.set(login.toLowerCase(), known)
    return known
  }

  /** Copies in all folders of a mailbox. */
  count(login: string): number {
    return this.box(login)
      .folders()
      .reduce((sum, { copies }) => sum + copies.size, 0)
  }

  endpoint(name: string): DestinationEndpoint {
    const server = this
    return {
      name,
      kinds: ['mail'],
      addressOf: (account) => `memory://${name}/${account.toLowerCase()}`,
      ...(this.caution === undefined ? {} : { caution: this.caution }),
      async *check() {
        yield { level: 'ok', about: name, says: 'it can be written to' }
      },
      async connect(account) {
        const fault = server.broken.get(account)
        if (fault !== undefined) throw fault()
        return memoryDestination(server.box(account), { batch: { items: 20, bytes: 1_000_000 }, ...server.options })
      },
    }
  }
}
