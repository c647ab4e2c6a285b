import { Fault } from '@offramp/core'
import type { DestinationLab, SourceLab } from '../lab.ts'
import { specimen } from '../specimens.ts'
import { MemoryAccount } from './account.ts'
import { type Folder, Mailbox } from './mailbox.ts'
import { type MemoryDestinationOptions, memoryDestination } from './memory-destination.ts'
import { type MemorySourceOptions, memorySource } from './memory-source.ts'
import { directWire, type Wire } from './wire.ts'

const keyOf = (body: Uint8Array): string => /^Message-ID: (.*)\r$/im.exec(Buffer.from(body).toString('latin1'))?.[1] ?? ''

/** A lab over a memory account. */
export function memorySourceLab(options: MemorySourceOptions = {}): SourceLab {
  const account = new MemoryAccount()
  return {
    source: memorySource(account, options),
    person: {
      collection: async (name, parent) => account.addCollection(name, parent),
      add: async (home, body, traits) => account.add(home, { body, naturalKey: keyOf(body), traits }),
      mark: async (id, traits) => account.mark(id, traits),
      edit: async (id, body) => account.edit(id, body),
      move: async (id, home) => account.move(id, home),
      remove: async (id) => account.remove(id),
    },
    peek: async () => account.items().map(({ id, home, naturalKey }) => ({ id, home, naturalKey })),
    forgetCursors: async () => account.forgetCursors(),
    close: async () => undefined,
  }
}

const REFUSED = 'This server does not take X-Refuse.'

/** A lab over a memory mailbox. */
export function memoryDestinationLab(options: MemoryDestinationOptions = {}): DestinationLab {
  const mailbox = new Mailbox()
  let lose = false
  const wire: Wire = async (what, effect, call) => {
    const answer = await directWire(what, effect, call)
    if (!lose || !/put|store|move/.test(what)) return answer
    lose = false
    throw new Fault({ reach: 'call', code: 'memory-answer-lost', message: 'The answer was lost.', connection: true })
  }
  const connect = () =>
    memoryDestination(mailbox, {
      refuses: (body) => (Buffer.from(body).includes('X-Refuse') ? REFUSED : undefined),
      ...options,
      wire,
    })
  const folderOf = (name: string): Folder => {
    const folder = mailbox.folders().find(({ path }) => path.join(' / ') === name)
    if (!folder) throw new Error(`There is no folder ${name}.`)
    return folder
  }
  const byId = (place: string): Folder => {
    const folder = mailbox.folders().find(({ path, generation }) => place === `${generation}/${JSON.stringify(path)}`)
    if (!folder) throw new Error(`There is no place ${place}.`)
    return folder
  }
  return {
    destination: connect(),
    again: async () => connect(),
    person: {
      add: async (place, body, traits) => void mailbox.append(folderOf(place.name), { body, naturalKey: keyOf(body), traits }),
      async flag(receipt, traits) {
        const copy = byId(receipt.place).copies.get(Number(receipt.locator))
        if (copy) copy.traits = { ...copy.traits, ...traits }
      },
      move: async (receipt, to) => void mailbox.move(byId(receipt.place), Number(receipt.locator), folderOf(to.name)),
      remove: async (receipt) => void byId(receipt.place).copies.delete(Number(receipt.locator)),
    },
    peek: async () =>
      mailbox
        .folders()
        .flatMap(({ path, copies }) =>
          [...copies.values()].map(({ uid, body, traits }) => ({ place: path.join(' / '), locator: String(uid), body, traits })),
        ),
    refusable: (home) => specimen('mail', home, 99, { body: new TextEncoder().encode('X-Refuse: yes\r\n\r\n') }),
    loseNextAnswer: async () => {
      lose = true
    },
    close: async () => undefined,
  }
}
