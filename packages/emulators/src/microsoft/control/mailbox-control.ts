import { createHash } from 'node:crypto'
import { bodyOfBytes, factsOf, writeBody } from '../../mail/body.ts'
import { warmBytes, warmFacts, warmPreview } from '../../mail/warm.ts'
import type { Account } from '../directory/account.ts'
import type { Mailbox } from '../mail/mailbox.ts'
import { previewOf } from '../mail/message-text.ts'
import type { FlagStatus, Folder, Marks, Message, Poison } from '../mail/state.ts'

export interface FolderTruth {
  readonly id: string
  readonly path: readonly string[]
  readonly hidden: boolean
  readonly search: boolean
  readonly wellKnown: string | undefined
  readonly messages: number
}

/** What a message truly is: what a migration must have carried over. */
export interface MessageTruth {
  /** The immutable id: how every method names a message. */
  readonly id: string
  /** The id of the default space, good until the next move. */
  readonly defaultId: string
  readonly folder: readonly string[]
  readonly folderId: string
  readonly subject: string
  readonly messageId: string | undefined
  readonly read: boolean
  readonly flag: FlagStatus
  readonly categories: readonly string[]
  readonly importance: 'low' | 'normal' | 'high'
  readonly draft: boolean
  readonly answered: boolean
  readonly forwarded: boolean
  /** Milliseconds since the Unix epoch. */
  readonly receivedAt: number
  readonly modifiedAt: number
  readonly poison: Poison | undefined
}

/** The facts that are set on a message that arrives. */
export interface NewMessage {
  readonly receivedAt?: number
  readonly draft?: boolean
  readonly read?: boolean
  readonly flag?: FlagStatus
  readonly categories?: readonly string[]
  readonly importance?: 'low' | 'normal' | 'high'
  readonly answered?: boolean
  readonly poison?: Poison
}

export type MarkChange = Pick<NewMessage, 'read' | 'flag' | 'categories' | 'importance' | 'answered'>

/**
 * The owner of a mailbox at work, and the truth about it. Folders are named by id or by path from the root down (well-known ones by their
 * display name); messages by immutable id. All throw where there is no such thing. The same in-process and from another process.
 */
export interface MailboxControl {
  folders(): Promise<readonly FolderTruth[]>
  addFolder(path: readonly string[], options?: { readonly hidden?: boolean }): Promise<FolderTruth>
  renameFolder(folder: FolderName, name: string): Promise<void>
  moveFolder(folder: FolderName, parent: FolderName): Promise<void>
  deleteFolder(folder: FolderName): Promise<void>
  add(folder: FolderName, bytes: Uint8Array, facts?: NewMessage): Promise<MessageTruth>
  /** Gives a message (a draft) another text. */
  edit(id: string, bytes: Uint8Array): Promise<MessageTruth>
  move(id: string, to: FolderName): Promise<MessageTruth>
  remove(id: string): Promise<void>
  mark(id: string, marks: MarkChange): Promise<MessageTruth>
  /** All messages, in no order; of a large mailbox, a part. */
  messages(range?: { readonly from: number; readonly count: number }): Promise<readonly MessageTruth[]>
  /** The message's bytes, with the boundaries of the first time that `$value` is asked for. */
  bytes(id: string): Promise<Uint8Array>
  /** SHA-256 of `bytes`, hex. */
  hash(id: string): Promise<string>
  /** All delta states die; of one folder where it is named. */
  expireDelta(folder?: FolderName): Promise<void>
  overQuota(over: boolean): Promise<void>
}

/** An id, or names from the root down. */
export type FolderName = string | readonly string[]

/** A message with all that its readers will ask of it, as the store of the real provider has it. */
function written(message: Message): readonly Buffer[] {
  const bytes = warmBytes(message)
  warmFacts(message.body)
  warmPreview(message.body, previewOf)
  return bytes
}

export class MailboxDesk implements MailboxControl {
  readonly #account: Account
  readonly #mailbox: Mailbox
  readonly #write: (message: Message) => readonly Buffer[]

  /** `warm`: what is written here is kept for the mailbox's readers too. */
  constructor(account: Account, mailbox: Mailbox, warm = false) {
    this.#account = account
    this.#mailbox = mailbox
    this.#write = warm ? written : ({ body }) => writeBody(body)
  }

  async folders(): Promise<readonly FolderTruth[]> {
    return [...this.#mailbox.folders.values()]
      .filter((folder) => folder.parent !== undefined || folder.wellKnown === 'recoverableitemsdeletions')
      .map((folder) => this.#folderTruth(folder))
  }

  async addFolder(path: readonly string[], options: { readonly hidden?: boolean } = {}): Promise<FolderTruth> {
    const parent = path.length > 1 ? this.#folder(path.slice(0, -1)) : this.#mailbox.wellKnown('msgfolderroot')
    return this.#folderTruth(this.#mailbox.addFolder({ name: path.at(-1) ?? 'New folder', parent, hidden: options.hidden ?? false }))
  }

  async renameFolder(folder: FolderName, name: string): Promise<void> {
    this.#mailbox.renameFolder(this.#folder(folder), name)
  }

  async moveFolder(folder: FolderName, parent: FolderName): Promise<void> {
    this.#mailbox.moveFolder(this.#folder(folder), this.#folder(parent))
  }

  async deleteFolder(folder: FolderName): Promise<void> {
    this.#mailbox.deleteFolder(this.#folder(folder))
  }

  async add(folder: FolderName, bytes: Uint8Array, facts: NewMessage = {}): Promise<MessageTruth> {
    const body = bodyOfBytes(Buffer.from(bytes))
    const marks = { importance: factsOf(body).importance, ...marksOf(facts) }
    const wish = {
      body,
      receivedAt: facts.receivedAt ?? Date.now(),
      draft: facts.draft ?? false,
      marks,
      ...(facts.poison !== undefined && { poison: facts.poison }),
    }
    return this.#truth(this.#mailbox.add(this.#folder(folder), wish))
  }

  async edit(id: string, bytes: Uint8Array): Promise<MessageTruth> {
    const message = this.#message(id)
    this.#mailbox.edit(message, bodyOfBytes(Buffer.from(bytes)))
    return this.#truth(message)
  }

  async move(id: string, to: FolderName): Promise<MessageTruth> {
    const message = this.#message(id)
    this.#mailbox.move(message, this.#folder(to))
    return this.#truth(message)
  }

  async remove(id: string): Promise<void> {
    this.#mailbox.remove(this.#message(id))
  }

  async mark(id: string, marks: MarkChange): Promise<MessageTruth> {
    const message = this.#message(id)
    this.#mailbox.mark(message, marksOf(marks))
    return this.#truth(message)
  }

  async messages(range = { from: 0, count: Number.POSITIVE_INFINITY }): Promise<readonly MessageTruth[]> {
    const shown = [...this.#mailbox.messages.values()].slice(range.from, range.from + range.count)
    return shown.map((message) => this.#truth(message))
  }

  async bytes(id: string): Promise<Uint8Array> {
    return Buffer.concat(this.#write(this.#message(id)))
  }

  async hash(id: string): Promise<string> {
    const hash = createHash('sha256')
    for (const piece of writeBody(this.#message(id).body)) hash.update(piece)
    return hash.digest('hex')
  }

  async expireDelta(folder?: FolderName): Promise<void> {
    for (const each of folder === undefined ? this.#mailbox.folders.values() : [this.#folder(folder)]) {
      each.generation += 5
      each.oldestGeneration = each.generation
    }
  }

  async overQuota(over: boolean): Promise<void> {
    this.#account.overQuota = over
  }

  #folder(name: FolderName): Folder {
    const found =
      typeof name === 'string'
        ? this.#mailbox.folders.get(this.#mailbox.ids.readFolder(name) ?? -1)
        : [...this.#mailbox.folders.values()].find(
            (folder) => folder.parent !== undefined && JSON.stringify(this.#mailbox.pathOf(folder)) === JSON.stringify(name),
          )
    if (!found) throw new Error(`There is no folder ${JSON.stringify(name)} in ${this.#mailbox.address}.`)
    return found
  }

  #message(id: string): Message {
    const read = this.#mailbox.ids.readMessage(id)
    const message = read?.space === 'immutable' ? this.#mailbox.messages.get(read.facts.serial) : undefined
    if (!message) throw new Error(`There is no message with the immutable id ${id} in ${this.#mailbox.address}.`)
    return message
  }

  #folderTruth(folder: Folder): FolderTruth {
    const { hidden, search, wellKnown } = folder
    return {
      id: this.#mailbox.ids.folder(folder.serial),
      path: this.#mailbox.pathOf(folder),
      hidden,
      search,
      wellKnown,
      messages: folder.items,
    }
  }

  #truth(message: Message): MessageTruth {
    const { folder, marks, draft, receivedAt, modifiedAt, poison } = message
    const { subject, messageId } = factsOf(message.body)
    return {
      id: this.#mailbox.ids.message(message, 'immutable'),
      defaultId: this.#mailbox.ids.message(message, 'default'),
      folder: this.#mailbox.pathOf(folder),
      folderId: this.#mailbox.ids.folder(folder.serial),
      subject,
      messageId,
      read: marks.read,
      flag: marks.flag,
      categories: marks.categories,
      importance: marks.importance,
      draft,
      answered: marks.verb === 102 || marks.verb === 103,
      forwarded: marks.verb === 104,
      receivedAt,
      modifiedAt: Math.floor(modifiedAt / 1000) * 1000,
      poison,
    }
  }
}

function marksOf(facts: MarkChange): Partial<Marks> {
  return {
    ...(facts.read !== undefined && { read: facts.read }),
    ...(facts.flag !== undefined && { flag: facts.flag }),
    ...(facts.categories !== undefined && { categories: facts.categories }),
    ...(facts.importance !== undefined && { importance: facts.importance }),
    ...(facts.answered !== undefined && { verb: facts.answered ? (102 as const) : (0 as const) }),
  }
}
