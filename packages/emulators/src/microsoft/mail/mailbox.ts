import type { MailBody } from '../../mail/body.ts'
import { type MailboxIds, mailboxIds } from './ids.ts'
import type { Change, Folder, Marks, Message, Poison } from './state.ts'

export interface MailboxFacts {
  readonly id: string
  readonly address: string
  readonly now: () => number
}

export interface FolderWish {
  readonly name: string
  readonly parent: Folder | undefined
  readonly hidden?: boolean
  readonly search?: boolean
  readonly wellKnown?: string
  readonly unlisted?: number
}

export interface MessageWish {
  readonly body: MailBody
  /** Milliseconds since the Unix epoch; Outlook keeps whole seconds. */
  readonly receivedAt: number
  readonly draft?: boolean
  readonly marks?: Partial<Marks>
  readonly poison?: Poison
}

/** Seeding is the state in which a delta begins, so it leaves no changes behind. */
type Trace = 'seed' | 'live'

/** One mailbox as Outlook keeps it: folders, messages, and what has changed in which order. */
export class Mailbox {
  readonly id: string
  readonly address: string
  readonly ids: MailboxIds
  readonly folders = new Map<number, Folder>()
  readonly messages = new Map<number, Message>()
  /** Folders that are gone, with the change number at which they went. */
  readonly goneFolders = new Map<number, number>()
  readonly #now: () => number
  #serial = 1
  #seq = 0

  constructor(facts: MailboxFacts) {
    this.id = facts.id
    this.address = facts.address
    this.ids = mailboxIds(facts.id)
    this.#now = facts.now
  }

  /** The number of the newest change. */
  get seq(): number {
    return this.#seq
  }

  addFolder(wish: FolderWish): Folder {
    const folder: Folder = {
      serial: this.#serial++,
      name: wish.name,
      parent: wish.parent,
      hidden: wish.hidden ?? false,
      search: wish.search ?? false,
      wellKnown: wish.wellKnown,
      arrivals: [],
      items: 0,
      unread: 0,
      unlisted: wish.unlisted ?? 0,
      changes: [],
      revision: 0,
      changedAt: ++this.#seq,
      generation: 500,
      oldestGeneration: 0,
    }
    this.folders.set(folder.serial, folder)
    return folder
  }

  renameFolder(folder: Folder, name: string): void {
    folder.name = name
    folder.changedAt = ++this.#seq
  }

  moveFolder(folder: Folder, parent: Folder): void {
    for (let above: Folder | undefined = parent; above !== undefined; above = above.parent) {
      if (above === folder) throw new Error(`The folder "${folder.name}" cannot move into itself.`)
    }
    folder.parent = parent
    folder.changedAt = ++this.#seq
  }

  /** The folder, what is below it and every message in them. */
  deleteFolder(folder: Folder): void {
    for (const child of this.children(folder)) this.deleteFolder(child)
    for (const message of folder.arrivals) if (message) this.remove(message)
    this.folders.delete(folder.serial)
    this.goneFolders.set(folder.serial, ++this.#seq)
  }

  children(folder: Folder): readonly Folder[] {
    return [...this.folders.values()].filter((each) => each.parent === folder)
  }

  wellKnown(name: string): Folder | undefined {
    return [...this.folders.values()].find((each) => each.wellKnown === name)
  }

  pathOf(folder: Folder): readonly string[] {
    const path: string[] = []
    for (let at: Folder | undefined = folder; at?.parent !== undefined; at = at.parent) path.unshift(at.name)
    return path
  }

  add(folder: Folder, wish: MessageWish, trace: Trace = 'live'): Message {
    const now = this.#now()
    const receivedAt = Math.floor(wish.receivedAt / 1000) * 1000
    const message: Message = {
      serial: this.#serial++,
      folder,
      slot: folder.arrivals.length,
      moves: 0,
      change: 1,
      body: wish.body,
      draft: wish.draft ?? false,
      receivedAt,
      createdAt: trace === 'seed' ? receivedAt : now,
      modifiedAt: trace === 'seed' ? receivedAt : now,
      marks: { read: false, flag: 'notFlagged', categories: [], importance: 'normal', verb: 0, ...wish.marks },
      poison: wish.poison,
      fetches: 0,
      bytes: undefined,
    }
    this.messages.set(message.serial, message)
    this.#enter(message, folder)
    if (trace === 'live') this.#note(folder, message, 'created')
    return message
  }

  move(message: Message, to: Folder): void {
    if (message.folder === to) return
    this.#note(message.folder, message, 'left')
    this.#leave(message)
    message.moves += 1
    this.#touch(message)
    this.#enter(message, to)
    this.#note(to, message, 'arrived')
  }

  remove(message: Message): void {
    this.#note(message.folder, message, 'deleted')
    this.#leave(message)
    this.messages.delete(message.serial)
  }

  mark(message: Message, marks: Partial<Marks>): void {
    if (marks.read !== undefined && marks.read !== message.marks.read) message.folder.unread += marks.read ? -1 : 1
    Object.assign(message.marks, marks)
    this.#touch(message)
    this.#note(message.folder, message, 'updated')
  }

  /** Gives a message another text: a draft that was written on. */
  edit(message: Message, body: MailBody): void {
    message.body = body
    message.bytes = undefined
    this.#touch(message)
    this.#note(message.folder, message, 'updated')
  }

  #touch(message: Message): void {
    message.change += 1
    message.modifiedAt = Math.max(this.#now(), message.modifiedAt)
  }

  #enter(message: Message, folder: Folder): void {
    message.folder = folder
    message.slot = folder.arrivals.length
    folder.arrivals.push(message)
    folder.items += 1
    folder.revision += 1
    if (!message.marks.read) folder.unread += 1
  }

  #leave(message: Message): void {
    const { folder } = message
    folder.arrivals[message.slot] = undefined
    folder.items -= 1
    folder.revision += 1
    if (!message.marks.read) folder.unread -= 1
  }

  #note(folder: Folder, message: Message, what: Change['what']): void {
    folder.changes.push({ seq: ++this.#seq, message, moves: message.moves, what })
  }
}
