import { hash32 } from '../../generate/random.ts'
import type { MailBody } from '../../mail/body.ts'
import { History } from './history.ts'
import { type GmailLabel, systemLabels } from './labels.ts'
import { Shelf } from './shelf.ts'
import type { Change, GmailMessage } from './state.ts'

export interface MessageWish {
  readonly body: MailBody
  readonly internalDate: number
  readonly labels: readonly string[]
  /** What belongs together. Absent: a thread of its own. */
  readonly thread?: string
}

export interface MailboxFacts {
  readonly address: string
  readonly seed: number
  readonly historyRecords: number
  readonly now: () => number
}

/** Ids of before 2004 would be shorter: what claims to be older gets an id of that time, as an import does. */
const FIRST_ID_AT = Date.UTC(2005, 0, 1)

/** One Gmail mailbox: labels, messages, and what has changed in which order. */
export class GmailMailbox {
  readonly address: string
  readonly labels = new Map<string, GmailLabel>()
  readonly messages = new Map<string, GmailMessage>()
  readonly drafts = new Map<string, GmailMessage>()
  /** How often the bytes of each message were sent, by id. */
  readonly rawReads = new Map<string, number>()
  /** Newest first. */
  readonly shelf = new Shelf()
  readonly history: History
  readonly #facts: MailboxFacts
  readonly #threads = new Map<string, string>()
  readonly #inThread = new Map<string, number>()
  #serial = 0
  #nextLabel = 1

  constructor(facts: MailboxFacts) {
    this.address = facts.address
    this.#facts = facts
    this.history = new History(`${facts.seed}/${facts.address}`, facts.historyRecords)
    for (const label of systemLabels()) this.labels.set(label.id, label)
  }

  get threads(): number {
    return this.#inThread.size
  }

  labelNamed(name: string): GmailLabel | undefined {
    const known = this.labels.get(name)
    if (known) return known
    const lower = name.toLowerCase()
    return [...this.labels.values()].find((label) => label.type === 'user' && label.name.toLowerCase() === lower)
  }

  /** Names are unique without regard to case. */
  addLabel(name: string): GmailLabel {
    if (this.labelNamed(name)) throw new Error(`The label "${name}" exists already in ${this.address}.`)
    const label: GmailLabel = { id: `Label_${this.#nextLabel++}`, name, type: 'user' }
    this.labels.set(label.id, label)
    return label
  }

  /** Shows nowhere in history. */
  deleteLabel(label: GmailLabel): void {
    this.labels.delete(label.id)
    for (const message of this.messages.values()) message.labels.delete(label.id)
  }

  add(wish: MessageWish, trace: 'seed' | 'live' = 'live'): GmailMessage {
    const message = this.#make(wish, trace === 'seed' ? wish.internalDate : this.#facts.now())
    this.#keep(message, trace)
    if (trace === 'live') this.#note([message], [this.#change('messagesAdded', message)])
    return message
  }

  /** Labels come and go under one number of history; nothing is noted where nothing changes. */
  relabel(
    message: GmailMessage,
    { add = [], remove = [] }: { readonly add?: readonly string[]; readonly remove?: readonly string[] },
  ): void {
    const coming = add.filter((id) => !message.labels.has(id))
    const going = remove.filter((id) => message.labels.has(id) && !add.includes(id))
    for (const id of coming) message.labels.add(id)
    for (const id of going) message.labels.delete(id)
    const changes = [
      ...(coming.length > 0 ? [this.#change('labelsAdded', message, coming)] : []),
      ...(going.length > 0 ? [this.#change('labelsRemoved', message, going)] : []),
    ]
    if (changes.length > 0) this.#note([message], changes)
  }

  remove(message: GmailMessage): void {
    this.#drop(message)
    this.#note([], [this.#change('messagesDeleted', message)])
  }

  /** The draft keeps its own id and its thread; the message in it is another one. */
  editDraft(message: GmailMessage, body: MailBody): GmailMessage {
    const next: GmailMessage = {
      ...this.#make({ body, internalDate: this.#facts.now(), labels: [...message.labels] }, this.#facts.now()),
      threadId: message.threadId,
      draftId: message.draftId,
    }
    this.#drop(message)
    this.#keep(next, 'live')
    this.#note([next], [this.#change('messagesDeleted', message), this.#change('messagesAdded', next)])
    return next
  }

  #make(wish: MessageWish, at: number): GmailMessage {
    const key = `${this.#facts.seed}/${this.address}`
    const serial = this.#serial++
    let number = (BigInt(Math.max(at, FIRST_ID_AT)) << 20n) | BigInt(hash32(key, 'id', serial) & 0xfffff)
    while (this.messages.has(idText(number))) number += 1n
    const id = idText(number)
    const threadId = wish.thread === undefined ? id : (this.#threads.get(wish.thread) ?? id)
    if (wish.thread !== undefined) this.#threads.set(wish.thread, threadId)
    const draft = wish.labels.includes('DRAFT')
    return {
      id,
      threadId,
      body: wish.body,
      internalDate: wish.internalDate,
      labels: new Set(wish.labels),
      historyId: this.history.now,
      draftId: draft ? `r${serial % 2 === 0 ? '-' : ''}${BigInt(hash32(key, 'draft', serial)) * 2_147_483_647n + 1n}` : undefined,
      size: undefined,
    }
  }

  #keep(message: GmailMessage, trace: 'seed' | 'live'): void {
    this.messages.set(message.id, message)
    this.shelf.add(message, trace === 'live')
    if (message.draftId !== undefined) this.drafts.set(message.draftId, message)
    this.#inThread.set(message.threadId, (this.#inThread.get(message.threadId) ?? 0) + 1)
  }

  #drop(message: GmailMessage): void {
    this.messages.delete(message.id)
    this.shelf.remove(message)
    if (message.draftId !== undefined) this.drafts.delete(message.draftId)
    const left = (this.#inThread.get(message.threadId) ?? 1) - 1
    if (left === 0) this.#inThread.delete(message.threadId)
    else this.#inThread.set(message.threadId, left)
  }

  #change(what: Change['what'], { id, threadId, labels }: GmailMessage, changed: readonly string[] = []): Change {
    return { what, id, threadId, changed, labels: [...labels] }
  }

  #note(messages: readonly GmailMessage[], changes: readonly Change[]): void {
    const id = this.history.note(changes)
    for (const message of messages) message.historyId = id
  }
}

const idText = (number: bigint): string => number.toString(16).padStart(16, '0')
